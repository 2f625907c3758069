internal import EmplaceCore
internal import EmplaceProblems

/// Pools: rows of resources, nodes, and tenants that set units apart.
struct PoolTable {
  let count: Int
  let site: FlatArray<Int32>
  let owned: FlatArray<Int64>
  let rentable: FlatArray<Int64>
  let rentCost: FlatArray<Int64>
  let nodeMilliwatts: FlatArray<Int64>
  let devices: FlatArray<Int64>
  let laneStart: FlatArray<Int32>

  /// Rows of pool `p`: `rowStart[p]..<rowStart[p + 1]`.
  let rowStart: FlatArray<Int32>
  /// What one node offers.
  let rowPerNode: FlatArray<Int64>
  let rowKind: FlatArray<UInt8>
  let rowSize: FlatArray<Int64>
  /// Needs of one replica of lane `l`, one for each row of its pool, from `needStart[l]`.
  let needStart: FlatArray<Int>
  let need: FlatArray<Int64>

  /// Tenants that set units apart and own lanes in pool `p`: `pairStart[p]..<pairStart[p + 1]`.
  let pairStart: FlatArray<Int32>
  let pairTenant: FlatArray<Int32>
  let pairIsNode: FlatArray<Bool>
  /// Pair of a lane, -1 where it shares.
  let pairOfLane: FlatArray<Int32>
  /// What one node offers to isolation: compute, memory, host CPU, host memory; -1 for no limit.
  let offer: FlatArray<Int64>
  /// What one device offers of compute and memory.
  let deviceOffer: FlatArray<Int64>
  /// What one replica needs of each dimension of isolation.
  let apartNeed: FlatArray<Int64>

  /// Dimensions that isolation looks at.
  static let dimensions = 4

  @inline(__always)
  func rows(_ pool: Int) -> Range<Int> { Int(rowStart[pool])..<Int(rowStart[pool + 1]) }
  @inline(__always)
  func pairs(_ pool: Int) -> Range<Int> { Int(pairStart[pool])..<Int(pairStart[pool + 1]) }
  @inline(__always)
  func lanes(_ pool: Int) -> Range<Int> { Int(laneStart[pool])..<Int(laneStart[pool + 1]) }

  /// Whether what a pair takes (none: -1) comes from what all others share: of hosts that is so
  /// unless the pair has nodes of its own.
  @inline(__always)
  func isOnRest(_ pair: Int, _ dimension: Int) -> Bool {
    pair < 0 || dimension >= 2 && !pairIsNode[pair]
  }

  static func code(of resource: PlacementIndex.Resource) -> (UInt8, Int64) {
    switch resource {
    case .memory: (0, 0)
    case .memoryCount: (1, 0)
    case .compute: (2, 0)
    case .computeCount: (3, 0)
    case .hostCPU: (4, 0)
    case .hostMemory: (5, 0)
    case .places(let size): (6, size)
    }
  }

  init(_ instance: PlacementInstance, _ lanes: LaneTable, _ arena: Arena) {
    let pools = instance.pools
    count = pools.count
    site = arena.array(pools.map(\.site))
    // Nodes beyond 2^40 are as good as no limit.
    owned = arena.array(pools.map { min(max($0.owned, 0), 1 << 40) })
    rentable = arena.array(pools.map { min(max($0.rentable, 0), 1 << 40) })
    rentCost = arena.array(pools.map(\.rentCost))
    nodeMilliwatts = arena.array(pools.map { min($0.nodeMilliwatts, 1 << 61) })
    devices = arena.array(pools.map(\.devices))
    laneStart = arena.array(Int32(0), count: pools.count + 1)
    for lane in 0..<lanes.count { laneStart[lanes.pool[lane] + 1] += 1 }
    for pool in pools.indices { laneStart[pool + 1] += laneStart[pool] }
    var rows = RowLists()
    rows.need.reserveCapacity(lanes.count * 6)
    for (index, pool) in pools.enumerated() {
      rows.add(instance.lanes[Int(laneStart[index])..<Int(laneStart[index + 1])], of: pool)
    }
    rowStart = arena.array(rows.start)
    rowPerNode = arena.array(rows.perNode)
    rowKind = arena.array(rows.kind)
    rowSize = arena.array(rows.size)
    needStart = arena.array(rows.needStart)
    need = arena.array(rows.need)
    let pairs = PairLists(instance, lanes, laneStart)
    pairStart = arena.array(pairs.start)
    pairTenant = arena.array(pairs.tenant)
    pairIsNode = arena.array(pairs.tenant.map { instance.tenants[Int($0)].isolation == .node })
    pairOfLane = arena.array(pairs.ofLane)
    offer = arena.array(
      pools.flatMap {
        [
          clampedProduct(max($0.devices, 0), 1000), clampedProduct($0.devices, $0.deviceMiB),
          $0.cpuMilliCores ?? -1, $0.hostMiB ?? -1,
        ]
      })
    deviceOffer = arena.array(pools.flatMap { [1000, max(0, $0.deviceMiB)] })
    let isApart = !pairs.tenant.isEmpty
    apartNeed = arena.array(isApart ? instance.lanes.flatMap { Self.demand(of: $0) } : [])
  }

  /// What a replica of a lane needs of the dimensions that isolation looks at.
  static func demand(of lane: PlacementInstance.Lane) -> [Int64] {
    [
      clampedProduct(lane.devices, lane.milliShares), clampedProduct(lane.devices, lane.deviceMiB),
      min(lane.cpuMilliCores, 1 << 61), min(lane.hostMiB, 1 << 61),
    ]
  }
}

/// Rows of resources while they are collected.
private struct RowLists {
  var start: [Int32] = [0]
  var perNode: [Int64] = []
  var kind: [UInt8] = []
  var size: [Int64] = []
  var needStart: [Int] = []
  var need: [Int64] = []

  /// A resource: what a node offers and what a replica needs.
  private struct Row {
    var kind: UInt8
    var size: Int64
    var perNode: Int64
    var need: (PlacementInstance.Lane) -> Int64
  }

  mutating func add(_ lanes: ArraySlice<PlacementInstance.Lane>, of pool: PlacementInstance.Pool) {
    let rows = Self.rows(lanes, of: pool).filter { row in lanes.contains { row.need($0) > 0 } }
    for row in rows {
      kind.append(row.kind)
      size.append(row.size)
      perNode.append(min(row.perNode, 1 << 61))
    }
    start.append(Int32(kind.count))
    for lane in lanes {
      needStart.append(need.count)
      for row in rows { need.append(min(row.need(lane), 1 << 61)) }
    }
  }

  private static func rows(
    _ lanes: ArraySlice<PlacementInstance.Lane>, of pool: PlacementInstance.Pool
  ) -> [Row] {
    let devices = pool.devices
    var rows = [
      Row(kind: 0, size: 0, perNode: clampedProduct(devices, pool.deviceMiB)) {
        clampedProduct($0.devices, $0.deviceMiB)
      },
      Row(kind: 1, size: 0, perNode: devices) {
        $0.deviceMiB > pool.deviceMiB - $0.deviceMiB ? $0.devices : 0
      },
      Row(kind: 2, size: 0, perNode: clampedProduct(devices, 1000)) {
        clampedProduct($0.devices, $0.milliShares)
      },
      Row(kind: 3, size: 0, perNode: devices) { $0.milliShares > 500 ? $0.devices : 0 },
    ]
    if let cpu = pool.cpuMilliCores {
      rows.append(Row(kind: 4, size: 0, perNode: cpu) { $0.cpuMilliCores })
    }
    if let memory = pool.hostMiB {
      rows.append(Row(kind: 5, size: 0, perNode: memory) { $0.hostMiB })
    }
    let sizes = Set(lanes.map(\.devices).filter { $0 > 1 && $0 <= devices }).sorted()
    for size in sizes {
      rows.append(
        Row(kind: 6, size: size, perNode: devices / size) {
          if $0.devices > devices {
            return clampedProduct(($0.devices + devices - 1) / devices, devices / size)
          }
          return $0.devices >= size ? 1 : 0
        })
    }
    return rows
  }
}

/// Tenants that set units apart, by pool, while they are collected.
private struct PairLists {
  var start: [Int32] = [0]
  var tenant: [Int32] = []
  var ofLane: [Int32]

  init(_ instance: PlacementInstance, _ lanes: LaneTable, _ laneStart: FlatArray<Int32>) {
    ofLane = [Int32](repeating: -1, count: lanes.count)
    let isIsolated = instance.tenants.map { $0.isolation != .none }
    guard isIsolated.contains(true) else {
      start = [Int32](repeating: 0, count: instance.pools.count + 1)
      return
    }
    for pool in instance.pools.indices {
      let range = Int(laneStart[pool])..<Int(laneStart[pool + 1])
      var owners: Set<Int32> = []
      for lane in range where lanes.tenant[lane] >= 0 && isIsolated[Int(lanes.tenant[lane])] {
        owners.insert(lanes.tenant[lane])
      }
      let first = tenant.count
      tenant += owners.sorted()
      for lane in range where owners.contains(lanes.tenant[lane]) {
        let position = tenant[first...].firstIndex(of: lanes.tenant[lane]) ?? first
        ofLane[lane] = Int32(position)
      }
      start.append(Int32(tenant.count))
    }
  }
}
