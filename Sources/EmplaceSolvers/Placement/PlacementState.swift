internal import EmplaceCore
internal import EmplaceProblems

/// A placement under change: four vectors of decisions (replicas by lane, parts by option, artifacts
/// present, parts by option of each failure case) and everything that follows from them, kept up
/// to date at the cost of what a change touches.
///
/// Rented nodes and units set apart follow from the replicas: always as few as suffice. No limit
/// but cover, floors, spread, pins and fewest replicas is ever exceeded; how far those are missed is
/// ``shortfall``. Changes are logged and can be taken back with ``rollback(to:)``.
public final class PlacementState {
  /// What the state reads.
  public let index: PlacementIndex
  let arena = Arena()

  // Decisions.
  let replicas: FlatArray<Int64>
  let parts: FlatArray<Int32>
  let present: FlatArray<Bool>
  let caseParts: FlatArray<Int32>

  // By lane, by load slot; routed options of a lane as a doubly linked list.
  let capacity: FlatArray<Int64>
  let load: FlatArray<Int64>
  let laneParts: FlatArray<Int64>
  let firstRoute: FlatArray<Int32>
  let nextRoute: FlatArray<Int32>
  let previousRoute: FlatArray<Int32>

  // Running lanes of a pool as a doubly linked list.
  let firstRunning: FlatArray<Int32>
  let nextRunning: FlatArray<Int32>
  let previousRunning: FlatArray<Int32>

  // By demand; routed options of a demand as a linked list.
  let served: FlatArray<Int32>
  let firstSource: FlatArray<Int32>
  let nextSource: FlatArray<Int32>
  let unservedList: FlatArray<Int32>
  let unservedPosition: FlatArray<Int32>

  // By pool, by row of resources, by pair of pool and isolated tenant.
  let nodes: FlatArray<Int64>
  let rowUsage: FlatArray<Int64>
  let rowCapacity: FlatArray<Int64>
  let pairUsage: FlatArray<Int64>
  let restUsage: FlatArray<Int64>

  // By site.
  let power: FlatArray<Int64>
  let storage: FlatArray<Int64>
  let uplink: FlatArray<Int64>
  let presentCount: FlatArray<Int32>
  let idleCount: FlatArray<Int32>
  let siteReplicas: FlatArray<Int64>

  // By artifact, model, tenant.
  let artifactReplicas: FlatArray<Int64>
  let copies: FlatArray<Int64>
  let versionPresent: FlatArray<Int32>
  /// Artifacts of a version from which replicas run: while there are any, the version stays.
  let versionRunning: FlatArray<Int32>
  let liveVersions: FlatArray<Int64>
  let spreadReplicas: FlatArray<Int64>
  let domains: FlatArray<Int64>
  let tenantShares: FlatArray<Int64>
  let pairedPresent: FlatArray<Int32>
  let pinReplicas: FlatArray<Int64>

  // Floors and failure cases.
  let floorServed: FlatArray<Int64>
  let caseServed: FlatArray<Int32>
  let caseLoad: FlatArray<Int64>
  let caseFloorServed: FlatArray<Int64>

  /// Sums over everything.
  struct Totals: Hashable, BitwiseCopyable {
    var objective: Int64 = 0
    var hosting: Int64 = 0
    var moves: Int64 = 0
    var shortfall: Int64 = 0
    var caseShortfall: Int64 = 0
    var unserved = 0
  }
  private let totalsBox: FlatArray<Totals>
  var totals: Totals {
    @inline(__always) _read { yield totalsBox.base.pointee }
    @inline(__always) _modify { yield &totalsBox.base.pointee }
  }
  /// What the artifacts present at the start break and nothing could mend; never shrinks.
  var unsound: Int64 = 0

  /// One change, as it must be repeated with the opposite amount to take it back.
  struct LogEntry: BitwiseCopyable {
    enum Kind: UInt8, BitwiseCopyable { case replicas, parts, presence, caseParts }
    var kind: Kind
    var index: Int32
    var amount: Int64
  }
  let log = GrowingList<LogEntry>()

  // Lanes and sites that may hold more than they need.
  let isDirty: FlatArray<Bool>
  let dirtyLanes = GrowingList<Int32>()
  let isDirtySite: FlatArray<Bool>
  let dirtySites = GrowingList<Int32>()
  /// Whether replicas may be added where nodes must be rented for them.
  var mayRent = true
  /// Artifacts that an operation under way may not evict.
  var protected: [Int32] = []

  /// What searches that take turns on the state remember between them.
  struct Memory {
    /// Objective and shortfall at the end of the last descent, which found nothing more to gain.
    var polished: (objective: Int64, shortfall: Int64)?
    /// Where annealing stands.
    var cycle: Cycle?
    /// What a thousandth of shortfall costs.
    var shortfallPrice: Double?
    /// What scarce resources are worth, where the search for bounds has said so.
    var charges: ScarcityCharges?
  }
  var memory = Memory()

  /// A state in which nothing is decided and no artifact is present.
  init(blank index: PlacementIndex) {
    self.index = index
    totalsBox = arena.array(Totals(), count: 1)
    let (lanes, pools, models) = (index.lanes, index.pools, index.models)
    let options = index.options.lane.count
    replicas = arena.array(0, count: lanes.count)
    parts = arena.array(0, count: options)
    present = arena.array(false, count: index.artifacts.count)
    caseParts = arena.array(0, count: index.cases.option.count)
    capacity = arena.array(0, count: lanes.count)
    load = arena.array(0, count: lanes.slotHour.count)
    laneParts = arena.array(0, count: lanes.count)
    firstRoute = arena.array(-1, count: lanes.count)
    nextRoute = arena.array(-1, count: options)
    previousRoute = arena.array(-1, count: options)
    firstRunning = arena.array(-1, count: pools.count)
    nextRunning = arena.array(-1, count: lanes.count)
    previousRunning = arena.array(-1, count: lanes.count)
    served = arena.array(0, count: index.options.demandCount)
    firstSource = arena.array(-1, count: index.options.demandCount)
    nextSource = arena.array(-1, count: options)
    unservedList = arena.array(0, count: index.options.demandCount)
    unservedPosition = arena.array(0, count: index.options.demandCount)
    nodes = arena.array(0, count: pools.count)
    rowUsage = arena.array(0, count: pools.rowPerNode.count)
    rowCapacity = arena.array(0, count: pools.rowPerNode.count)
    pairUsage = arena.array(0, count: pools.pairTenant.count * PoolTable.dimensions)
    restUsage = arena.array(0, count: pools.count * PoolTable.dimensions)
    power = arena.array(0, count: index.sites.count)
    storage = arena.array(0, count: index.sites.count)
    uplink = arena.array(0, count: index.sites.count)
    presentCount = arena.array(0, count: index.sites.count)
    idleCount = arena.array(0, count: index.sites.count)
    siteReplicas = arena.array(0, count: index.sites.count)
    artifactReplicas = arena.array(0, count: index.artifacts.count)
    copies = arena.array(0, count: models.count)
    versionPresent = arena.array(0, count: models.versionSlots)
    versionRunning = arena.array(0, count: models.versionSlots)
    liveVersions = arena.array(0, count: models.count)
    spreadReplicas = arena.array(0, count: models.spreadSlots)
    domains = arena.array(0, count: models.count)
    tenantShares = arena.array(0, count: models.quota.count)
    pairedPresent = arena.array(0, count: index.sites.count * models.pairedCount)
    pinReplicas = arena.array(0, count: index.pins.count)
    floorServed = arena.array(0, count: index.groups.count)
    caseServed = arena.array(0, count: index.cases.entryDemand.count)
    caseLoad = arena.array(0, count: index.cases.slotCount)
    caseFloorServed = arena.array(0, count: index.cases.floors.count)
    isDirty = arena.array(false, count: lanes.count)
    isDirtySite = arena.array(false, count: index.sites.count)
    setBlankTotals()
  }

  /// Nothing served, nothing present: what that costs and misses.
  private func setBlankTotals() {
    let (pools, options) = (index.pools, index.options)
    for pool in 0..<pools.count {
      nodes[pool] = pools.owned[pool]
      for row in pools.rows(pool) {
        rowCapacity[row] = clampedProduct(pools.rowPerNode[row], nodes[pool])
      }
    }
    for artifact in 0..<index.artifacts.count {
      totals.objective += index.artifacts.removeCost[artifact]
      if index.artifacts.isIncumbent[artifact] { totals.moves += 1 }
    }
    for demand in 0..<options.demandCount {
      totals.objective += max(0, options.unservedCost[demand]) * Int64(options.parts[demand])
      totals.shortfall += missing(demand)
      unservedList[demand] = Int32(demand)
      unservedPosition[demand] = Int32(demand)
    }
    totals.unserved = options.demandCount
    for lane in 0..<index.lanes.count { totals.shortfall += 1000 * index.lanes.least[lane] }
    for floor in 0..<index.groups.count {
      totals.shortfall += Self.deficit(floorServed[floor], of: index.groups.least[floor])
    }
    for model in 0..<index.models.count {
      totals.shortfall += 1000 * max(0, index.models.leastDomains[model])
    }
    totals.shortfall += 1000 * Int64(index.pins.count)
    for floor in 0..<index.cases.floors.count {
      totals.caseShortfall += Self.deficit(0, of: index.cases.floors.least[floor])
    }
  }

  deinit {
    log.free()
    dirtyLanes.free()
    dirtySites.free()
  }

  /// A copy with an empty log.
  public func copy() -> PlacementState {
    let result = PlacementState(blank: index)
    result.arena.copyContents(of: arena)
    result.unsound = unsound
    result.memory = memory
    for lane in dirtyLanes.array { result.dirtyLanes.append(lane) }
    for site in dirtySites.array { result.dirtySites.append(site) }
    return result
  }
}

// MARK: - Figures

extension PlacementState {
  /// Cost of the decisions, exact, in units of the instance; parts that must be served and are not
  /// count nothing here but in ``shortfall``.
  public var objective: Int64 { totals.objective }

  /// How far cover, floors, spread, pins, fewest replicas and failure cases are missed, in thousandths of
  /// what each asks; 0 when the solution is feasible.
  public var shortfall: Int64 { totals.shortfall + totals.caseShortfall + unsound }

  /// Whether `Placement.verify` accepts ``solution()``.
  public var isFeasible: Bool { shortfall == 0 }

  /// Replicas of a lane.
  public func replicas(ofLane lane: Int) -> Int64 { replicas[lane] }

  /// Parts of a demand that are not served.
  public func unservedParts(ofDemand demand: Int) -> Int64 {
    Int64(index.options.parts[demand] - served[demand])
  }

  /// How much of `most` is missing, in thousandths, at least 1 when anything is.
  @inline(__always)
  static func deficit(_ value: Int64, of least: Int64) -> Int64 {
    guard value < least else { return 0 }
    return max(1, Int64(1000 * (1 - Double(value) / Double(least))))
  }

  /// The shortfall of a demand that must be served.
  @inline(__always)
  func missing(_ demand: Int) -> Int64 {
    guard index.options.unservedCost[demand] < 0 else { return 0 }
    return Self.deficit(Int64(served[demand]), of: Int64(index.options.parts[demand]))
  }
}

// MARK: - Taking back

extension PlacementState {
  /// A point to which changes can be taken back.
  public func mark() -> Int { log.count }

  /// Takes back all changes since `mark`.
  public func rollback(to mark: Int) {
    while log.count > mark, let entry = log.popLast() {
      let index = Int(entry.index)
      switch entry.kind {
      case .replicas: applyReplicas(index, -entry.amount)
      case .parts: applyParts(index, Int32(truncatingIfNeeded: -entry.amount))
      case .presence: applyPresence(index, entry.amount < 0)
      case .caseParts: applyCaseParts(index, Int32(truncatingIfNeeded: -entry.amount))
      }
      _ = log.popLast()
    }
  }

  /// Forgets how to take changes back: every mark becomes void.
  public func commit() { log.removeAll() }
}
