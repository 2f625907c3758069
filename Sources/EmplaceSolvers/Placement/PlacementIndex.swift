public import EmplaceCore
public import EmplaceProblems

// Sendable: all memory is written during `init` only, before anybody else can see it, and freed
// with the last reference.
/// Everything about an instance that the heuristics read and never change: options of each demand
/// by cost, requirements of each lane by resource, members of sites, models and failure cases.
///
/// Built once and shared by all states of the instance. Numbers so large that sums could leave 64
/// bits are refused; requirements and capacities beyond 2^61 are clamped in the safe direction.
///
/// - Complexity: O(arcs x (log + hours that matter) + lanes x resources).
public final class PlacementIndex: @unchecked Sendable {
  /// The instance.
  public let instance: PlacementInstance
  let arena: Arena
  let lanes: LaneTable
  let pools: PoolTable
  let sites: SiteTable
  let artifacts: ArtifactTable
  let models: ModelTable
  let options: OptionTable
  let groups: FloorTable
  let cases: CaseTable
  let pins: PinTable
  /// Most artifacts added or removed; `Int64.max` without a limit.
  let moveBudget: Int64
  /// Most cost of rented nodes and opened sites; `Int64.max` without a limit.
  let hostingBudget: Int64
  /// Whether any demand must be served.
  let mustServe: Bool

  /// Reads an instance, by up to `threads` threads; throws where its numbers are too large to add
  /// up.
  public init(_ instance: PlacementInstance, threads: Int = 1) throws(SolveError) {
    guard instance.arcCount < Int(Int32.max) / 2, instance.lanes.count < Int(Int32.max) / 2 else {
      throw .badInput(
        "\(instance.arcCount) arcs and \(instance.lanes.count) lanes: at most 2^30 of either. "
          + "Maybe fewer batch limits or a tighter latency.")
    }
    self.instance = instance
    moveBudget = instance.moveBudget ?? .max
    hostingBudget = instance.hostingBudget ?? .max
    mustServe = instance.demands.contains { $0.unservedCost == nil }
    arena = Arena()
    lanes = try LaneTable(instance, arena)
    pools = PoolTable(instance, lanes, arena)
    artifacts = ArtifactTable(instance, arena)
    models = ModelTable(instance, arena)
    sites = SiteTable(instance, arena)
    options = try OptionTable(instance, lanes, arena, threads: threads)
    groups = FloorTable(instance, arena)
    cases = CaseTable(instance, lanes, options, arena)
    pins = PinTable(instance, arena)
    try Self.checkCosts(instance, lanes)
  }

  /// Every objective value must fit 62 bits.
  private static func checkCosts(_ instance: PlacementInstance, _ lanes: LaneTable)
    throws(SolveError)
  {
    var most = instance.demands.map { ($0.unservedCost ?? 0).magnitude }
    for arc in 0..<instance.arcCount {
      let demand = Int(instance.arcDemand[arc])
      most[demand] = max(most[demand], instance.arcCost[arc].magnitude)
    }
    var total: Int128 = 0
    for (demand, cost) in most.enumerated() {
      total += Int128(cost) * Int128(instance.demands[demand].parts)
    }
    for (lane, element) in instance.lanes.enumerated() {
      total += Int128(element.cost.magnitude) * Int128(max(lanes.most[lane], lanes.least[lane]))
    }
    for element in instance.artifacts {
      total += Int128(element.addCost.magnitude) + Int128(element.removeCost.magnitude)
    }
    for pool in instance.pools { total += Int128(pool.rentCost) * Int128(pool.rentable) }
    for site in instance.sites { total += Int128(site.openingCost) }
    guard total < Int128(1) << 61 else {
      throw .badInput(
        "costs add up to as much as \(total), beyond 2^61. Maybe a cost has a wrong unit.")
    }
  }
}

extension PlacementIndex {
  /// Number of lanes.
  public var laneCount: Int { lanes.count }
  /// Number of rows of pool resources (P4, P5, host part of P7): the length of price vectors.
  public var resourceCount: Int { pools.rowPerNode.count }

  /// A resource of the nodes of a pool, as P4, P5 and P7 count it.
  public enum Resource: Sendable, Hashable {
    /// Device memory in MiB.
    case memory
    /// Devices of replicas above half a device's memory.
    case memoryCount
    /// Compute in milli-shares.
    case compute
    /// Devices of replicas above half a device's compute.
    case computeCount
    /// Host CPU in milli-cores.
    case hostCPU
    /// Host memory in MiB.
    case hostMemory
    /// Places for replicas over this many devices.
    case places(Int64)
  }

  /// Index of a pool's resource among the rows of pool resources, or nil where nothing needs it or
  /// nothing limits it.
  public func row(ofPool pool: Int, resource: Resource) -> Int? {
    let (kind, size) = PoolTable.code(of: resource)
    for row in pools.rows(pool) where pools.rowKind[row] == kind && pools.rowSize[row] == size {
      return row
    }
    return nil
  }
}

extension PlacementIndex {
  /// Slot of the version of an artifact, -1 where its model does not limit them.
  @inline(__always)
  func versionSlot(ofArtifact artifact: Int) -> Int32 {
    let slots = models.versionSlots(artifacts.model[artifact])
    return slots.isEmpty ? -1 : slots.lowerBound + artifacts.version[artifact]
  }
}

/// Clamps to the largest number that sums can hold.
@inline(__always)
func clamped(_ value: Int128) -> Int64 {
  Int64(clamping: min(value, Int128(1) << 61))
}

/// `a * b`, or 2^61 where that is larger; for values that are not negative.
@inline(__always)
func clampedProduct(_ a: Int64, _ b: Int64) -> Int64 {
  let (product, overflow) = a.multipliedReportingOverflow(by: b)
  return overflow || product > 1 << 61 ? 1 << 61 : product
}
