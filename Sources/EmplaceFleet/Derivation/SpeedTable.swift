import Foundation

/// What one variant does on one kind of hardware at each batch limit worth a look, for each class
/// of demands for its model.
struct SpeedTable: Sendable {
  /// A batch limit.
  struct Candidate: Sendable {
    /// Most requests, or sequences, at once.
    var batch: Int
    /// KV cache of one replica over all its devices, bytes.
    var cacheBytes: Int64 = 0
    /// For each class, the objective less what is promised, microseconds: the longest round trip
    /// that still keeps it; ``SpeedTable/never`` where none does.
    var slack: [Int32]
    /// For each class, work of a request in nano-replicas per request per second.
    var work: [Int64]
    /// For each class, mean time to the last answer without the network, microseconds.
    var latency: [Int64]
  }

  /// A slack that no round trip keeps.
  static let never = Int32.min

  /// Candidates by increasing batch limit.
  var candidates: [Candidate]

  /// The table of these batch limits.
  init(
    variant: Variant, profile: Profile, batches: [Int], demands: DemandIndex.OfModel,
    calculator: WaitingCalculator
  ) {
    candidates = []
    for batch in batches {
      let candidate: Candidate?
      if case .tokens(let tokens) = profile {
        candidate = Self.tokens(tokens, batch, variant, demands, calculator)
      } else {
        candidate = Self.batches(profile, batch, variant, demands, calculator)
      }
      if let candidate { candidates.append(candidate) }
    }
  }

  /// Whether the variant is good and new enough for a class.
  static func admits(_ variant: Variant, _ element: DemandClass) -> Bool {
    variant.accuracyMillionths >= element.leastAccuracyMillionths
      && variant.version >= element.oldestVersion
  }

  private static func empty(_ batch: Int, _ count: Int) -> Candidate {
    Candidate(
      batch: batch, slack: Array(repeating: never, count: count),
      work: Array(repeating: 0, count: count), latency: Array(repeating: 0, count: count))
  }

  private static func batches(
    _ profile: Profile, _ batch: Int, _ variant: Variant, _ demands: DemandIndex.OfModel,
    _ calculator: WaitingCalculator
  ) -> Candidate? {
    guard let service = profile.service(batch: batch) else { return nil }
    var candidate = empty(batch, demands.classes.count)
    var promises: [Int64: LatencyPromise?] = [:]
    for (index, element) in demands.classes.enumerated() {
      guard case .latency(let limit) = element.objective, admits(variant, element) else { continue }
      let percentile = element.percentileMillionths
      let promise =
        promises[percentile]
        ?? calculator.promise(for: service, percentileMillionths: percentile)
      promises[percentile] = .some(promise)
      guard let promise else { continue }
      candidate.slack[index] = slack(limit, promise.percentileMicroseconds)
      candidate.work[index] = service.workNanoseconds
      candidate.latency[index] = promise.meanMicroseconds
    }
    return candidate
  }

  private static func tokens(
    _ profile: TokenProfile, _ batch: Int, _ variant: Variant, _ demands: DemandIndex.OfModel,
    _ calculator: WaitingCalculator
  ) -> Candidate? {
    guard
      let waiting = TokenCalculator(
        calculator, profile: profile, batch: batch, mix: demands.mixes),
      let cache = profile.cacheBytes(batch: batch, context: waiting.context)
    else { return nil }
    var candidate = empty(batch, demands.classes.count)
    candidate.cacheBytes = cache
    for (index, element) in demands.classes.enumerated() {
      guard case .tokens(let first, let each, let exact) = element.objective,
        admits(variant, element), let lengths = element.lengths,
        let work = profile.workNanoseconds(LengthSums(exact), batch: batch),
        waiting.holds(
          perToken: each, lengths: lengths, percentileMillionths: element.percentileMillionths),
        let promise = waiting.firstToken(
          lengths: lengths, percentileMillionths: element.percentileMillionths)
      else { continue }
      candidate.slack[index] = slack(first, promise.percentileMicroseconds)
      candidate.work[index] = work
      candidate.latency[index] = promise.meanMicroseconds
    }
    return candidate
  }

  /// `limit - promised`, above ``never`` and below ``RoundTrips/unreachable``.
  private static func slack(_ limit: Int64, _ promised: Int64) -> Int32 {
    let (difference, overflow) = limit.subtractingReportingOverflow(promised)
    let bound = Int64(RoundTrips.unreachable) - 1
    return Int32(truncatingIfNeeded: overflow ? -bound : min(max(difference, -bound), bound))
  }
}

extension TokenProfile {
  /// KV cache of `batch` sequences at this context each, bytes; nil beyond the integers.
  func cacheBytes(batch: Int, context: Double) -> Int64? {
    let bytes = Double(kvBytesPerToken) * (context * Double(batch)).rounded(.up)
    return bytes < 0x1p60 ? Int64(bytes) : nil
  }

  /// Work of a request in nano-replicas per request per second, rounded up; nil beyond the
  /// integers.
  func workNanoseconds(_ sums: LengthSums, batch: Int) -> Int64? {
    let nanoseconds = (workMicroseconds(sums, batch: batch) * 1000).rounded(.up)
    return nanoseconds < 0x1p60 ? max(1, Int64(nanoseconds)) : nil
  }
}

// MARK: - The short list

extension SpeedTable {
  /// The batch limits to plan with, by increasing limit: at most `most` of the candidates that fit.
  ///
  /// The largest is the largest that some class can use from its nearest site. The smallest is the
  /// largest that loses no demand that its nearest site could serve at another limit, and keeps at
  /// least nine tenths of the best slack of every class; where none does both for all, the one that
  /// comes closest. Between them stand the candidates nearest to a geometric series. With one limit
  /// allowed it is the smallest.
  func chosen(among fitting: [Int], nearest: [[Int32]], most: Int) -> [Int] {
    let useful = fitting.filter { candidate in
      zip(candidates[candidate].slack, nearest).contains { $0.0 >= $0.1.first ?? .max }
    }
    guard let high = useful.last else { return [] }
    let goals = nearest.indices.compactMap { Goal($0, nearest[$0], useful.map { candidates[$0] }) }
    let reaches = useful.map { candidate in
      goals.reduce(1) { min($0, $1.reach(candidates[candidate])) }
    }
    let enough = min(0.9, reaches.max() ?? 0)
    let low = useful[reaches.lastIndex { $0 >= enough } ?? 0]
    return spread(useful.filter { $0 >= low }, low: low, high: high, most: most)
  }

  /// What a class asks of the smallest batch limit.
  private struct Goal {
    let element: Int
    let best: Int32
    let needed: Int32

    /// Nil for a class that no candidate serves.
    init?(_ element: Int, _ nearest: [Int32], _ candidates: [Candidate]) {
      self.element = element
      let best = candidates.reduce(never) { max($0, $1.slack[element]) }
      guard let needed = nearest.last(where: { $0 <= best }) else { return nil }
      (self.best, self.needed) = (best, needed)
    }

    /// Share of the best slack that a candidate keeps; half of it where it loses a demand.
    func reach(_ candidate: Candidate) -> Double {
      let slack = candidate.slack[element]
      guard best > 0 else { return slack >= best ? 1 : 0 }
      let share = max(0, Double(slack) / Double(best))
      return slack >= needed ? share : share / 2
    }
  }

  /// `low`, `high` and the candidates nearest to a geometric series between them.
  private func spread(_ useful: [Int], low: Int, high: Int, most: Int) -> [Int] {
    guard most > 1, low < high else { return [low] }
    var chosen: Set<Int> = [low, high]
    let ratio = Double(candidates[high].batch) / Double(candidates[low].batch)
    for step in stride(from: 1, to: most - 1, by: 1) {
      let share = Double(step) / Double(most - 1)
      let target = Double(candidates[low].batch) * pow(ratio, share)
      let nearest = useful.min { left, right in
        distance(candidates[left].batch, target) < distance(candidates[right].batch, target)
      }
      if let nearest { chosen.insert(nearest) }
    }
    return chosen.sorted()
  }

  private func distance(_ batch: Int, _ target: Double) -> Double {
    let ratio = Double(batch) / target
    return ratio < 1 ? 1 / ratio : ratio
  }
}
