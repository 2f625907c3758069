internal import EmplaceCore
internal import EmplaceProblems

// The four changes. They keep everything that follows up to date and check nothing.

extension PlacementState {
  /// Routes `amount` more parts over an option; fewer where negative.
  func applyParts(_ option: Int, _ amount: Int32) {
    let options = index.options
    let lane = Int(options.lane[option])
    let demand = Int(options.demand[option])
    let before = parts[option]
    parts[option] = before + amount
    if before == 0 {
      link(option, lane, demand)
    } else if before + amount == 0 {
      unlink(option, lane, demand)
    }
    laneParts[lane] += Int64(amount)
    let slot = Int(index.lanes.slotStart[lane])
    let start = options.loadStart[option]
    for position in 0..<Int(index.lanes.slotStart[lane + 1]) - slot {
      load[slot + position] += options.load[start + position] &* Int64(amount)
    }
    let price = max(0, options.unservedCost[demand])
    totals.objective += (options.cost[option] - price) * Int64(amount)
    serve(demand, amount)
    if amount < 0 { touch(lane) }
    log.append(LogEntry(kind: .parts, index: Int32(option), amount: Int64(amount)))
  }

  private func serve(_ demand: Int, _ amount: Int32) {
    let all = index.options.parts[demand]
    let before = served[demand]
    if index.options.unservedCost[demand] < 0 { totals.shortfall -= missing(demand) }
    served[demand] = before + amount
    if index.options.unservedCost[demand] < 0 { totals.shortfall += missing(demand) }
    if before + amount >= all {
      if before < all { leaveUnserved(demand) }
    } else if before >= all {
      unservedPosition[demand] = Int32(totals.unserved)
      unservedList[totals.unserved] = Int32(demand)
      totals.unserved += 1
    }
    for position in index.groups.ofDemand.range(demand) {
      let member = index.groups.ofDemand.items[position]
      let floor = Int(index.groups.floor[member])
      let least = index.groups.least[floor]
      totals.shortfall -= Self.deficit(floorServed[floor], of: least)
      floorServed[floor] += index.groups.weight[member] * Int64(amount)
      totals.shortfall += Self.deficit(floorServed[floor], of: least)
    }
  }

  private func leaveUnserved(_ demand: Int) {
    let position = unservedPosition[demand]
    let last = unservedList[totals.unserved - 1]
    unservedList[position] = last
    unservedPosition[last] = position
    unservedPosition[demand] = -1
    totals.unserved -= 1
  }

  private func link(_ option: Int, _ lane: Int, _ demand: Int) {
    let head = firstRoute[lane]
    nextRoute[option] = head
    previousRoute[option] = -1
    if head >= 0 { previousRoute[head] = Int32(option) }
    firstRoute[lane] = Int32(option)
    nextSource[option] = firstSource[demand]
    firstSource[demand] = Int32(option)
  }

  private func unlink(_ option: Int, _ lane: Int, _ demand: Int) {
    let (before, after) = (previousRoute[option], nextRoute[option])
    if before >= 0 { nextRoute[before] = after } else { firstRoute[lane] = after }
    if after >= 0 { previousRoute[after] = before }
    // Few options serve one demand: looking for the one before is cheaper than keeping it.
    var source = firstSource[demand]
    if source == Int32(option) {
      firstSource[demand] = nextSource[option]
      return
    }
    while nextSource[source] != Int32(option) { source = nextSource[source] }
    nextSource[source] = nextSource[option]
  }

  /// Routes `amount` more parts over an option of a failure case.
  func applyCaseParts(_ option: Int, _ amount: Int32) {
    let cases = index.cases
    caseParts[option] += amount
    let (entry, caseLane) = (Int(cases.optionEntry[option]), Int(cases.optionLane[option]))
    caseServed[entry] += amount
    let start = index.options.loadStart[cases.option[option]]
    let slot = Int(cases.laneSlot[caseLane])
    let lane = Int(cases.lane[caseLane])
    for position in 0..<index.lanes.slots(lane).count {
      caseLoad[slot + position] += index.options.load[start + position] &* Int64(amount)
    }
    for position in cases.floors.ofDemand.range(entry) {
      let member = cases.floors.ofDemand.items[position]
      let floor = Int(cases.floors.floor[member])
      let least = cases.floors.least[floor]
      totals.caseShortfall -= Self.deficit(caseFloorServed[floor], of: least)
      caseFloorServed[floor] += cases.floors.weight[member] * Int64(amount)
      totals.caseShortfall += Self.deficit(caseFloorServed[floor], of: least)
    }
    if amount < 0 { touch(lane) }
    log.append(LogEntry(kind: .caseParts, index: Int32(option), amount: Int64(amount)))
  }

  /// Starts `amount` more replicas of a lane; stops some where negative.
  func applyReplicas(_ lane: Int, _ amount: Int64) {
    let lanes = index.lanes
    let before = replicas[lane]
    let after = before + amount
    replicas[lane] = after
    capacity[lane] = lanes.capacity[lane] * after
    totals.objective += lanes.cost[lane] * amount
    let least = lanes.least[lane]
    if least > 0 { totals.shortfall += 1000 * (max(0, least - after) - max(0, least - before)) }
    let site = Int(lanes.site[lane])
    siteReplicas[site] += amount
    let artifact = Int(lanes.artifact[lane])
    if artifact >= 0 { countReplicas(artifact, site, amount) }
    countModel(lane, before, amount)
    countPin(lane, amount)
    if index.sites.powerRoom[site] < .max {
      power[site] += lanes.milliwatts[lane] * amount
    }
    let pool = Int(lanes.pool[lane])
    if (before == 0) != (after == 0) { listRunning(lane, pool, after > 0) }
    let start = index.pools.needStart[lane]
    let rows = index.pools.rows(pool)
    for (position, row) in rows.enumerated() {
      rowUsage[row] += index.pools.need[start + position] * amount
    }
    if !index.pools.pairs(pool).isEmpty { countApart(lane, pool, amount) }
    if index.pools.rentable[pool] > 0 { setNodes(pool, nodesNeeded(pool)) }
    touch(lane)
    log.append(LogEntry(kind: .replicas, index: Int32(lane), amount: amount))
  }

  private func listRunning(_ lane: Int, _ pool: Int, _ isRunning: Bool) {
    if isRunning {
      let head = firstRunning[pool]
      nextRunning[lane] = head
      previousRunning[lane] = -1
      if head >= 0 { previousRunning[head] = Int32(lane) }
      firstRunning[pool] = Int32(lane)
    } else {
      let (before, after) = (previousRunning[lane], nextRunning[lane])
      if before >= 0 { nextRunning[before] = after } else { firstRunning[pool] = after }
      if after >= 0 { previousRunning[after] = before }
    }
  }

  private func countReplicas(_ artifact: Int, _ site: Int, _ amount: Int64) {
    let before = artifactReplicas[artifact]
    artifactReplicas[artifact] = before + amount
    let change: Int32 = before == 0 ? 1 : before + amount == 0 ? -1 : 0
    guard present[artifact], change != 0 else { return }
    idleCount[site] -= change
    let slot = index.versionSlot(ofArtifact: artifact)
    if slot >= 0 { versionRunning[slot] += change }
  }

  private func countModel(_ lane: Int, _ before: Int64, _ amount: Int64) {
    let model = Int(index.lanes.model[lane])
    guard model >= 0 else { return }
    copies[model] += amount
    let tenant = Int(index.lanes.tenant[lane])
    if tenant >= 0, index.models.quota[tenant] < .max {
      tenantShares[tenant] += index.lanes.shares[lane] * amount
    }
    let slot = Int(index.models.spreadSlot[lane])
    guard slot >= 0 else { return }
    let least = index.models.leastDomains[model]
    let (was, now) = (spreadReplicas[slot], spreadReplicas[slot] + amount)
    spreadReplicas[slot] = now
    guard (was > 0) != (now > 0) else { return }
    totals.shortfall -= 1000 * max(0, least - domains[model])
    domains[model] += now > 0 ? 1 : -1
    totals.shortfall += 1000 * max(0, least - domains[model])
  }

  private func countApart(_ lane: Int, _ pool: Int, _ amount: Int64) {
    let pair = Int(index.pools.pairOfLane[lane])
    let dimensions = PoolTable.dimensions
    for dimension in 0..<dimensions {
      let change = index.pools.apartNeed[lane * dimensions + dimension] * amount
      if pair >= 0 { pairUsage[pair * dimensions + dimension] += change }
      if index.pools.isOnRest(pair, dimension) {
        restUsage[pool * dimensions + dimension] += change
      }
    }
  }

  /// Sets the nodes of a pool: rent, hosting and power follow.
  private func setNodes(_ pool: Int, _ count: Int64) {
    let pools = index.pools
    let change = max(count, pools.owned[pool]) - nodes[pool]
    guard change != 0 else { return }
    nodes[pool] += change
    for row in pools.rows(pool) {
      rowCapacity[row] = clampedProduct(pools.rowPerNode[row], nodes[pool])
    }
    totals.objective += pools.rentCost[pool] * change
    totals.hosting += pools.rentCost[pool] * change
    let site = Int(pools.site[pool])
    if index.sites.powerRoom[site] < .max { power[site] += pools.nodeMilliwatts[pool] * change }
  }

  /// Brings an artifact to its site or removes it.
  func applyPresence(_ artifact: Int, _ isPresent: Bool) {
    guard present[artifact] != isPresent else { return }
    let artifacts = index.artifacts
    let site = Int(artifacts.site[artifact])
    let sign: Int64 = isPresent ? 1 : -1
    present[artifact] = isPresent
    totals.objective += sign * (artifacts.addCost[artifact] - artifacts.removeCost[artifact])
    totals.moves += artifacts.isIncumbent[artifact] ? -sign : sign
    storage[site] += sign * artifacts.size[artifact]
    uplink[site] += sign * artifacts.transfer[artifact]
    if artifactReplicas[artifact] == 0 { idleCount[site] += Int32(sign) }
    let wasOpen = presentCount[site] > 0
    presentCount[site] += Int32(sign)
    if wasOpen != (presentCount[site] > 0) {
      totals.objective += sign * index.sites.openingCost[site]
      totals.hosting += sign * index.sites.openingCost[site]
    }
    let model = artifacts.model[artifact]
    let slot = index.versionSlot(ofArtifact: artifact)
    if slot >= 0 {
      if artifactReplicas[artifact] > 0 { versionRunning[slot] += Int32(sign) }
      versionPresent[slot] += Int32(sign)
      if versionPresent[slot] == (isPresent ? 1 : 0) { liveVersions[model] += sign }
    }
    let paired = Int(index.models.paired[model])
    if paired >= 0 { pairedPresent[site * index.models.pairedCount + paired] += Int32(sign) }
    touchSite(site)
    log.append(LogEntry(kind: .presence, index: Int32(artifact), amount: sign))
  }

  /// Notes that a lane may hold more than it needs.
  @inline(__always)
  func touch(_ lane: Int) {
    guard !isDirty[lane] else { return }
    isDirty[lane] = true
    dirtyLanes.append(Int32(lane))
  }

  @inline(__always)
  func touchSite(_ site: Int) {
    guard !isDirtySite[site] else { return }
    isDirtySite[site] = true
    dirtySites.append(Int32(site))
  }
}
