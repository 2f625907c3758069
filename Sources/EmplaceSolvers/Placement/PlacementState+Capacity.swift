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

  /// `ceil(usage / offer)`; an offer of -1 is without limit, 0 offers nothing.
  @inline(__always)
  private static func unitsNeeded(_ usage: Int64, _ offer: Int64) -> Int64 {
    guard usage > 0, offer >= 0 else { return 0 }
    if usage <= offer { return 1 }
    // Far more than any pool has, and small enough to add.
    return offer == 0 ? 1 << 42 : min(1 << 42, (usage - 1) / offer + 1)
  }

  /// P15: units of a tenant with isolation in a pool, with `count` more of `lane` (none: -1).
  func unitsApart(_ pair: Int, _ pool: Int, adding lane: Int = -1, _ count: Int64 = 0) -> Int64 {
    let (pools, dimensions) = (index.pools, PoolTable.dimensions)
    let isNode = pools.pairIsNode[pair]
    var units: Int64 = 0
    for dimension in 0..<(isNode ? dimensions : 2) {
      var usage = pairUsage[pair * dimensions + dimension]
      if lane >= 0 {
        usage += clampedProduct(pools.apartNeed[lane * dimensions + dimension], count)
      }
      let offer =
        isNode
        ? pools.offer[pool * dimensions + dimension] : pools.deviceOffer[pool * 2 + dimension]
      units = max(units, Self.unitsNeeded(usage, offer))
    }
    return units
  }

  /// Fewest nodes that hold what is set apart and what all others need.
  func nodesNeededApart(_ pool: Int, adding lane: Int, _ count: Int64) -> Int64 {
    let (pools, dimensions) = (index.pools, PoolTable.dimensions)
    let owner = lane >= 0 ? Int(pools.pairOfLane[lane]) : -1
    let perNode = pools.devices[pool]
    var (devices, whole): (Int64, Int64) = (0, 0)
    for pair in pools.pairs(pool) {
      let units = unitsApart(pair, pool, adding: pair == owner ? lane : -1, count)
      devices += pools.pairIsNode[pair] ? units * perNode : units
      if pools.pairIsNode[pair] { whole += units }
    }
    guard devices > 0 || whole > 0 else { return 0 }
    var result = whole
    for dimension in 0..<dimensions {
      var usage = restUsage[pool * dimensions + dimension]
      if lane >= 0, pools.isOnRest(owner, dimension) {
        usage += clampedProduct(pools.apartNeed[lane * dimensions + dimension], count)
      }
      if dimension >= 2 {
        let offer = pools.offer[pool * dimensions + dimension]
        result = max(result, whole + Self.unitsNeeded(usage, offer))
      } else if perNode > 0 {
        let all = devices + Self.unitsNeeded(usage, pools.deviceOffer[pool * 2 + dimension])
        result = max(result, (all + perNode - 1) / perNode)
      }
    }
    return result
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
    } else if extra > 0, hosting > index.hostingBudget {
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
    let isApart = !pools.pairs(pool).isEmpty
    if !fits || isApart {
      if !fits, pools.rentable[pool] == 0 { return Self.impossible }
      let needed =
        fits ? nodesNeededApart(pool, adding: lane, count) : nodesNeeded(pool, adding: lane, count)
      extra = max(0, needed - nodes[pool])
      guard extra == 0 || mayRent, extra <= pools.owned[pool] + pools.rentable[pool] - nodes[pool]
      else {
        return Self.impossible
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
      while count > 0, nodesNeededApart(pool, adding: lane, count) > nodes[pool] {
        count = count > 4 ? count * 3 / 4 : count - 1
      }
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
    if totals.hosting > index.hostingBudget {
      rollback(to: start)
      return false
    }
    return true
  }

  /// Starts `count` more replicas of a lane together, or where that fails one by one as many as fit,
  /// at most 1,000.
  func addReplicas(lane: Int, upTo count: Int64) {
    guard count > 0, !addReplicas(lane: lane, count: count) else { return }
    for _ in 0..<min(count, 1000) where !addReplicas(lane: lane) { break }
  }

  /// Lanes of a pool that run replicas now.
  func runningLanes(ofPool pool: Int) -> [Int] {
    var lanes: [Int] = []
    var lane = Int(firstRunning[pool])
    while lane >= 0 {
      lanes.append(lane)
      lane = Int(nextRunning[lane])
    }
    return lanes
  }
}
