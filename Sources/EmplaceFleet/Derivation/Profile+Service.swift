extension Profile {
  /// Largest batch limit that is planned with.
  static var largestBatch: Int { 4096 }

  /// Batch limits worth a look: the measured ones (of those closer than a quarter the larger); else
  /// steps of about the square root of two from 1 to the profile's limit, which is one of them.
  var candidateBatches: [Int] {
    switch self {
    case .measured(let points):
      let batches = Set(points.map(\.batch)).filter { $0 <= Self.largestBatch }.sorted()
      return zip(batches, batches.dropFirst()).filter { 5 * $0.0 < 4 * $0.1 || $0.0 < 8 }.map(\.0)
        + batches.suffix(1)
    case .affine(_, _, let limit): return Self.steps(to: limit)
    case .tokens(let tokens): return Self.steps(to: tokens.batchLimit)
    }
  }

  /// 1, 2, 3, 4, 6, 8, 12, ... and the limit.
  static func steps(to limit: Int) -> [Int] {
    let limit = min(limit, largestBatch)
    var batches: [Int] = []
    var power = 1
    while power <= limit {
      batches.append(power)
      if power > 1, power + power / 2 < limit { batches.append(power + power / 2) }
      power *= 2
    }
    if batches.last != limit { batches.append(limit) }
    return batches
  }

  /// What a replica does with batches of up to `batch`; nil for token profiles and where a batch
  /// takes longer than a day.
  ///
  /// A measured batch is never faster than a smaller measured one. Its spread is that of the
  /// exponential time that gives the measured 95th percentile, `(P95 - mean) / (ln 20 - 1)`; where
  /// that is above the mean, all of it is exponential with that percentile.
  func service(batch: Int) -> BatchService? {
    var service: BatchService
    switch self {
    case .tokens: return nil
    case .affine(let base, let slope, _):
      let length = Int128(base) + Int128(slope) * Int128(batch)
      service = BatchService(batch: batch, meanMicroseconds: Int64(clamping: length))
    case .measured(let points):
      service = BatchService(batch: batch, meanMicroseconds: 0)
      for point in points where point.batch <= batch {
        let excess = Int128(max(0, point.p95Microseconds - point.meanMicroseconds))
        let spread = Int64(clamping: (excess * 1_000_000 + 1_995_731) / 1_995_732)
        service.meanMicroseconds = max(service.meanMicroseconds, point.meanMicroseconds)
        service.spreadMicroseconds = max(service.spreadMicroseconds, spread)
        if spread > point.meanMicroseconds {
          let whole = Int64(clamping: (Int128(point.p95Microseconds) * 1_000_000) / 2_995_732 + 1)
          service.meanMicroseconds = max(service.meanMicroseconds, whole)
          service.spreadMicroseconds = max(service.spreadMicroseconds, whole)
        }
      }
      service.spreadMicroseconds = min(service.spreadMicroseconds, service.meanMicroseconds)
    }
    return service.meanMicroseconds < 86_400_000_000 ? service : nil
  }
}

extension BatchService {
  /// Work of one request in nano-replicas per request per second: the length of a full batch over
  /// its size, rounded up; at least 1.
  var workNanoseconds: Int64 {
    max(1, Int64(clamping: (Int128(meanMicroseconds) * 1000 + Int128(batch) - 1) / Int128(batch)))
  }
}
