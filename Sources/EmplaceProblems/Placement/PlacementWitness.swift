/// Replicas of a lane that first fit found no room for.
public struct PackingMisfit: Sendable, Hashable {
  /// Index of the pool.
  public var pool: Int
  /// Index of the first lane that did not fit whole.
  public var lane: Int
  /// Replicas of all lanes of the pool that are left over.
  public var replicas: Int64
}

extension Placement {
  /// Packs every pool of a plan onto nodes and devices, first fit by decreasing size, as a witness
  /// that P4, P5 and P7 promised only what can be carried out; returns the pools where it fails in
  /// each of several orders, with the fewest replicas left. Most go by a measure of size; the last
  /// one mixes the lanes evenly, so that no node runs out of one thing while another is left over.
  ///
  /// A failure is no violation: another packing may exist. Equal nodes are kept as one with a
  /// count, so that the time does not depend on how many nodes or replicas there are.
  /// Source of the rule: Johnson 1974, doi:10.1016/S0022-0000(74)80026-7.
  /// - Complexity: O(lanes used^2) a pool, with the mixed order at most 256^2 times as much.
  public static func packingMisfits(
    of solution: PlacementSolution, against instance: PlacementInstance
  ) -> [PackingMisfit] {
    var byPool: [Int: [PlacementSolution.Replicas]] = [:]
    for element in solution.replicas where instance.lanes.indices.contains(element.lane) {
      byPool[Int(instance.lanes[element.lane].pool), default: []].append(element)
    }
    var rented: [Int: Int64] = [:]
    for element in solution.rented { rented[element.pool, default: 0] += element.count }
    return byPool.keys.sorted().compactMap { pool in
      var best: PackingMisfit?
      for order in PoolPacker.Order.allCases {
        var packer = PoolPacker(instance, pool: pool, rented: rented[pool] ?? 0, by: order)
        guard let misfit = packer.misfit(of: byPool[pool] ?? []) else { return nil }
        if misfit.replicas < best?.replicas ?? .max { best = misfit }
      }
      return best
    }
  }
}

/// First fit in one pool, in one order.
private struct PoolPacker {
  /// What comes first among replicas with as many devices.
  enum Order: CaseIterable {
    /// The larger of its parts of a device's memory and compute.
    case larger
    /// The sum of its parts of everything.
    case sum
    /// Its part of the compute.
    case compute
    /// Its part of the memory.
    case memory
    /// Its part of the host.
    case host
    /// Some of each lane in turn, in proportion to how many there are.
    case mixed
  }

  /// Who may use a device or a node.
  private enum Owner: Hashable {
    case nobody
    case everybody
    case tenant(Int)

    func admits(_ other: Owner) -> Bool { self == .nobody || self == other }
  }

  private struct Device: Hashable {
    var memory: Int64
    var share: Int64
    var owner: Owner
  }

  /// Nodes in the same state.
  private struct Nodes {
    var count: Int64
    var devices: [Device]
    var cpu: Int64
    var host: Int64
    var owner: Owner
    var isUntouched: Bool
  }

  /// More devices a node than any node has; what claims more is not packed.
  private static let deviceLimit: Int64 = 1024
  /// Most turns in which lanes are mixed.
  private static let turnLimit: Int64 = 256

  private let instance: PlacementInstance
  private let pool: Int
  private let order: Order
  private var groups: [Nodes]

  init(_ instance: PlacementInstance, pool: Int, rented: Int64, by order: Order) {
    self.instance = instance
    self.pool = pool
    self.order = order
    let element = instance.pools[pool]
    let (sum, overflow) = element.owned.addingReportingOverflow(rented)
    let device = Device(memory: element.deviceMiB, share: 1000, owner: .nobody)
    let devices = Int(clamping: min(max(element.devices, 0), Self.deviceLimit))
    groups = [
      Nodes(
        count: overflow ? .max : sum, devices: Array(repeating: device, count: devices),
        cpu: element.cpuMilliCores ?? .max, host: element.hostMiB ?? .max, owner: .nobody,
        isUntouched: true)
    ]
  }

  mutating func misfit(of replicas: [PlacementSolution.Replicas]) -> PackingMisfit? {
    let isPackable = instance.pools[pool].devices <= Self.deviceLimit
    var result: PackingMisfit?
    for element in sequence(of: replicas) {
      let left = isPackable ? place(element) : element.count
      guard left > 0 else { continue }
      if result == nil { result = PackingMisfit(pool: pool, lane: element.lane, replicas: 0) }
      let (sum, overflow) = (result?.replicas ?? 0).addingReportingOverflow(left)
      result?.replicas = overflow ? .max : sum
    }
    return result
  }

  /// Replicas in the order in which they are placed.
  private func sequence(of replicas: [PlacementSolution.Replicas]) -> [PlacementSolution.Replicas] {
    let sorted = replicas.sorted(by: isLarger)
    guard order == .mixed else { return sorted }
    let small = sorted.drop { instance.lanes[$0.lane].devices > 1 }
    let turns = Int128(min(Self.turnLimit, small.map(\.count).max() ?? 0))
    var result = Array(sorted[..<small.startIndex])
    for turn in 0..<turns {
      for element in small {
        // How many are due after a number of turns, rounded to the nearest.
        func due(_ done: Int128) -> Int128 {
          (2 * Int128(element.count) * done + turns) / (2 * turns)
        }
        let count = due(turn + 1) - due(turn)
        if count > 0 { result.append(.init(lane: element.lane, count: Int64(count))) }
      }
    }
    return result
  }

  /// More devices first, then the larger size, then the lane's index.
  private func isLarger(
    _ a: PlacementSolution.Replicas, _ b: PlacementSolution.Replicas
  ) -> Bool {
    let (x, y) = (instance.lanes[a.lane], instance.lanes[b.lane])
    if x.devices != y.devices { return x.devices > y.devices }
    let (sizeX, sizeY) = (size(x), size(y))
    return sizeX == sizeY ? a.lane < b.lane : sizeX > sizeY
  }

  /// The size of a replica in millionths of a device or a node; of the host where there is none.
  private func size(_ lane: PlacementInstance.Lane) -> Int128 {
    let element = instance.pools[pool]
    func part(_ amount: Int64, of whole: Int64) -> Int128 {
      whole <= 0 ? 0 : Int128(amount) * 1_000_000 / Int128(whole)
    }
    let (memory, compute) = (
      part(lane.deviceMiB, of: element.deviceMiB), part(lane.milliShares, of: 1000)
    )
    let (cpu, host) = (
      part(lane.cpuMilliCores, of: element.cpuMilliCores ?? 0),
      part(lane.hostMiB, of: element.hostMiB ?? 0)
    )
    switch order {
    case .larger, .mixed: return lane.devices == 0 ? max(cpu, host) : max(memory, compute)
    case .sum:
      return (memory + compute) * Int128(lane.devices) + (cpu + host) * Int128(element.devices)
    case .compute: return compute
    case .memory: return memory
    case .host: return max(cpu, host)
    }
  }

  /// Places replicas of a lane, first fit; returns how many found no room.
  private mutating func place(_ element: PlacementSolution.Replicas) -> Int64 {
    let lane = instance.lanes[element.lane]
    let owners = owners(of: element.lane)
    if lane.devices > instance.pools[pool].devices {
      return span(lane, element.count, owners.node)
    }
    var left = element.count
    var index = 0
    while index < groups.count, left > 0 {
      var filled = groups[index]
      let each = fill(&filled, lane, owners, limit: left)
      guard each > 0 else {
        index += 1
        continue
      }
      let full = min(groups[index].count, left / each)
      left -= full * each
      var parts: [Nodes] = []
      if full > 0 {
        filled.count = full
        parts.append(filled)
      }
      if left > 0, full < groups[index].count {
        var last = groups[index]
        last.count = 1
        left -= fill(&last, lane, owners, limit: left)
        parts.append(last)
      }
      var rest = groups[index]
      rest.count -= parts.reduce(0) { $0 + $1.count }
      if rest.count > 0 { parts.append(rest) }
      groups.replaceSubrange(index...index, with: parts)
      index += parts.count
    }
    return left
  }

  /// Whom the devices and the node of a lane's replicas then belong to.
  private func owners(of lane: Int) -> (device: Owner, node: Owner) {
    let tenant = instance.tenant(ofLane: lane)
    switch instance.isolation(ofLane: lane) {
    case .none: return (.everybody, .everybody)
    case .device: return (.tenant(tenant), .everybody)
    case .node: return (.tenant(tenant), .tenant(tenant))
    }
  }

  /// Puts as many replicas as fit, at most `limit`, onto one node and says how many.
  private func fill(
    _ node: inout Nodes, _ lane: PlacementInstance.Lane, _ owners: (device: Owner, node: Owner),
    limit: Int64
  ) -> Int64 {
    guard node.owner.admits(owners.node) else { return 0 }
    var room = min(
      limit, Self.quotient(node.cpu, lane.cpuMilliCores), Self.quotient(node.host, lane.hostMiB))
    var placed: Int64 = 0
    if lane.devices == 0 {
      placed = room
    } else {
      while room > 0 {
        var chosen: [Int] = []
        for index in node.devices.indices where chosen.count < Int(lane.devices) {
          if fits(lane, node.devices[index], owners.device) > 0 { chosen.append(index) }
        }
        guard chosen.count == Int(lane.devices) else { break }
        let count = chosen.reduce(room) { min($0, fits(lane, node.devices[$1], owners.device)) }
        for index in chosen {
          node.devices[index].memory -= count * lane.deviceMiB
          node.devices[index].share -= count * lane.milliShares
          node.devices[index].owner = owners.device
        }
        room -= count
        placed += count
      }
    }
    guard placed > 0 else { return 0 }
    if node.cpu != .max { node.cpu -= placed * lane.cpuMilliCores }
    if node.host != .max { node.host -= placed * lane.hostMiB }
    node.owner = owners.node
    node.isUntouched = false
    return placed
  }

  /// Replicas that fit on a device by memory, share and owner.
  private func fits(_ lane: PlacementInstance.Lane, _ device: Device, _ owner: Owner) -> Int64 {
    guard device.owner.admits(owner) else { return 0 }
    return min(
      Self.quotient(device.memory, lane.deviceMiB), Self.quotient(device.share, lane.milliShares))
  }

  private static func quotient(_ room: Int64, _ each: Int64) -> Int64 {
    each <= 0 ? .max : room < 0 ? 0 : room / each
  }

  /// Replicas that span whole nodes; returns how many found none.
  private mutating func span(
    _ lane: PlacementInstance.Lane, _ count: Int64, _ owner: Owner
  ) -> Int64 {
    let element = instance.pools[pool]
    guard element.devices > 0, let index = groups.firstIndex(where: \.isUntouched) else {
      return count
    }
    let nodes = lane.devices / element.devices + (lane.devices % element.devices > 0 ? 1 : 0)
    let placed = min(count, groups[index].count / nodes)
    var used = groups[index]
    used.count = placed * nodes
    used.isUntouched = false
    used.owner = owner
    for device in used.devices.indices { used.devices[device].share = -1 }
    groups[index].count -= used.count
    groups = groups.filter { $0.count > 0 }
    if used.count > 0 { groups.append(used) }
    return count - placed
  }
}
