/// How full a site is, resource by resource, under a plan.
public struct SiteUse: Sendable, Hashable {
  /// What a site may run short of.
  public enum Resource: String, Sendable, Hashable, CaseIterable {
    /// Memory of devices, in sum or counted by replicas above half a device (P4).
    case deviceMemory = "device memory"
    /// Compute of devices, in sum or counted by whole devices and places (P5).
    case compute
    /// Cores of hosts (P7).
    case hostCPU = "host CPU"
    /// Memory of hosts (P7).
    case hostMemory = "host memory"
    /// Power at the meter (P6).
    case power
    /// Room for artifacts (P7).
    case storage
  }

  /// Index of the site.
  public var site: Int
  /// Share of each resource that is used, in millionths; of several pools the fullest. Left out
  /// where the site has no such limit.
  public var usedMillionths: [Resource: Int64]

  /// The resource that is used most, and how much of it; nil where the site has no limit at all.
  public var scarcest: (resource: Resource, usedMillionths: Int64)? {
    Resource.allCases.compactMap { resource in
      usedMillionths[resource].map { (resource, $0) }
    }.max { $0.1 < $1.1 }
  }

  /// Use of every site under a plan.
  ///
  /// - Complexity: O(lanes + artifacts + sites).
  public static func all(
    of solution: PlacementSolution, in instance: PlacementInstance
  ) -> [SiteUse] {
    var counter = UseCounter(instance, solution)
    return counter.uses()
  }
}

/// Sums of what replicas take, pool by pool and site by site.
private struct UseCounter {
  let instance: PlacementInstance
  let solution: PlacementSolution
  /// Nodes of each pool, rented ones included.
  var nodes: [Int128]
  var used: [[SiteUse.Resource: Int64]]

  init(_ instance: PlacementInstance, _ solution: PlacementSolution) {
    self.instance = instance
    self.solution = solution
    nodes = instance.pools.map { Int128($0.owned) }
    for element in solution.rented where element.pool < nodes.count {
      nodes[element.pool] += Int128(element.count)
    }
    used = Array(repeating: [:], count: instance.sites.count)
  }

  mutating func uses() -> [SiteUse] {
    addPools()
    addSites()
    return used.enumerated().map { SiteUse(site: $0, usedMillionths: $1) }
  }

  private mutating func note(
    _ site: Int, _ resource: SiteUse.Resource, _ amount: Int128, of limit: Int128
  ) {
    guard limit > 0 else { return }
    let share = Int64(clamping: amount * 1_000_000 / limit)
    used[site][resource] = max(used[site][resource] ?? 0, share)
  }

  private mutating func addPools() {
    struct Sums {
      var memory: Int128 = 0, bigMemory: Int128 = 0, compute: Int128 = 0, bigCompute: Int128 = 0
      var cpu: Int128 = 0, host: Int128 = 0
    }
    var sums = [Sums](repeating: Sums(), count: instance.pools.count)
    for element in solution.replicas {
      let lane = instance.lanes[element.lane]
      let (pool, count) = (Int(lane.pool), Int128(element.count))
      sums[pool].memory += Int128(lane.devices * lane.deviceMiB) * count
      sums[pool].compute += Int128(lane.devices * lane.milliShares) * count
      if 2 * lane.deviceMiB > instance.pools[pool].deviceMiB {
        sums[pool].bigMemory += Int128(lane.devices) * count
      }
      if lane.milliShares > 500 { sums[pool].bigCompute += Int128(lane.devices) * count }
      sums[pool].cpu += Int128(lane.cpuMilliCores) * count
      sums[pool].host += Int128(lane.hostMiB) * count
    }
    for (index, pool) in instance.pools.enumerated() {
      let (site, devices) = (Int(pool.site), nodes[index] * Int128(pool.devices))
      note(site, .deviceMemory, sums[index].memory, of: devices * Int128(pool.deviceMiB))
      note(site, .deviceMemory, sums[index].bigMemory, of: devices)
      note(site, .compute, sums[index].compute, of: devices * 1000)
      note(site, .compute, sums[index].bigCompute, of: devices)
      if let cpu = pool.cpuMilliCores {
        note(site, .hostCPU, sums[index].cpu, of: nodes[index] * Int128(cpu))
      }
      if let memory = pool.hostMiB {
        note(site, .hostMemory, sums[index].host, of: nodes[index] * Int128(memory))
      }
    }
  }

  private mutating func addSites() {
    var power = [Int128](repeating: 0, count: instance.sites.count)
    var storage = power
    for (index, pool) in instance.pools.enumerated() {
      power[Int(pool.site)] += Int128(pool.nodeMilliwatts) * nodes[index]
    }
    for element in solution.replicas {
      power[instance.site(ofLane: element.lane)] +=
        Int128(instance.lanes[element.lane].milliwatts) * Int128(element.count)
    }
    for artifact in solution.artifacts {
      storage[Int(instance.artifacts[artifact].site)] += Int128(
        instance.artifacts[artifact].sizeMiB)
    }
    for (index, site) in instance.sites.enumerated() {
      if let cap = site.powerCap { note(index, .power, power[index], of: Int128(cap)) }
      if let room = site.storageMiB { note(index, .storage, storage[index], of: Int128(room)) }
    }
  }
}
