import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Foundation
import Testing

@Suite("The rule of llm-inferno")
struct DerivationInfernoTests {
  @Test("Means are those of the queue, simulated as a Markov chain")
  func chain() {
    let times = [30.0, 34, 38, 42, 46, 50, 54, 58]
    let queue = InfernoWaiting(batch: 8) { times[$0 - 1] }
    for share in [0.3, 0.7, 0.9] {
      let rate = share * 8 / times[7]
      let seen = simulationSeeds.map { seed in
        Self.simulate(rate: rate, times: times, events: 40_000, seed: seed)
      }
      let means = queue.means(ratePerMicrosecond: rate)
      for (value, promised) in [
        (Exceedance.statistics(seen.map(\.wait)), means.wait),
        (Exceedance.statistics(seen.map(\.service)), means.service),
      ] {
        #expect(abs(value.mean - promised) <= 3.5 * value.error + 1e-9)
      }
    }
  }

  /// Mean wait and service time by Little's law over a simulated birth-death chain.
  static func simulate(rate: Double, times: [Double], events: Int, seed: UInt64)
    -> (wait: Double, service: Double)
  {
    var random = RandomGenerator(seed: seed)
    var (state, clock, waiting, serving, arrived) = (0, 0.0, 0.0, 0.0, 0)
    for _ in 0..<events {
      let served = min(state, times.count)
      let leave = served == 0 ? 0 : Double(served) / times[served - 1]
      let enter = state < 11 * times.count ? rate : 0
      let pause = QueueSimulation.exponential(1 / (leave + enter), &random)
      clock += pause
      waiting += pause * Double(state - served)
      serving += pause * Double(served)
      if random.unit() * (leave + enter) < enter {
        state += 1
        arrived += 1
      } else {
        state -= 1
      }
    }
    return (waiting / Double(arrived), serving / Double(arrived))
  }

  @Test(
    "Published allocations come out: batch, replicas, time to first token and per token",
    .enabled(
      if: SharedData.exists("inferno/dev/large/servers.csv"), "needs ../shared/data/inferno"),
    arguments: [("small", 15), ("large", 26)])
  func published(size: String, count: Int) throws {
    func table(_ name: String, _ key: (([String: String]) -> String)) throws
      -> [String: [String: String]]
    {
      Dictionary(
        try SharedData.records("inferno/dev/\(size)/\(name).csv").map { (key($0), $0) },
        uniquingKeysWith: { first, _ in first })
    }
    let models = try table("models") { "\($0["model"] ?? "")/\($0["accelerator"] ?? "")" }
    let limits = try table("slo") { "\($0["class"] ?? "")/\($0["model"] ?? "")" }
    let servers = try table("servers") { $0["server"] ?? "" }
    var agreed = 0
    for row in try SharedData.records("inferno/dev/\(size)/published.csv") {
      let server = try #require(servers[row["server"] ?? ""])
      let model = try #require(models["\(server["model"] ?? "")/\(row["accelerator"] ?? "")"])
      let limit = try #require(limits["\(server["class"] ?? "")/\(server["model"] ?? "")"])
      func number(_ record: [String: String], _ key: String) throws -> Double {
        try #require(Double(record[key] ?? ""))
      }
      let output = try number(server, "output_tokens")
      let most = try number(model, "max_batch_at_tokens") * number(model, "at_tokens")
      let batch = Int(most / output)
      // The unit of time does not matter: milliseconds here.
      let waiting = InfernoTokenWaiting(
        batch: batch, prefillBase: try number(model, "prefill_gamma_ms"),
        prefillEach: try number(model, "prefill_delta_ms") * number(server, "input_tokens"),
        stepBase: try number(model, "decode_alpha_ms"),
        stepEach: try number(model, "decode_beta_ms"), outputTokens: output)
      let (first, each) = (try number(limit, "ttft_ms"), try number(limit, "itl_ms"))
      let rate = waiting.queue.largestRate { wait, service in
        let figures = waiting.figures(wait: wait, service: service)
        return figures.firstToken <= first && figures.perToken <= each
      }
      let load = try number(server, "requests_per_minute") / 60_000
      let replicas = try number(row, "replicas")
      guard (load / rate).rounded(.up) == replicas else { continue }
      agreed += 1
      #expect(Double(batch) == (try number(row, "max_batch")))
      let means = waiting.queue.means(ratePerMicrosecond: load / replicas)
      let figures = waiting.figures(wait: means.wait, service: means.service)
      #expect(abs(figures.firstToken / (try number(row, "ttft_ms")) - 1) < 1e-5)
      #expect(abs(figures.perToken / (try number(row, "itl_ms")) - 1) < 1e-5)
    }
    #expect(agreed == count)
  }

  @Test("As a waiting rule it promises means at the utilisation cap")
  func rule() throws {
    let rule = WaitingCalculator(rule: .inferno, utilisationMillionths: 800_000, batches: [])
    // M/M/1 with at most 11 requests: the mean is below that of M/M/1, 5 service times.
    let single = try #require(
      rule.promise(
        for: BatchService(batch: 1, meanMicroseconds: 1000), percentileMillionths: 990_000))
    #expect(single.meanMicroseconds == single.percentileMicroseconds)
    #expect((3500..<5000).contains(single.meanMicroseconds))
    let lengths = [Demand.LengthBucket(input: 500, output: 100, shareMillionths: 1_000_000)]
    let profile = SmallFleet.tokenProfile(batch: 8)
    let waiting = try #require(
      TokenCalculator(rule, profile: profile, batch: 8, mix: [lengths]))
    let each = try #require(waiting.perToken(lengths: lengths, percentileMillionths: 950_000))
    // Between a step of one and of eight sequences at 550 tokens.
    #expect((20_210...21_680).contains(each))
    #expect(waiting.holds(perToken: each, lengths: lengths, percentileMillionths: 950_000))
    #expect(!waiting.holds(perToken: each - 1, lengths: lengths, percentileMillionths: 950_000))
    let first = try #require(
      waiting.firstToken(lengths: lengths, percentileMillionths: 950_000))
    // A prefill of one takes 60 ms; the other 99 tokens come at the mean pace.
    #expect(first.percentileMicroseconds > 60_000)
    let rest = first.meanMicroseconds - first.percentileMicroseconds
    #expect(abs(rest - 99 * each) <= 99)
  }
}
