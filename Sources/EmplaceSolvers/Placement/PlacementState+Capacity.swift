internal import EmplaceCore
internal import EmplaceProblems

extension PlacementState {
  /// Stands for a cost when something cannot be done.
  public static let impossible = Int64.max

  /// Fewest nodes on which the replicas of a pool fit, with `count` more of `lane` (none: -1);
  /// ``impossible`` where none suffice.
  func nodesNeeded(_ pool: Int, adding lane: Int = -1, _ count: Int64 = 0) -> Int64 {
    var result: Int64 = 0
    let pools = index.pools
    let start = lane >= 0 ? pools.needStart[lane] : 0
    for (position, row) in pools.rows(pool).enumerated() {
      var usage = rowUsage[row]
      if lane >= 0 { usage += clampedProduct(pools.need[start + position], count) }
      guard usage > 0 else { continue }
      guard pools.rowPerNode[row] > 0 else { return Self.impossible }
      result = max(result, (usage - 1) / pools.rowPerNode[row] + 1)
    }
    if !pools.pairs(pool).isEmpty {
      result = max(result, nodesNeededApart(pool, adding: lane, count))
    }
    return result
  }

  /// P15: units of a tenant with isolation in a pool, with additional needs.
  private func unitsApart(_ pair: Int, _ pool: Int, _ extra: (Int) -> Int64) -> Int64 {
    let isNode = index.pools.pairIsNode[pair]
    let dimensions = PoolTable.dimensions
    var units: Int64 = 0
    for dimension in 0..<(isNode ? dimensions : 2) {
      let usage = pairUsage[pair * dimensions + dimension] + extra(dimension)
      let node = index.pools.offer[pool * dimensions + dimension]
      let offer = isNode || node <= 0 ? node : node / max(1, index.pools.devices[pool])
      units = max(units, Self.unitsNeeded(usage, offer))
    }
    return units
  }

  /// `ceil(usage / offer)`; an offer of -1 is without limit, 0 offers nothing.
  private static func unitsNeeded(_ usage: Int64, _ offer: Int64) -> Int64 {
    guard usage > 0, offer >= 0 else { return 0 }
    // Far more than any pool has, and small enough to add.
    return offer == 0 ? 1 << 42 : min(1 << 42, (usage - 1) / offer + 1)
  }

  /// Units set apart for a pair now.
  func unitsApart(_ pair: Int, _ pool: Int) -> Int64 { unitsApart(pair, pool) { _ in 0 } }

  /// Fewest nodes that hold what is set apart and what all others need.
  private func nodesNeededApart(_ pool: Int, adding lane: Int, _ count: Int64) -> Int64 {
    let (pools, dimensions) = (index.pools, PoolTable.dimensions)
    let needs = lane >= 0 ? PoolTable.demand(of: index.instance.lanes[lane]) : [0, 0, 0, 0]
    let owner = lane >= 0 ? Int(pools.pairOfLane[lane]) : -1
    let perNode = max(1, pools.devices[pool])
    var (devices, nodesApart): (Int64, Int64) = (0, 0)
    for pair in pools.pairs(pool) {
      let units = unitsApart(pair, pool) {
        pair == owner ? clampedProduct(needs[$0], count) : 0
      }
      devices += pools.pairIsNode[pair] ? units * pools.devices[pool] : units
      if pools.pairIsNode[pair] { nodesApart += units }
    }
    guard devices > 0 || nodesApart > 0 else { return 0 }
    func rest(_ dimension: Int) -> Int64 {
      restUsage[pool * dimensions + dimension]
        + (lane >= 0 && owner < 0 ? clampedProduct(needs[dimension], count) : 0)
    }
    let offer = pool * dimensions
    for dimension in 0..<2 {
      let device = pools.offer[offer + dimension] / perNode
      let all = devices + Self.unitsNeeded(rest(dimension), device)
      nodesApart = max(nodesApart, pools.devices[pool] > 0 ? (all + perNode - 1) / perNode : 0)
    }
    let whole = pools.pairs(pool).reduce(Int64(0)) { sum, pair in
      guard pools.pairIsNode[pair] else { return sum }
      return sum + unitsApart(pair, pool) { pair == owner ? clampedProduct(needs[$0], count) : 0 }
    }
    for dimension in 2..<4 {
      let shared = Self.unitsNeeded(rest(dimension), pools.offer[offer + dimension])
      nodesApart = max(nodesApart, whole + shared)
    }
    return nodesApart
  }

  /// Cost of `count` more replicas of a lane, artifact, rent and opening included, or
  /// ``impossible``. Where room must be made by evicting artifacts, that is priced too.
  ///
  /// - Complexity: O(resources of the pool); more where artifacts must be evicted.
  public func costOfAdding(lane: Int, count: Int64 = 1) -> Int64 {
    let extra = nodesToRent(lane, count)
    guard extra != Self.impossible else { return Self.impossible }
    var cost = index.lanes.cost[lane] * count
    var hosting = totals.hosting
    if extra > 0 {
      let rent = index.pools.rentCost[Int(index.lanes.pool[lane])] * extra
      cost += rent
      hosting += rent
    }
    let artifact = Int(index.lanes.artifact[lane])
    if artifact >= 0, !present[artifact] {
      let bringing = costOfBringing(artifact, hosting: hosting)
      guard bringing != Self.impossible else { return Self.impossible }
      cost += bringing
    } else if extra > 0, let budget = index.instance.hostingBudget, hosting > budget {
      return Self.impossible
    }
    return cost
  }

  /// Nodes to rent for `count` more replicas, or ``impossible``: every limit but those of artifacts
  /// and the hosting budget.
  @inline(__always)
  func nodesToRent(_ lane: Int, _ count: Int64) -> Int64 {
    let (lanes, pools) = (index.lanes, index.pools)
    guard count <= lanes.most[lane] - replicas[lane] else { return Self.impossible }
    let pool = Int(lanes.pool[lane])
    let start = pools.needStart[lane]
    var fits = true
    let rows = pools.rows(pool)
    var need = start
    for row in rows {
      let (product, overflow) = pools.need[need].multipliedReportingOverflow(by: count)
      if overflow || product > rowCapacity[row] - rowUsage[row] { fits = false }
      need += 1
    }
    var extra: Int64 = 0
    if !fits || !pools.pairs(pool).isEmpty {
      if !fits, pools.rentable[pool] == 0 { return Self.impossible }
      extra = nodesNeeded(pool, adding: lane, count) - nodes[pool]
      if extra > 0 {
        guard extra <= pools.owned[pool] + pools.rentable[pool] - nodes[pool] else {
          return Self.impossible
        }
      } else {
        extra = 0
      }
    }
    let site = Int(lanes.site[lane])
    if index.sites.powerRoom[site] < .max {
      let draw =
        clampedProduct(lanes.milliwatts[lane], count)
        + clampedProduct(pools.nodeMilliwatts[pool], extra)
      guard draw <= 1 << 61, power[site] + draw <= index.sites.powerRoom[site] else {
        return Self.impossible
      }
    }
    let model = Int(lanes.model[lane])
    guard model >= 0 else { return extra }
    guard count <= index.models.licence[model] - copies[model] else { return Self.impossible }
    let tenant = Int(lanes.tenant[lane])
    if tenant >= 0, index.models.quota[tenant] < .max {
      let shares = clampedProduct(lanes.shares[lane], count)
      guard tenantShares[tenant] + shares <= index.models.quota[tenant] else {
        return Self.impossible
      }
    }
    return extra
  }

  /// Whether one more replica of a lane can be started, with all that this needs.
  public func canAddReplica(lane: Int) -> Bool {
    costOfAdding(lane: lane) != Self.impossible
  }

  /// Most replicas, at most `wanted`, that can be started on the nodes that are there; 0 where not
  /// even one fits without renting.
  func replicasThatFit(_ lane: Int, _ wanted: Int64) -> Int64 {
    let (lanes, pools) = (index.lanes, index.pools)
    var count = min(wanted, lanes.most[lane] - replicas[lane])
    guard count > 0 else { return 0 }
    let pool = Int(lanes.pool[lane])
    var need = pools.needStart[lane]
    for row in pools.rows(pool) {
      let each = pools.need[need]
      need += 1
      let room = rowCapacity[row] - rowUsage[row]
      let (product, overflow) = each.multipliedReportingOverflow(by: count)
      if overflow || product > room { count = max(0, room) / each }
      if count == 0 { return 0 }
    }
    let site = Int(lanes.site[lane])
    if index.sites.powerRoom[site] < .max, lanes.milliwatts[lane] > 0 {
      count = min(
        count, max(0, index.sites.powerRoom[site] - power[site]) / lanes.milliwatts[lane])
    }
    let model = Int(lanes.model[lane])
    if model >= 0 {
      count = min(count, index.models.licence[model] - copies[model])
      let tenant = Int(lanes.tenant[lane])
      if tenant >= 0, index.models.quota[tenant] < .max, lanes.shares[lane] > 0 {
        count = min(
          count, max(0, index.models.quota[tenant] - tenantShares[tenant]) / lanes.shares[lane])
      }
    }
    if !pools.pairs(pool).isEmpty {
      while count > 0, nodesNeeded(pool, adding: lane, count) > nodes[pool] { count /= 2 }
    }
    return max(0, count)
  }

  /// Starts `count` more replicas with all that this needs (artifact, partners, rented nodes), or
  /// changes nothing and says false.
  @discardableResult
  public func addReplicas(lane: Int, count: Int64 = 1) -> Bool {
    guard count > 0 else { return count == 0 }
    guard nodesToRent(lane, count) != Self.impossible else { return false }
    let start = mark()
    let artifact = Int(index.lanes.artifact[lane])
    if artifact >= 0, !present[artifact], !bring(artifact) {
      rollback(to: start)
      return false
    }
    applyReplicas(lane, count)
    if let budget = index.instance.hostingBudget, totals.hosting > budget {
      rollback(to: start)
      return false
    }
    return true
  }
}
