/// Rule `inferno`: means of a queue with state-dependent service, as the optimiser llm-inferno
/// plans (sample data and published answers: github.com/llm-inferno).
///
/// With `n` of at most `N` requests in service the service rate is `n / time(n)`; at most `11 N`
/// requests are in the queue and in service (M/M/1/K with state-dependent rates). The mean service
/// time is turned into an effective concurrency, at which prefill and decode times are read. It
/// promises means, not percentiles, under exponential service times; take it to compare with that
/// optimiser.
public struct InfernoWaiting: Sendable {
  /// Most requests in service.
  public let batch: Int
  /// Service time with n requests in service at `times[n - 1]`, microseconds.
  private let times: [Double]

  /// The queue of a replica; `time(n)` is the service time with n requests in service.
  public init(batch: Int, time: (Int) -> Double) {
    self.batch = max(batch, 1)
    times = (1...self.batch).map { max(time($0), 1e-9) }
  }

  /// Mean wait and mean service time at an arrival rate, microseconds.
  public func means(ratePerMicrosecond rate: Double) -> (wait: Double, service: Double) {
    let last = 11 * batch
    var (weight, total, inSystem, inService) = (1.0, 1.0, 0.0, 0.0)
    for n in 1...last {
      let served = min(n, batch)
      weight *= rate * times[served - 1] / Double(served)
      total += weight
      inSystem += Double(n) * weight
      inService += Double(served) * weight
      if total > 1e200 {
        weight *= 1e-200
        total *= 1e-200
        inSystem *= 1e-200
        inService *= 1e-200
      }
    }
    let throughput = rate * (1 - weight / total)
    guard throughput > 0 else { return (0, times[0]) }
    let service = inService / total / throughput
    return (max(0, inSystem / total / throughput - service), service)
  }

  /// Largest arrival rate per microsecond at which `meets` holds of the means, by bisection below
  /// a thousandth under the largest throughput; `meets` must not hold again once it failed.
  public func largestRate(where meets: (_ wait: Double, _ service: Double) -> Bool) -> Double {
    var (low, high) = (0.0, Double(batch) / times[batch - 1] * (1 - 1e-3))
    for _ in 0..<60 {
      let middle = (low + high) / 2
      let means = means(ratePerMicrosecond: middle)
      if meets(means.wait, means.service) { low = middle } else { high = middle }
    }
    return low
  }
}

/// The rule for token profiles: requests of one mean length share a replica.
public struct InfernoTokenWaiting: Sendable {
  /// The queue.
  public let queue: InfernoWaiting
  private let prefillBase: Double
  private let prefillEach: Double
  private let stepBase: Double
  private let stepEach: Double
  private let steps: Double

  /// The queue of a replica that serves `input` and `output` tokens in the mean: with n requests in
  /// service a prefill takes `prefillBase + prefillEach n`, a decode step `stepBase + stepEach n`.
  public init(
    batch: Int, prefillBase: Double, prefillEach: Double, stepBase: Double, stepEach: Double,
    outputTokens: Double
  ) {
    self.prefillBase = prefillBase
    self.prefillEach = prefillEach
    self.stepBase = stepBase
    self.stepEach = stepEach
    let steps = max(outputTokens - 1, 0)
    self.steps = steps
    queue = InfernoWaiting(batch: batch) {
      prefillBase + prefillEach * Double($0) + steps * (stepBase + stepEach * Double($0))
    }
  }

  /// The queue of a replica with this profile and these lengths.
  init(profile: TokenProfile, batch: Int, lengths: [Demand.LengthBucket]) {
    let sums = LengthSums(lengths)
    let context = sums.output > 0 ? sums.outputContext / sums.output : sums.input
    self.init(
      batch: batch, prefillBase: Double(profile.prefillBaseNanoseconds) / 1000,
      prefillEach: Double(profile.prefillPerTokenNanoseconds) * sums.input / 1000,
      stepBase: Double(profile.stepBaseNanoseconds) / 1000,
      stepEach: profile.stepMicroseconds(batch: 1, context: context)
        - Double(profile.stepBaseNanoseconds) / 1000,
      outputTokens: sums.output)
  }

  /// Mean time to first token and per token, from the mean wait and service time.
  public func figures(wait: Double, service: Double) -> (firstToken: Double, perToken: Double) {
    let each = prefillEach + stepEach * steps
    let concurrency =
      each > 0
      ? min(max((service - prefillBase - stepBase * steps) / each, 0), Double(queue.batch)) : 0
    return (
      wait + prefillBase + prefillEach * concurrency, stepBase + stepEach * concurrency
    )
  }
}
