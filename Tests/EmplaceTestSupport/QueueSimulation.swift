public import EmplaceCore
import Foundation

/// Discrete-event simulations of one replica, written without any of the waiting rules' code.
///
/// Times are microseconds. Each returns what every request experienced, in order of arrival, with
/// the first `warmUp` requests cut.
public enum QueueSimulation {
  /// One first-come-first-served server under Poisson arrivals that takes up to `batch` waiting requests when it gets
  /// free, at once where any waits. `length` draws the time of a batch of `n` requests.
  ///
  /// - Returns: the time from arrival to answer of each request.
  public static func batches(
    of batch: Int, ratePerMicrosecond: Double, requests: Int, warmUp: Int, seed: UInt64,
    length: (Int, inout RandomGenerator) -> Double
  ) -> [Double] {
    var random = RandomGenerator(seed: seed)
    var service = random.split(1)
    var times: [Double] = []
    times.reserveCapacity(requests + warmUp)
    var clock = 0.0
    for _ in 0..<(requests + warmUp) {
      clock += exponential(1 / ratePerMicrosecond, &random)
      times.append(clock)
    }
    var latencies = Array(repeating: 0.0, count: times.count)
    var (next, free) = (0, 0.0)
    while next < times.count {
      let start = max(free, times[next])
      var end = next
      while end < times.count, end - next < batch, times[end] <= start { end += 1 }
      free = start + length(end - next, &service)
      for index in next..<end { latencies[index] = free - times[index] }
      next = end
    }
    return Array(latencies.dropFirst(warmUp))
  }

  /// An exponential time of mean `mean`.
  public static func exponential(_ mean: Double, _ random: inout RandomGenerator) -> Double {
    -mean * log(1 - random.unit())
  }
}

// MARK: - Continuous batching

/// A language model's replica under continuous batching, iteration by iteration.
///
/// Up to `batch` sequences run. Whenever a request waits and a place is free, the next iteration is
/// the prefill of the longest-waiting one, alone, and its end is the first token; otherwise the
/// next iteration is one decode step of all that run, and gives each one token. A sequence leaves
/// after its last token. Prefills thus come first and hold up the others' tokens.
public struct ContinuousBatchingSimulation: Sendable {
  /// A request.
  public struct Request: Sendable {
    /// Input tokens.
    public var input: Int
    /// Output tokens.
    public var output: Int
    /// Whatever tells it from others afterwards.
    public var label: Int

    /// A request.
    public init(input: Int, output: Int, label: Int = 0) {
      self.input = input
      self.output = output
      self.label = label
    }
  }

  /// What a request experienced.
  public struct Experience: Sendable {
    /// Its request.
    public var request: Request
    /// From arrival to the end of its prefill.
    public var firstToken: Double
    /// From its first token to its last.
    public var decoding: Double
  }

  /// Most sequences that run at once.
  public var batch: Int
  /// Time of a prefill by input tokens.
  public var prefill: @Sendable (Int) -> Double
  /// Time of a decode step by sequences and the sum of their contexts.
  public var step: @Sendable (Int, Int) -> Double

  /// A replica.
  public init(
    batch: Int, prefill: @escaping @Sendable (Int) -> Double,
    step: @escaping @Sendable (Int, Int) -> Double
  ) {
    self.batch = batch
    self.prefill = prefill
    self.step = step
  }

  /// Serves Poisson arrivals whose sizes `draw` gives.
  public func run(
    ratePerMicrosecond: Double, requests: Int, warmUp: Int, seed: UInt64,
    draw: (inout RandomGenerator) -> Request
  ) -> [Experience] {
    var random = RandomGenerator(seed: seed)
    var arrivals: [(time: Double, request: Request)] = []
    var clock = 0.0
    for _ in 0..<(requests + warmUp) {
      clock += QueueSimulation.exponential(1 / ratePerMicrosecond, &random)
      arrivals.append((clock, draw(&random)))
    }
    var experiences = arrivals.map {
      Experience(request: $0.request, firstToken: 0, decoding: 0)
    }
    var running: [(index: Int, left: Int, context: Int, first: Double)] = []
    var (now, next, contexts) = (0.0, 0, 0)
    while next < arrivals.count || !running.isEmpty {
      if running.isEmpty, next < arrivals.count { now = max(now, arrivals[next].time) }
      if running.count < batch, next < arrivals.count, arrivals[next].time <= now {
        let (time, request) = arrivals[next]
        now += prefill(request.input)
        experiences[next].firstToken = now - time
        if request.output > 1 {
          running.append((next, request.output - 1, request.input + 1, now))
          contexts += request.input + 1
        }
        next += 1
        continue
      }
      now += step(running.count, contexts)
      contexts += running.count
      var kept = 0
      for position in running.indices {
        var sequence = running[position]
        sequence.left -= 1
        sequence.context += 1
        if sequence.left > 0 {
          running[kept] = sequence
          kept += 1
        } else {
          experiences[sequence.index].decoding = now - sequence.first
          contexts -= sequence.context
        }
      }
      running.removeLast(running.count - kept)
    }
    return Array(experiences.dropFirst(warmUp))
  }
}

// MARK: - Paced arrivals

extension QueueSimulation {
  /// A server behind a gateway: while a batch runs, `limit` requests arrive at uniform times, and
  /// they are the next batch. No request ever waits for more than the batch under way.
  ///
  /// - Returns: the time from arrival to answer of each request.
  public static func gated(
    batches: Int, of limit: Int, seed: UInt64, length: (Int, inout RandomGenerator) -> Double
  ) -> [Double] {
    var random = RandomGenerator(seed: seed)
    var latencies: [Double] = []
    var current = length(limit, &random)
    for _ in 0..<batches {
      let next = length(limit, &random)
      for _ in 0..<limit { latencies.append((1 - random.unit()) * current + next) }
      current = next
    }
    return latencies
  }
}
