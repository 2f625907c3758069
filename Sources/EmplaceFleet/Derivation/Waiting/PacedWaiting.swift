import Foundation

/// Rule `batch`: the worst case without a queue, `2 L(b)`.
///
/// It holds where something upstream paces requests, so that no more than `b` arrive while a batch
/// runs: a request then waits for the batch under way and is in the next one. `L(b)` is the
/// percentile of the batch's length that is asked for. Under Poisson arrivals it promises too much,
/// above all for small `b`. Token profiles go by ``TokenWaiting``.
public struct PacedWaiting: Sendable {
  /// The rule.
  public init() {}

  /// What is promised: twice the percentile of a full batch.
  public func promise(for service: BatchService, percentile: Double) -> LatencyPromise? {
    guard percentile < 1 || service.spreadMicroseconds == 0 else { return nil }
    let (mean, spread) = (Double(service.meanMicroseconds), Double(service.spreadMicroseconds))
    let length = spread > 0 ? mean - spread - spread * log(1 - percentile) : mean
    return LatencyPromise(percentile: 2 * max(length, 0), mean: 1.5 * mean)
  }
}
