import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Foundation
import Testing

@Suite("The token rule against a simulation of continuous batching")
struct DerivationTokenTests {
  typealias Bucket = Demand.LengthBucket

  /// A profile, a batch limit, a utilisation and the lengths of one or two demands that share the
  /// replica, half of the load each.
  struct Case: Sendable, CustomTestStringConvertible {
    var profile: TokenProfile
    var batch: Int
    var utilisation: Double
    var demands: [[Bucket]]
    var testDescription: String { "b=\(batch) r=\(utilisation) \(profile) \(demands)" }

    var simulation: ContinuousBatchingSimulation {
      let profile = profile
      return ContinuousBatchingSimulation(
        batch: batch,
        prefill: { input in
          Double(profile.prefillBaseNanoseconds) / 1e3
            + Double(profile.prefillPerTokenNanoseconds) / 1e3 * Double(input)
        },
        step: { count, context in
          (Double(profile.stepBaseNanoseconds)
            + Double(profile.stepPerSequenceNanoseconds) * Double(count)
            + Double(profile.stepPerKiloContextNanoseconds) * Double(context) / 1e3) / 1e3
        })
    }

    /// Work of one request of a demand in a full batch, microseconds, from the definition.
    func work(_ lengths: [Bucket]) -> Double {
      lengths.reduce(0) { sum, bucket in
        let (input, output) = (Double(bucket.input), Double(bucket.output))
        let prefill =
          Double(profile.prefillBaseNanoseconds)
          + Double(profile.prefillPerTokenNanoseconds) * input
        let each =
          Double(profile.stepBaseNanoseconds) / Double(batch)
          + Double(profile.stepPerSequenceNanoseconds)
          + Double(profile.stepPerKiloContextNanoseconds) * (input + output / 2) / 1e3
        return sum + Double(bucket.shareMillionths) / 1e6 * (prefill + output * each) / 1e3
      }
    }
  }

  /// Cases drawn at random: from small and fast to large and slow models, from short answers to
  /// long ones, alone and in pairs.
  static let cases: [Case] = (0..<14).map { number in
    var random = RandomGenerator(seed: 1000 + UInt64(number))
    func between(_ low: Double, _ high: Double) -> Double {
      low * pow(high / low, random.unit())
    }
    func lengths() -> [Bucket] {
      let count = 1 + random.below(4)
      return (0..<count).map { index in
        Bucket(
          input: Int64(between(50, 4000)), output: Int64(between(2, 600)),
          shareMillionths: Int64(1_000_000 / count) + (index == 0 ? Int64(1_000_000 % count) : 0))
      }
    }
    let profile = TokenProfile(
      prefillBaseNanoseconds: Int64(between(1e6, 3e7)),
      prefillPerTokenNanoseconds: Int64(between(1e4, 3e5)),
      stepBaseNanoseconds: Int64(between(5e6, 4e7)),
      stepPerSequenceNanoseconds: Int64(between(2e4, 2e6)),
      stepPerKiloContextNanoseconds: Int64(between(1e4, 6e5)), kvBytesPerToken: 100_000,
      batchLimit: 64)
    return Case(
      profile: profile, batch: [1, 2, 4, 8, 16, 32, 64][number % 7],
      utilisation: [0.6, 0.8, 0.85][number % 3],
      demands: number % 4 == 3 ? [lengths(), lengths()] : [lengths()])
  }

  @Test("Time to first token and per token keep their promise", arguments: cases)
  func kept(_ element: Case) throws {
    let rule = WaitingCalculator(
      rule: .md1, utilisationMillionths: Int64((element.utilisation * 1e6).rounded()), batches: [])
    let waiting = try #require(
      TokenCalculator(rule, profile: element.profile, batch: element.batch, mix: element.demands))
    // Half of the load each: rates in proportion to the inverse of the work.
    let rates = element.demands.map {
      element.utilisation / Double(element.demands.count) / element.work($0)
    }
    let total = rates.reduce(0, +)
    let simulation = element.simulation
    let runs = simulationSeeds.map { seed in
      simulation.run(ratePerMicrosecond: total, requests: 600, warmUp: 150, seed: seed) {
        random in
        var demand = 0
        var draw = random.unit() * total
        while demand + 1 < rates.count, draw >= rates[demand] {
          draw -= rates[demand]
          demand += 1
        }
        return Self.request(element.demands[demand], demand: demand, &random)
      }
    }
    for (demand, lengths) in element.demands.enumerated() {
      let own = runs.map { run in run.filter { $0.request.label == demand } }
      for percentile in checkedPercentiles {
        let share = Double(percentile) / 1e6
        let first = try #require(
          waiting.firstToken(lengths: lengths, percentileMillionths: percentile))
        let seen = Exceedance(
          of: Double(first.percentileMicroseconds), percentile: share,
          runs: own.map { $0.map(\.firstToken).sorted() })
        #expect(seen.keeps(share), "first token, P\(percentile): \(seen.mean) beyond \(first)")
        guard let each = waiting.perToken(lengths: lengths, percentileMillionths: percentile)
        else { continue }
        #expect(
          waiting.holds(perToken: each, lengths: lengths, percentileMillionths: percentile))
        #expect(
          !waiting.holds(perToken: each - 1, lengths: lengths, percentileMillionths: percentile))
        let decoding = Exceedance(
          of: Double(each), percentile: share,
          runs: own.map { run in
            run.map {
              $0.request.output > 1 ? $0.decoding / Double($0.request.output - 1) : 0
            }.sorted()
          })
        #expect(
          decoding.keeps(share), "per token, P\(percentile): \(decoding.mean) beyond \(each)")
      }
    }
  }

  static func request(_ lengths: [Bucket], demand: Int, _ random: inout RandomGenerator)
    -> ContinuousBatchingSimulation.Request
  {
    var draw = Int64(random.below(1_000_000))
    var chosen = lengths[0]
    for bucket in lengths {
      chosen = bucket
      if draw < bucket.shareMillionths { break }
      draw -= bucket.shareMillionths
    }
    return .init(input: Int(chosen.input), output: Int(chosen.output), label: demand)
  }

  @Test("A typical chat service is promised what it needs, not several times that")
  func tight() throws {
    let profile = TokenProfile(
      prefillBaseNanoseconds: 5_000_000, prefillPerTokenNanoseconds: 30_000,
      stepBaseNanoseconds: 8_000_000, stepPerSequenceNanoseconds: 100_000,
      stepPerKiloContextNanoseconds: 50_000, kvBytesPerToken: 131_072, batchLimit: 64)
    let lengths = [
      Bucket(input: 200, output: 200, shareMillionths: 600_000),
      Bucket(input: 1000, output: 300, shareMillionths: 400_000),
    ]
    let element = Case(profile: profile, batch: 64, utilisation: 0.8, demands: [lengths])
    let rule = WaitingCalculator(rule: .md1, utilisationMillionths: 800_000, batches: [])
    let waiting = try #require(
      TokenCalculator(rule, profile: profile, batch: 64, mix: [lengths]))
    let runs = simulationSeeds.prefix(5).map { seed in
      element.simulation.run(
        ratePerMicrosecond: 0.8 / element.work(lengths), requests: 1000, warmUp: 200, seed: seed
      ) { Self.request(lengths, demand: 0, &$0) }
    }
    let first = try #require(
      waiting.firstToken(lengths: lengths, percentileMillionths: 950_000))
    let seen = Exceedance(
      of: Double(first.percentileMicroseconds), percentile: 0.95,
      runs: runs.map { $0.map(\.firstToken).sorted() })
    #expect(Double(first.percentileMicroseconds) < 1.8 * seen.percentile)
    let each = try #require(waiting.perToken(lengths: lengths, percentileMillionths: 950_000))
    let decoding = Exceedance(
      of: Double(each), percentile: 0.95,
      runs: runs.map { $0.map { $0.decoding / Double($0.request.output - 1) }.sorted() })
    #expect(Double(each) < 1.8 * decoding.percentile)
  }
}
