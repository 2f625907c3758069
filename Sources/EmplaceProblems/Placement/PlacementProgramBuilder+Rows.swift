import EmplaceCore

// Rows P1...P7 and P11: service, loads, gates, pools.

extension PlacementProgramBuilder {
  /// P1: every part is served or unserved; classes get their floor.
  mutating func addCoverRows() {
    var columns = [[Int]](repeating: [], count: instance.demands.count)
    for lane in instance.lanes.indices {
      let arcs = instance.arcs(ofLane: lane)
      for arc in arcs {
        columns[Int(instance.arcDemand[arc])].append(layout.routes[lane] + arc - arcs.lowerBound)
      }
    }
    for (demand, element) in instance.demands.enumerated() {
      row(.cover, demand, .equal, element.parts)
      for column in columns[demand] { entry(column, 1) }
      entry(layout.unserved[demand], 1)
    }
    for (index, floor) in instance.serviceFloors.enumerated() {
      // As a limit on what is unserved; demands without a price are always served.
      var slack = -floor.least
      for (demand, weight) in zip(floor.demands, floor.weights) {
        slack += weight * instance.demands[Int(demand)].parts
      }
      row(.floor, index, .atMost, slack)
      for (demand, weight) in zip(floor.demands, floor.weights) {
        entry(layout.unserved[Int(demand)], weight)
      }
    }
    if isFacilityLocation { addTotalRow() }
  }

  /// Open lanes hold every demand at its smallest load on a lane that it fits: implied, but not block
  /// by block.
  private mutating func addTotalRow() {
    var least = [Int64](repeating: .max, count: instance.demands.count)
    for lane in instance.lanes.indices {
      for arc in instance.arcs(ofLane: lane) {
        let demand = Int(instance.arcDemand[arc])
        let load = instance.load(ofArc: arc, hour: 0)
        let element = instance.lanes[lane]
        if Int128(load) <= Int128(element.capacity) * Int128(element.most) {
          least[demand] = min(least[demand], load)
        }
      }
    }
    var total: Int128 = 0
    for (demand, load) in least.enumerated() where load < .max {
      total += Int128(load) * Int128(instance.demands[demand].parts)
    }
    let index = row(.total, 0, .atLeast, Int64(clamping: total))
    for (lane, element) in instance.lanes.enumerated() {
      entry(layout.replicas[lane], element.capacity)
    }
    poolParts[0].keepable.append(Int32(index))
  }

  /// P2: loads of each lane in each hour that no other hour dominates, normal operation and
  /// failure cases alike.
  mutating func addLoadRows() {
    let unit = loadUnit
    for lane in instance.lanes.indices {
      let all = Array(instance.arcs(ofLane: lane))
      for index in laneParts[lane].cases.indices {
        let (columns, subset, _, exact) = laneParts[lane].cases[index]
        let arcs = subset ?? all
        let first = program.rowCount
        for hour in hoursThatMatter(arcs) {
          row(index == 0 ? .load : .caseLoad, lane, and: hour, .atMost, 0, unit: unit)
          entry(layout.replicas[lane], -instance.lanes[lane].capacity)
          for (position, arc) in arcs.enumerated() {
            entry(columns.lowerBound + position, instance.load(ofArc: arc, hour: hour))
          }
        }
        let rows = first..<program.rowCount
        laneParts[lane].cases[index] = (columns, subset, rows, exact && rows.count == 1)
      }
    }
  }

  /// Hours in which no other hour loads every arc at least as much; ties keep the first.
  private func hoursThatMatter(_ arcs: [Int]) -> [Int] {
    guard instance.hours > 1 else { return arcs.isEmpty ? [] : [0] }
    let demands = Set(arcs.map { Int(instance.arcDemand[$0]) }).sorted()
    func isBelow(_ hour: Int, _ other: Int) -> Bool {
      demands.allSatisfy {
        instance.rate[$0 * instance.hours + hour] <= instance.rate[$0 * instance.hours + other]
      }
    }
    var kept: [Int] = []
    for hour in 0..<instance.hours where !arcs.isEmpty {
      if kept.contains(where: { isBelow(hour, $0) }) { continue }
      kept.removeAll { isBelow($0, hour) }
      kept.append(hour)
    }
    return kept
  }

  /// P3: no replica without its artifact.
  mutating func addGateRows() {
    for (gate, lanes) in gateParts {
      let first = program.rowCount
      if gate >= 0 {
        for lane in lanes {
          row(.gate, lane, .atMost, 0)
          entry(layout.replicas[lane], 1)
          entry(gate, -max(instance.lanes[lane].most, 1))
        }
      }
      gateRows.append(first..<program.rowCount)
    }
    for (artifact, pool, column) in layout.loaded {
      row(.gateSite, artifact, and: pool, .atMost, 0)
      entry(column, 1)
      entry(layout.present[artifact], -1)
    }
    for (artifact, element) in instance.artifacts.enumerated()
    where layout.present[artifact] >= 0 && layout.open[Int(element.site)] >= 0 {
      row(.siteOpen, artifact, .atMost, 0)
      entry(layout.present[artifact], 1)
      entry(layout.open[Int(element.site)], -1)
    }
  }

  /// P4, P5, the host part of P7, and P15 in each pool.
  mutating func addPoolRows() {
    var start = 0
    for (pool, element) in instance.pools.enumerated() {
      var end = start
      while end < instance.lanes.count, Int(instance.lanes[end].pool) == pool { end += 1 }
      let lanes = start..<end
      start = end
      addIsolationRows(pool, lanes)
      guard !lanes.isEmpty else { continue }
      let part = isFacilityLocation ? 0 : pool
      let g = element.devices
      resource(.memory, part, pool, lanes, perNode: g * element.deviceMiB, unit: 1000) {
        $0.devices * $0.deviceMiB
      }
      resource(.memoryCount, part, pool, lanes, perNode: g) {
        2 * $0.deviceMiB > element.deviceMiB ? $0.devices : 0
      }
      resource(.compute, part, pool, lanes, perNode: g * 1000, unit: 1000) {
        $0.devices * $0.milliShares
      }
      resource(.computeCount, part, pool, lanes, perNode: g) {
        $0.milliShares > 500 ? $0.devices : 0
      }
      for size in PlacementInstance.placeSizes(instance.lanes[lanes], devicesPerNode: g) {
        resource(.places, part, pool, lanes, second: Int(size), perNode: g / size) {
          PlacementInstance.places(of: $0, size: size, devicesPerNode: g)
        }
      }
      if let cpu = element.cpuMilliCores {
        resource(.hostCPU, part, pool, lanes, perNode: cpu, unit: 1000) { $0.cpuMilliCores }
      }
      if let memory = element.hostMiB {
        resource(.hostMemory, part, pool, lanes, perNode: memory, unit: 1000) { $0.hostMiB }
      }
    }
  }

  /// `sum requirement y <= perNode (owned + w)`, left out where nothing needs it.
  private mutating func resource(
    _ kind: Kind, _ part: Int, _ pool: Int, _ lanes: Range<Int>, second: Int = 0, perNode: Int64,
    unit: Int64 = 1, _ requirement: (PlacementInstance.Lane) -> Int64
  ) {
    guard instance.lanes[lanes].contains(where: { requirement($0) > 0 }) else { return }
    let index = row(
      kind, pool, and: second, .atMost, perNode * instance.pools[pool].owned, unit: unit)
    for lane in lanes { entry(layout.replicas[lane], requirement(instance.lanes[lane])) }
    entry(layout.rented[pool], -perNode)
    poolParts[part].keepable.append(Int32(index))
  }

  /// P15: replicas of an isolated tenant fit on its units, those of all others on the rest. Hosts
  /// are shared by all that have no nodes of their own, devices set apart or not.
  private mutating func addIsolationRows(_ pool: Int, _ lanes: Range<Int>) {
    let apart = layout.apart.filter { $0.pool == pool }
    guard !apart.isEmpty else { return }
    let element = instance.pools[pool]
    let rest = lanes.filter { instance.isolation(ofLane: $0) == .none }
    for (tenant, _, column) in apart {
      let own = lanes.filter { instance.tenant(ofLane: $0) == tenant }
      let isNode = instance.tenants[tenant].isolation == .node
      let devices = isNode ? element.devices : 1
      apartRow(.apartCompute, tenant, pool, own, column, 1000 * devices) {
        $0.devices * $0.milliShares
      }
      apartRow(.apartMemory, tenant, pool, own, column, element.deviceMiB * devices) {
        $0.devices * $0.deviceMiB
      }
      guard isNode else { continue }
      if let cpu = element.cpuMilliCores {
        apartRow(.apartCPU, tenant, pool, own, column, cpu) { $0.cpuMilliCores }
      }
      if let host = element.hostMiB {
        apartRow(.apartHost, tenant, pool, own, column, host) { $0.hostMiB }
      }
    }
    restRow(.restCompute, pool, rest, apart, 1000 * element.devices, 1000) {
      $0.devices * $0.milliShares
    }
    restRow(
      .restMemory, pool, rest, apart, element.deviceMiB * element.devices, element.deviceMiB
    ) { $0.devices * $0.deviceMiB }
    // Where no nodes are set apart, P7 says the same.
    if apart.contains(where: { instance.tenants[$0.tenant].isolation == .node }) {
      let sharing = lanes.filter { instance.isolation(ofLane: $0) != .node }
      if let cpu = element.cpuMilliCores {
        restRow(.restCPU, pool, sharing, apart, cpu, 0) { $0.cpuMilliCores }
      }
      if let host = element.hostMiB {
        restRow(.restHost, pool, sharing, apart, host, 0) { $0.hostMiB }
      }
    }
    // Without devices nothing above counts the nodes themselves.
    if element.devices == 0 { restRow(.restNodes, pool, [], apart, 1, 0) { _ in 0 } }
  }

  private mutating func apartRow(
    _ kind: Kind, _ tenant: Int, _ pool: Int, _ lanes: [Int], _ column: Int, _ perUnit: Int64,
    _ requirement: (PlacementInstance.Lane) -> Int64
  ) {
    guard lanes.contains(where: { requirement(instance.lanes[$0]) > 0 }) else { return }
    row(kind, pool, and: tenant, .atMost, 0, unit: 1000)
    for lane in lanes { entry(layout.replicas[lane], requirement(instance.lanes[lane])) }
    entry(column, -perUnit)
  }

  /// What all others need and what is set apart fit together on the pool.
  private mutating func restRow(
    _ kind: Kind, _ pool: Int, _ lanes: [Int],
    _ apart: [(tenant: Int, pool: Int, column: Int)], _ perNode: Int64, _ perDevice: Int64,
    _ requirement: (PlacementInstance.Lane) -> Int64
  ) {
    row(kind, pool, .atMost, perNode * instance.pools[pool].owned, unit: 1000)
    for lane in lanes { entry(layout.replicas[lane], requirement(instance.lanes[lane])) }
    for (tenant, _, column) in apart {
      entry(column, instance.tenants[tenant].isolation == .node ? perNode : perDevice)
    }
    entry(layout.rented[pool], -perNode)
  }

  /// P3 by arc: no part of a demand without its artifact (or, where it has no column, without a
  /// replica).
  mutating func addLinkRows() {
    for (gate, lanes) in gateParts {
      for lane in lanes {
        let arcs = instance.arcs(ofLane: lane)
        for arc in arcs {
          let limit = instance.limit(ofArc: arc)
          row(.link, Int(instance.arcDemand[arc]), and: lane, .atMost, 0)
          entry(layout.routes[lane] + arc - arcs.lowerBound, 1)
          entry(gate >= 0 ? gate : layout.replicas[lane], -limit)
        }
      }
    }
  }
}
