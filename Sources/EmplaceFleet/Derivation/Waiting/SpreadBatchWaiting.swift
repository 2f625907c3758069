import Foundation

/// Rule `mg1`: Poisson arrivals, a server that takes up to `b` waiting requests whenever it gets
/// free, batches whose length varies.
///
/// The wait for whole batches ahead is at most the largest value of a random walk whose steps are
/// a batch length less the time of `b` arrivals, so that `P(W > x) <= exp(-h x)` with
/// `E[exp(h S)] = (1 + h / rate)^b` (Kingman, J. R. Statist. Soc. B 32, 1970, 102-110; for `b = 1`
/// Lundberg's bound for M/G/1).
/// On top come the rest of the batch under way and the own one; for `b = 1` the own one alone.
/// A batch length is a constant plus an exponential time (``BatchService``), which makes the sum a
/// closed form.
public struct SpreadBatchWaiting: Sendable {
  private let utilisation: Double

  /// The rule at a utilisation, or nil where it is not below 1.
  public init?(utilisation: Double) {
    guard utilisation < 1 else { return nil }
    self.utilisation = max(utilisation, 1e-9)
  }

  /// What is promised.
  public func promise(for service: BatchService, percentile: Double) -> LatencyPromise? {
    let mean = Double(service.meanMicroseconds)
    let spread = Double(min(service.spreadMicroseconds, service.meanMicroseconds))
    guard mean > 0 else { return LatencyPromise(percentile: 0, mean: 0) }
    let batch = Double(service.batch)
    let arrivalRate = utilisation * batch / mean
    let decay = Self.decay(mean: mean, spread: spread, batch: batch, rate: arrivalRate)
    let phases = service.batch == 1 ? 1 : 2
    let allowed = 1 - percentile
    guard allowed > 0 else { return nil }
    var (low, high) = (0.0, mean)
    func tail(_ x: Double) -> Double {
      Self.tail(x, phases: phases, spread: spread, decay: decay)
    }
    while tail(high) > allowed { (low, high) = (high, 2 * high) }
    for _ in 0..<50 {
      let middle = (low + high) / 2
      if tail(middle) > allowed { low = middle } else { high = middle }
    }
    let walk = (batch / (arrivalRate * arrivalRate) + spread * spread) * (arrivalRate / batch)
    let wait = walk / (2 * (1 - utilisation))
    let residual = service.batch == 1 ? 0 : (mean * mean + spread * spread) / (2 * mean)
    return LatencyPromise(
      percentile: Double(phases) * (mean - spread) + high, mean: residual + mean + wait)
  }

  /// The positive root of `h (mean - spread) - ln(1 - h spread) = b ln(1 + h / rate)`, rounded
  /// down.
  static func decay(mean: Double, spread: Double, batch: Double, rate: Double) -> Double {
    func excess(_ h: Double) -> Double {
      h * (mean - spread) - log(max(1 - h * spread, 1e-300)) - batch * log(1 + h / rate)
    }
    var (low, high) = (0.0, 1 / mean)
    while excess(high) <= 0, high * spread < 1 { (low, high) = (high, 2 * high) }
    if high * spread > 1 { high = 1 / spread }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if excess(middle) <= 0 { low = middle } else { high = middle }
    }
    return low
  }

  /// `P(G + W > x)`, with `G` the sum of `phases` exponential times of mean `spread` and
  /// `P(W > x) = exp(-decay x)`.
  static func tail(_ x: Double, phases: Int, spread: Double, decay: Double) -> Double {
    guard spread > 0 else { return exp(-decay * x) }
    let rate = 1 / spread
    let difference = rate - decay
    let y = difference * x
    let own: Double
    let mixed: Double
    if phases == 1 {
      own = exp(-rate * x)
      mixed = rate * (y < 1e-5 ? x * (1 - y / 2) : (1 - exp(-y)) / difference)
    } else {
      own = (1 + rate * x) * exp(-rate * x)
      let integral =
        y < 1e-3
        ? x * x / 2 * (1 - 2 * y / 3) : (1 - (1 + y) * exp(-y)) / (difference * difference)
      mixed = rate * rate * integral
    }
    return min(1, own + exp(-decay * x) * mixed)
  }
}
