import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Foundation
import Testing

/// Shares of requests beyond a promise, over independent seeds.
struct Exceedance {
  let mean: Double
  let standardError: Double
  /// Mean of the simulated percentiles.
  let percentile: Double

  /// `runs` are sorted, one a seed.
  init(of promise: Double, percentile: Double, runs: [[Double]]) {
    let shares = runs.map { run in
      var (low, high) = (0, run.count)
      while low < high {
        let middle = (low + high) / 2
        if run[middle] > promise { high = middle } else { low = middle + 1 }
      }
      return Double(run.count - low) / Double(run.count)
    }
    (mean, standardError) = Self.statistics(shares)
    self.percentile =
      runs.reduce(0) { $0 + $1[Int(percentile * Double($1.count))] } / Double(runs.count)
  }

  /// Mean and its standard error.
  static func statistics(_ values: [Double]) -> (mean: Double, error: Double) {
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
    return (mean, (squares / (count * (count - 1))).squareRoot())
  }

  /// Whether the promise is kept, within three standard errors of the mean over the seeds.
  func keeps(_ percentile: Double) -> Bool { mean - 3 * standardError <= 1 - percentile }
}

let simulationSeeds: [UInt64] = Array(1...20)
let checkedPercentiles: [Int64] = [500_000, 900_000, 950_000, 990_000]

@Suite("Waiting rules against a queue simulation")
struct DerivationWaitingTests {
  /// A replica and a utilisation.
  struct Case: Sendable, CustomTestStringConvertible {
    var batch: Int
    var base: Double
    var slope: Double
    var spread = 0.0
    var utilisation: Double
    var full: Double { base + slope * Double(batch) }
    var testDescription: String {
      "b=\(batch) base=\(base) slope=\(slope) spread=\(spread) r=\(utilisation)"
    }
  }

  static let constantCases: [Case] = [1, 2, 3, 8, 32, 100].flatMap { batch in
    [(1000.0, 0.0, 0.8), (1000, 100, 0.8), (500, 500, 0.8), (3000, 40, 0.6), (800, 20, 0.9)].map {
      Case(batch: batch, base: $0.0, slope: $0.1, utilisation: $0.2)
    }
  }

  func run(_ element: Case, requests: Int = 2000) -> [[Double]] {
    simulationSeeds.map { seed in
      QueueSimulation.batches(
        of: element.batch,
        ratePerMicrosecond: element.utilisation * Double(element.batch) / element.full,
        requests: requests, warmUp: 500, seed: seed
      ) { count, random in
        let length = element.base + element.slope * Double(count)
        guard element.spread > 0 else { return length }
        return length * (1 - element.spread)
          + QueueSimulation.exponential(length * element.spread, &random)
      }.sorted()
    }
  }

  func service(_ element: Case) -> BatchService {
    BatchService(
      batch: element.batch, meanMicroseconds: Int64(element.full.rounded(.up)),
      spreadMicroseconds: Int64((element.full * element.spread).rounded(.up)))
  }

  func calculator(_ rule: WaitingRule, _ element: Case) -> WaitingCalculator {
    WaitingCalculator(
      rule: rule, utilisationMillionths: Int64((element.utilisation * 1e6).rounded()),
      batches: element.spread > 0 ? [] : [element.batch])
  }

  @Test("md1 keeps its promise for affine profiles", arguments: constantCases)
  func constant(_ element: Case) throws {
    let runs = run(element)
    let rule = calculator(.md1, element)
    for percentile in checkedPercentiles {
      let promise = try #require(
        rule.promise(for: service(element), percentileMillionths: percentile))
      let share = Double(percentile) / 1e6
      let seen = Exceedance(
        of: Double(promise.percentileMicroseconds), percentile: share, runs: runs)
      #expect(seen.keeps(share), "P\(percentile): \(seen.mean) beyond \(promise)")
      // Where all batches take as long, the rule is exact but for the grid of its table.
      if element.slope == 0, percentile <= 950_000, element.utilisation < 0.9 {
        #expect(Double(promise.percentileMicroseconds) < 1.12 * seen.percentile)
      }
    }
    let seen = Exceedance.statistics(runs.map { $0.reduce(0, +) / Double($0.count) })
    let promise = try #require(
      rule.promise(for: service(element), percentileMillionths: 950_000))
    #expect(Double(promise.meanMicroseconds) > seen.mean - 3 * seen.error)
  }

  static let spreadCases: [Case] = [1, 2, 16].flatMap { batch in
    [0.0, 0.15, 0.5, 1.0].flatMap { spread in
      [(1000.0, 0.0, 0.8), (400, 300, 0.6), (900, 50, 0.9)].map {
        Case(batch: batch, base: $0.0, slope: $0.1, spread: spread, utilisation: $0.2)
      }
    }
  }

  @Test("mg1, and md1 for measured profiles, keep their promise", arguments: spreadCases)
  func spread(_ element: Case) throws {
    let runs = run(element)
    for name in element.spread > 0 ? [WaitingRule.mg1, .md1] : [.mg1] {
      let rule = calculator(name, element)
      for percentile in checkedPercentiles {
        let promise = try #require(
          rule.promise(
            for: service(element), percentileMillionths: percentile))
        let share = Double(percentile) / 1e6
        let seen = Exceedance(
          of: Double(promise.percentileMicroseconds), percentile: share, runs: runs)
        #expect(seen.keeps(share), "P\(percentile): \(seen.mean) beyond \(promise)")
      }
    }
  }

  @Test("batch keeps its promise where at most a batch arrives while one runs")
  func paced() throws {
    for batch in [1, 4, 16] {
      for spread in [0.0, 0.3] {
        let element = Case(
          batch: batch, base: 1000, slope: 50, spread: spread, utilisation: 0.8)
        let runs = simulationSeeds.map { seed in
          QueueSimulation.gated(batches: 300, of: batch, seed: seed) { count, random in
            let length = element.base + element.slope * Double(count)
            return length * (1 - spread) + QueueSimulation.exponential(length * spread, &random)
          }.sorted()
        }
        for percentile in checkedPercentiles {
          let promise = try #require(
            calculator(.batch, element).promise(
              for: service(element), percentileMillionths: percentile))
          let share = Double(percentile) / 1e6
          let seen = Exceedance(
            of: Double(promise.percentileMicroseconds), percentile: share, runs: runs)
          #expect(seen.keeps(share))
        }
      }
    }
    // It is no rule for Poisson arrivals: one request at a time waits longer than that.
    let alone = Case(batch: 1, base: 1000, slope: 0, utilisation: 0.8)
    let promise = try #require(
      calculator(.batch, alone).promise(for: service(alone), percentileMillionths: 950_000))
    #expect(promise.percentileMicroseconds == 2000)
    let seen = Exceedance(of: 2000, percentile: 0.95, runs: run(alone))
    #expect(!seen.keeps(0.95))
  }

  @Test("No rule promises anything at full utilisation, nor the hundredth percentile")
  func limits() {
    let service = BatchService(batch: 4, meanMicroseconds: 1000)
    for rule in [WaitingRule.md1, .mg1, .inferno] {
      let full = WaitingCalculator(rule: rule, utilisationMillionths: 1_000_000, batches: [4])
      #expect(full.promise(for: service, percentileMillionths: 950_000) == nil)
    }
    for rule in [WaitingRule.md1, .mg1] {
      let high = WaitingCalculator(rule: rule, utilisationMillionths: 800_000, batches: [4])
      #expect(high.promise(for: service, percentileMillionths: 1_000_000) == nil)
      #expect(high.promise(for: service, percentileMillionths: 999_999) != nil)
    }
    #expect(WaitingRule.named("md1") == .md1)
    #expect(WaitingRule.named("m/d/1") == nil)
  }

  @Test("Latency in units of a batch falls with the batch limit, so limits may share tables")
  func monotone() throws {
    var before = Array(repeating: Double.infinity, count: checkedPercentiles.count)
    for batch in [1, 2, 3, 4, 5, 6, 8, 11, 16, 32, 50, 100, 500, 4096] {
      let table = try #require(ConstantBatchWaiting(batch: batch, utilisation: 0.8))
      let quantiles = checkedPercentiles.map { table.quantile(Double($0) / 1e6) }
      #expect(zip(quantiles, before).allSatisfy { $0 <= $1 })
      before = quantiles
    }
    // More than 64 different limits: 100 goes by the table of 96.
    let many = WaitingCalculator(
      rule: .md1, utilisationMillionths: 800_000, batches: Set(1...100))
    let table = try #require(ConstantBatchWaiting(batch: 96, utilisation: 0.8))
    let promise = many.promise(
      for: BatchService(batch: 99, meanMicroseconds: 64_000_000), percentileMillionths: 950_000)
    #expect(
      promise?.percentileMicroseconds == Int64(table.quantile(0.95) * 64_000_000))
  }

  @Test("md1 for one request at a time has the known percentiles of M/D/1")
  func knownPercentiles() throws {
    // P(W <= 0) = 1 - r, and P(W <= x) = (1 - r) exp(r x) for x < 1 service time.
    let table = try #require(ConstantBatchWaiting(batch: 1, utilisation: 0.5))
    #expect(table.quantile(0.49) == 1)
    let half = 0.5 * exp(0.25)
    #expect(abs(table.quantile(half) - 1.5) < 0.02)
    #expect(abs(table.mean - 1.5) < 1e-12)
  }
}
