/// How long requests wait for a replica that runs at the utilisation cap: one named rule.
///
/// A rule turns what a replica does (a batch in so many microseconds, a decode step in so many)
/// into the percentile of the time from arrival to answer. Each is replayed in the tests against a
/// queue simulation of the arrivals it states, and never promises more than the simulation serves.
public enum WaitingRule: String, Sendable, Hashable, CaseIterable {
  /// Poisson arrivals, batches of constant length (``ConstantBatchWaiting``); profiles with a
  /// measured spread go by ``mg1``, token profiles by ``TokenWaiting``.
  case md1
  /// Poisson arrivals, batches whose length varies (``SpreadBatchWaiting``); token profiles go by
  /// ``TokenWaiting``.
  case mg1
  /// Paced arrivals: nobody waits longer than one batch (``PacedWaiting``).
  case batch
  /// Means of a queue with state-dependent service, as the optimiser of that name plans
  /// (``InfernoWaiting``).
  case inferno

  /// The rule of that name, or nil.
  public static func named(_ name: String) -> WaitingRule? { WaitingRule(rawValue: name) }
}

/// A replica that serves batches of up to `batch` requests: what a waiting rule needs to know.
///
/// The length of a batch is `mean - spread` plus an exponential time of mean `spread`; constant
/// where the spread is zero. A smaller batch is never slower.
public struct BatchService: Sendable, Hashable {
  /// Most requests in one batch.
  public var batch: Int
  /// Mean length of a full batch, microseconds.
  public var meanMicroseconds: Int64
  /// Mean of the random part of it, microseconds; at most the mean.
  public var spreadMicroseconds: Int64

  /// A service.
  public init(batch: Int, meanMicroseconds: Int64, spreadMicroseconds: Int64 = 0) {
    self.batch = batch
    self.meanMicroseconds = meanMicroseconds
    self.spreadMicroseconds = spreadMicroseconds
  }

  /// 95th percentile of the length of a full batch, microseconds: mean + (ln 20 - 1) spread.
  public var p95Microseconds: Int64 {
    meanMicroseconds + Int64(clamping: Int128(spreadMicroseconds) * 1_995_733 / 1_000_000)
  }
}

/// What a rule promises for one percentile.
public struct LatencyPromise: Sendable, Hashable {
  /// The percentile of the time from arrival to answer, microseconds, rounded up.
  public var percentileMicroseconds: Int64
  /// The mean of it, microseconds, for costs.
  public var meanMicroseconds: Int64

  /// A promise.
  public init(percentileMicroseconds: Int64, meanMicroseconds: Int64) {
    self.percentileMicroseconds = percentileMicroseconds
    self.meanMicroseconds = meanMicroseconds
  }

  /// A promise from microseconds in doubles, or nil where they are beyond a day or not finite.
  init?(percentile: Double, mean: Double) {
    guard let percentile = wholeMicroseconds(percentile), let mean = wholeMicroseconds(mean) else {
      return nil
    }
    self.init(percentileMicroseconds: percentile, meanMicroseconds: min(mean, percentile))
  }
}

/// Microseconds rounded up to whole ones; nil beyond a day.
func wholeMicroseconds(_ value: Double) -> Int64? {
  guard value >= 0, value < 86_400e6 else { return nil }
  return Int64(value.rounded(.up))
}
