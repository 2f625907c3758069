/// What a replica is, by what does not depend on how lanes are numbered: plans of two instances with
/// the same pools and variants are compared by it.
public struct ReplicaKind: Hashable, Comparable, Sendable {
  /// Index of the pool.
  public let pool: Int32
  /// Index of the variant, -1 in benchmarks.
  public let variant: Int32
  /// Batch limit, 0 in benchmarks.
  public let batch: Int32

  /// By pool, variant, batch limit.
  public static func < (a: ReplicaKind, b: ReplicaKind) -> Bool {
    (a.pool, a.variant, a.batch) < (b.pool, b.variant, b.batch)
  }
}

extension PlacementInstance {
  /// What the replicas of a lane are.
  public func kind(ofLane lane: Int) -> ReplicaKind {
    ReplicaKind(
      pool: lanes[lane].pool, variant: Int32(truncatingIfNeeded: variant(ofLane: lane)),
      batch: lanes[lane].batch)
  }

  /// Name of a kind, unique: `variant@pool/b8`, or the pool's name in benchmarks.
  public func name(of kind: ReplicaKind) -> String {
    let pool = pools[Int(kind.pool)].name
    return kind.variant < 0
      ? pool : "\(variants[Int(kind.variant)].name)@\(pool)/b\(kind.batch)"
  }

  /// Replicas of a solution by kind.
  public func replicas(of solution: PlacementSolution) -> [ReplicaKind: Int64] {
    var result: [ReplicaKind: Int64] = [:]
    for element in solution.replicas { result[kind(ofLane: element.lane)] = element.count }
    return result
  }
}

/// How many replicas start and stop between two plans.
public struct ReplicaChanges: Sendable, Hashable {
  /// Replicas that run only after.
  public var started: Int64 = 0
  /// Replicas that run only before.
  public var stopped: Int64 = 0

  /// Starts and stops together.
  public var total: Int64 { started + stopped }

  /// From the replicas of one plan to those of another.
  public init(from before: [ReplicaKind: Int64], to after: [ReplicaKind: Int64]) {
    for (kind, count) in after { started += max(0, count - (before[kind] ?? 0)) }
    for (kind, count) in before { stopped += max(0, count - (after[kind] ?? 0)) }
  }

  /// From one plan of an instance to another.
  public init(
    from before: PlacementSolution, to after: PlacementSolution, in instance: PlacementInstance
  ) {
    self.init(from: instance.replicas(of: before), to: instance.replicas(of: after))
  }
}
