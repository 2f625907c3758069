internal import EmplaceCore

// MARK: - P4, P5, host part of P7

extension PlacementJudge {
  /// P4 and P5: memory and shares of the devices of each pool, in sum and by counting, and the
  /// host part of P7.
  func checkPools(_ solution: PlacementSolution) {
    for (index, pool) in instance.pools.enumerated() {
      require(
        Int128(rented[index]), atMost: Int128(pool.rentable), "P11", "pool=\(pool.name)",
        "rented nodes")
    }
    for (range, pool) in lanesByPool() {
      let (element, nodes) = (instance.pools[pool], Int128(self.nodes[pool]))
      let devices = nodes * Int128(element.devices)
      let entity = "pool=\(element.name)"
      require(
        sum(range) { Int128($0.devices) * Int128($0.deviceMiB) },
        atMost: devices * Int128(element.deviceMiB),
        "P4", entity, "device memory in MiB")
      require(
        sum(range) { Int128($0.devices) * Int128($0.milliShares) }, atMost: devices * 1000, "P5",
        entity,
        "compute in milli-shares")
      require(
        sum(range) { Self.isAboveHalf($0.deviceMiB, element.deviceMiB) ? Int128($0.devices) : 0 },
        atMost: devices,
        "P4", "\(entity),count", "devices of replicas above half a device's memory")
      require(
        sum(range) { $0.milliShares > 500 ? Int128($0.devices) : 0 }, atMost: devices, "P5",
        "\(entity),count", "devices of replicas above half a device's compute")
      checkPlaces(range, pool, nodes)
      if let cpu = element.cpuMilliCores {
        require(
          sum(range) { Int128($0.cpuMilliCores) }, atMost: nodes * Int128(cpu), "P7",
          "\(entity),cpu",
          "host CPU in milli-cores")
      }
      if let memory = element.hostMiB {
        require(
          sum(range) { Int128($0.hostMiB) }, atMost: nodes * Int128(memory), "P7",
          "\(entity),memory",
          "host memory in MiB")
      }
    }
  }

  /// P5 by counting: a replica over k of a node's g devices takes one of its floor(g / k) places;
  /// one that spans nodes takes all places of each of them.
  private func checkPlaces(_ range: Range<Int>, _ pool: Int, _ nodes: Int128) {
    let perNode = instance.pools[pool].devices
    for size in PlacementInstance.placeSizes(instance.lanes[range], devicesPerNode: perNode) {
      let places = perNode / size
      require(
        sum(range) {
          Int128(PlacementInstance.places(of: $0, size: size, devicesPerNode: perNode))
        },
        atMost: nodes * Int128(places), "P5",
        "pool=\(instance.pools[pool].name),places=\(size)",
        "places of replicas over \(size) or more devices")
    }
  }

  /// Ranges of consecutive lanes of the same pool.
  func lanesByPool() -> [(lanes: Range<Int>, pool: Int)] {
    var result: [(Range<Int>, Int)] = []
    var start = 0
    while start < instance.lanes.count {
      let pool = instance.lanes[start].pool
      var end = start + 1
      while end < instance.lanes.count, instance.lanes[end].pool == pool { end += 1 }
      result.append((start..<end, Int(pool)))
      start = end
    }
    return result
  }

  private static func isAboveHalf(_ memory: Int64, _ device: Int64) -> Bool {
    2 * Int128(memory) > Int128(device)
  }

  /// Sum of a requirement of one replica over the replicas of some lanes.
  func sum(_ lanes: Range<Int>, _ requirement: (PlacementInstance.Lane) -> Int128) -> Int128 {
    var total: Int128 = 0
    for lane in lanes where replicas[lane] > 0 {
      total += requirement(instance.lanes[lane]) * Int128(replicas[lane])
    }
    return total
  }
}

extension PlacementInstance {
  /// Sizes k > 1 of replicas that take places of a node with `devicesPerNode` devices, increasing.
  static func placeSizes(_ lanes: ArraySlice<Lane>, devicesPerNode: Int64) -> [Int64] {
    var sizes: Set<Int64> = []
    for lane in lanes where lane.devices > 1 && lane.devices <= devicesPerNode {
      sizes.insert(lane.devices)
    }
    return sizes.sorted()
  }

  /// Places of size `size` that one replica of a lane takes.
  static func places(of lane: Lane, size: Int64, devicesPerNode: Int64) -> Int64 {
    if lane.devices > devicesPerNode {
      return (lane.devices + devicesPerNode - 1) / devicesPerNode * (devicesPerNode / size)
    }
    return lane.devices >= size ? 1 : 0
  }
}

// MARK: - P6, P7, P12

extension PlacementJudge {
  /// P6 power, P7 storage and P12 uplink of each site, and the move budget.
  func checkSites(_ solution: PlacementSolution) {
    var power = [Int128](repeating: 0, count: instance.sites.count)
    for (index, pool) in instance.pools.enumerated() {
      power[Int(pool.site)] += Int128(pool.nodeMilliwatts) * Int128(nodes[index])
    }
    for (index, lane) in instance.lanes.enumerated() where replicas[index] > 0 {
      power[instance.site(ofLane: index)] += Int128(lane.milliwatts) * Int128(replicas[index])
    }
    var storage = [Int128](repeating: 0, count: instance.sites.count)
    var uplink = storage
    var moves: Int128 = 0
    for (index, artifact) in instance.artifacts.enumerated() {
      if present[index] { storage[Int(artifact.site)] += Int128(artifact.sizeMiB) }
      if present[index] != artifact.isIncumbent { moves += 1 }
      if present[index], !artifact.isIncumbent {
        uplink[Int(artifact.site)] += Int128(artifact.transferMiB)
      }
    }
    for (index, site) in instance.sites.enumerated() {
      let entity = "site=\(site.name)"
      if let cap = site.powerCap {
        require(power[index], atMost: Int128(cap), "P6", entity, "power in milliwatts")
      }
      if let room = site.storageMiB {
        require(storage[index], atMost: Int128(room), "P7", entity, "artifacts in MiB")
      }
      if let limit = site.uplinkMiB {
        require(uplink[index], atMost: Int128(limit), "P12", entity, "artifacts moved in, in MiB")
      }
    }
    if let budget = instance.moveBudget {
      require(moves, atMost: Int128(budget), "P12", "moves", "artifacts added or removed")
    }
    if let budget = instance.hostingBudget {
      require(hostingCost(), atMost: Int128(budget), "P11", "hosting", "cost of rent and opening")
    }
  }

  /// Cost of rented nodes and opened sites.
  func hostingCost() -> Int128 {
    var total: Int128 = 0
    for (index, pool) in instance.pools.enumerated() where rented[index] > 0 {
      total += Int128(pool.rentCost) * Int128(rented[index])
    }
    var open = [Bool](repeating: false, count: instance.sites.count)
    for (index, artifact) in instance.artifacts.enumerated() where present[index] {
      open[Int(artifact.site)] = true
    }
    for (site, isOpen) in zip(instance.sites, open) where isOpen {
      total += Int128(site.openingCost)
    }
    return total
  }
}

// MARK: - P8, P10, P11, P13

extension PlacementJudge {
  /// P8 spread, P10 affinity, P11 licences, P13 versions and the quota of P15.
  func checkModels(_ solution: PlacementSolution) {
    let models = instance.models.count
    var copies = [Int128](repeating: 0, count: models)
    var domains = [Set<Int>](repeating: [], count: models)
    var shares = [Int128](repeating: 0, count: instance.tenants.count)
    for (index, lane) in instance.lanes.enumerated() where replicas[index] > 0 {
      let model = instance.model(ofLane: index)
      guard model >= 0 else { continue }
      copies[model] += Int128(replicas[index])
      domains[model].insert(instance.domain(ofSite: instance.site(ofLane: index)))
      let tenant = Int(instance.models[model].tenant)
      if tenant >= 0 {
        shares[tenant] += Int128(lane.devices) * Int128(lane.milliShares) * Int128(replicas[index])
      }
    }
    var versions = [Set<Int32>](repeating: [], count: models)
    var modelsAt = [Set<Int32>](repeating: [], count: instance.sites.count)
    for (index, artifact) in instance.artifacts.enumerated() where present[index] {
      let variant = instance.variants[Int(artifact.variant)]
      versions[Int(variant.model)].insert(variant.version)
      modelsAt[Int(artifact.site)].insert(variant.model)
    }
    for (index, model) in instance.models.enumerated() {
      let entity = "model=\(model.name)"
      require(
        Int128(domains[index].count), atLeast: Int128(model.leastDomains), "P8", entity,
        "failure domains with a replica")
      if let licences = model.licenceCopies {
        require(copies[index], atMost: Int128(licences), "P11", entity, "replicas")
      }
      if let live = model.liveVersions {
        require(Int128(versions[index].count), atMost: Int128(live), "P13", entity, "live versions")
      }
    }
    for (index, tenant) in instance.tenants.enumerated() {
      guard let quota = tenant.quotaMilliShares else { continue }
      require(
        shares[index], atMost: Int128(quota), "P15", "tenant=\(tenant.name)",
        "compute in milli-shares")
    }
    for (site, present) in modelsAt.enumerated() { checkAffinity(at: site, present) }
  }

  private func checkAffinity(at site: Int, _ present: Set<Int32>) {
    for model in present.sorted() {
      let element = instance.models[Int(model)]
      let entity = "site=\(instance.sites[site].name),model=\(element.name)"
      for other in element.affinity where !present.contains(other) {
        report(
          "P10", entity, 0, 1, "needs \(instance.models[Int(other)].name) at the same site")
      }
      for other in element.antiAffinity where present.contains(other) {
        report(
          "P10", entity, 1, 0, "may not be where \(instance.models[Int(other)].name) is")
      }
    }
  }
}

extension PlacementInstance {
  /// Domain in which a site counts for spread: its own domain, or the site itself.
  public func domain(ofSite site: Int) -> Int {
    let domain = Int(sites[site].domain)
    return domain >= 0 ? domain : domains.count + site
  }
}

// MARK: - P15

extension PlacementJudge {
  /// P15: replicas of a tenant that asks for isolation fit on the units set apart for it, and
  /// those of all others on the rest.
  func checkIsolation(_ solution: PlacementSolution) {
    var unitsByPool: [Int: [Int: Int128]] = [:]
    for element in solution.isolated {
      let tenant = instance.tenants[element.tenant]
      if tenant.isolation == .none {
        report(
          "P15", "tenant=\(tenant.name)", Int128(element.count), 0,
          "units set apart for a tenant that asks for no isolation")
      }
      unitsByPool[element.pool, default: [:]][element.tenant] = Int128(element.count)
    }
    for (pool, units) in unitsByPool.sorted(by: { $0.key < $1.key }) { checkUnits(units, pool) }
    for (range, pool) in lanesByPool() {
      let units = unitsByPool[pool] ?? [:]
      var (restNodes, restDevices) =
        (Int128(nodes[pool]), Int128(nodes[pool]) * Int128(instance.pools[pool].devices))
      for (tenant, element) in instance.tenants.enumerated() where element.isolation != .none {
        let count = units[tenant] ?? 0
        let isNode = element.isolation == .node
        let devices = isNode ? count * Int128(instance.pools[pool].devices) : count
        restDevices -= devices
        if isNode { restNodes -= count }
        checkShare(
          range, pool, tenant: tenant, nodes: isNode ? count : nil, devices: devices,
          entity: "pool=\(instance.pools[pool].name),tenant=\(element.name)")
      }
      guard !units.isEmpty else { continue }
      checkShare(
        range, pool, tenant: nil, nodes: restNodes, devices: restDevices,
        entity: "pool=\(instance.pools[pool].name),rest")
    }
  }

  /// Whether the units set apart are there: no more devices, no more nodes than the pool has.
  private func checkUnits(_ units: [Int: Int128], _ pool: Int) {
    let each = Int128(instance.pools[pool].devices)
    var (nodes, devices): (Int128, Int128) = (0, 0)
    for (tenant, count) in units {
      let isNode = instance.tenants[tenant].isolation == .node
      devices += isNode ? count * each : count
      if isNode { nodes += count }
    }
    let entity = "pool=\(instance.pools[pool].name),units"
    require(nodes, atMost: Int128(self.nodes[pool]), "P15", entity, "nodes set apart")
    require(
      devices, atMost: Int128(self.nodes[pool]) * each, "P15", entity, "devices set apart")
  }

  /// Whether the replicas of one tenant (nil: of all that share) fit on `nodes` and `devices`; the
  /// hosts are shared by tenants that have devices of their own as well.
  private func checkShare(
    _ range: Range<Int>, _ pool: Int, tenant: Int?, nodes: Int128?, devices: Int128,
    entity: String
  ) {
    var (shares, memory, cpu, host): (Int128, Int128, Int128, Int128) = (0, 0, 0, 0)
    for lane in range where replicas[lane] > 0 {
      let isolation = instance.isolation(ofLane: lane)
      guard tenant.map({ $0 == instance.tenant(ofLane: lane) }) ?? (isolation != .node) else {
        continue
      }
      let (element, count) = (instance.lanes[lane], Int128(replicas[lane]))
      if tenant != nil || isolation == .none {
        shares += Int128(element.devices) * Int128(element.milliShares) * count
        memory += Int128(element.devices) * Int128(element.deviceMiB) * count
      }
      cpu += Int128(element.cpuMilliCores) * count
      host += Int128(element.hostMiB) * count
    }
    let element = instance.pools[pool]
    require(shares, atMost: devices * 1000, "P15", "\(entity),compute", "milli-shares set apart")
    require(
      memory, atMost: devices * Int128(element.deviceMiB), "P15", "\(entity),memory",
      "device memory set apart in MiB")
    guard let nodes else { return }
    if let limit = element.cpuMilliCores {
      require(cpu, atMost: nodes * Int128(limit), "P15", "\(entity),cpu", "host CPU set apart")
    }
    if let limit = element.hostMiB {
      require(host, atMost: nodes * Int128(limit), "P15", "\(entity),host", "host memory set apart")
    }
  }

  /// The objective, from the decisions alone.
  func objective(of solution: PlacementSolution) -> Int64 {
    var total = hostingCost()
    for (index, lane) in instance.lanes.enumerated() where replicas[index] != 0 {
      total += Int128(lane.cost) * Int128(replicas[index])
    }
    for route in solution.routes {
      guard let arc = instance.arc(lane: route.lane, demand: route.demand) else { continue }
      total += Int128(instance.arcCost[arc]) * Int128(route.parts)
    }
    for (index, demand) in instance.demands.enumerated() {
      total += Int128(demand.unservedCost ?? 0) * Int128(demand.parts - served[index])
    }
    for (index, artifact) in instance.artifacts.enumerated() {
      total += Int128(present[index] ? artifact.addCost : artifact.removeCost)
    }
    return Int64(clamping: total)
  }
}
