internal import EmplaceCore
internal import EmplaceProblems

extension PlacementState {
  /// Recomputes everything from the four vectors of decisions, in another order, and names the
  /// first figure that differs; nil when all agree. For tests.
  ///
  /// - Complexity: O(size of the state).
  func audit() -> String? {
    let fresh = PlacementState(blank: index)
    for option in stride(from: parts.count - 1, through: 0, by: -1) where parts[option] != 0 {
      fresh.applyParts(option, parts[option])
    }
    for option in caseParts.indices where caseParts[option] != 0 {
      fresh.applyCaseParts(option, caseParts[option])
    }
    for lane in stride(from: replicas.count - 1, through: 0, by: -1) where replicas[lane] != 0 {
      fresh.applyReplicas(lane, replicas[lane])
    }
    for artifact in present.indices where present[artifact] {
      fresh.applyPresence(artifact, true)
    }
    return differences(from: fresh) ?? excess()
  }

  private func differences(from other: PlacementState) -> String? {
    func first<Element: BitwiseCopyable & Equatable>(
      _ name: String, _ mine: FlatArray<Element>, _ theirs: FlatArray<Element>
    ) -> String? {
      mine.indices.first { mine[$0] != theirs[$0] }
        .map { "\(name)[\($0)] = \(mine[$0]), recomputed \(theirs[$0])" }
    }
    if totals != other.totals { return "\(totals), recomputed \(other.totals)" }
    let all: [String?] = [
      first("capacity", capacity, other.capacity),
      first("load", load, other.load),
      first("laneParts", laneParts, other.laneParts),
      first("served", served, other.served),
      first("nodes", nodes, other.nodes),
      first("rowUsage", rowUsage, other.rowUsage),
      first("rowCapacity", rowCapacity, other.rowCapacity),
      first("pairUsage", pairUsage, other.pairUsage),
      first("restUsage", restUsage, other.restUsage),
      first("power", power, other.power),
      first("storage", storage, other.storage),
      first("uplink", uplink, other.uplink),
      first("presentCount", presentCount, other.presentCount),
      first("idleCount", idleCount, other.idleCount),
      first("siteReplicas", siteReplicas, other.siteReplicas),
      first("artifactReplicas", artifactReplicas, other.artifactReplicas),
      first("copies", copies, other.copies),
      first("versionPresent", versionPresent, other.versionPresent),
      first("versionRunning", versionRunning, other.versionRunning),
      first("liveVersions", liveVersions, other.liveVersions),
      first("spreadReplicas", spreadReplicas, other.spreadReplicas),
      first("domains", domains, other.domains),
      first("tenantShares", tenantShares, other.tenantShares),
      first("pairedPresent", pairedPresent, other.pairedPresent),
      first("pinReplicas", pinReplicas, other.pinReplicas),
      first("floorServed", floorServed, other.floorServed),
      first("caseServed", caseServed, other.caseServed),
      first("caseLoad", caseLoad, other.caseLoad),
      first("caseFloorServed", caseFloorServed, other.caseFloorServed),
    ]
    return all.compactMap { $0 }.first
  }

  /// The first limit that the state itself says is exceeded.
  private func excess() -> String? {
    for lane in replicas.indices {
      for slot in index.lanes.slots(lane) where load[slot] > capacity[lane] {
        return "load of lane \(lane)"
      }
      let artifact = Int(index.lanes.artifact[lane])
      if replicas[lane] > 0, artifact >= 0, !present[artifact] { return "artifact of lane \(lane)" }
    }
    for row in rowUsage.indices where rowUsage[row] > rowCapacity[row] { return "row \(row)" }
    for pool in nodes.indices
    where nodes[pool] > index.pools.owned[pool] + index.pools.rentable[pool]
      || nodes[pool] < nodesNeeded(pool)
    {
      return "nodes of pool \(pool)"
    }
    for site in power.indices
    where power[site] > max(0, index.sites.powerRoom[site])
      || uplink[site] > index.sites.uplink[site]
    {
      return "power or uplink of site \(site)"
    }
    return firstRoute.indices.first { isBroken(lane: $0) }.map { "routes of lane \($0)" }
      ?? firstSource.indices.first { isBroken(demand: $0) }.map { "routes of demand \($0)" }
  }

  /// Whether the linked routes of a lane are not exactly those with parts.
  private func isBroken(lane: Int) -> Bool {
    var linked: Int64 = 0
    var option = firstRoute[lane]
    while option >= 0 {
      if parts[option] <= 0 || Int(index.options.lane[option]) != lane { return true }
      linked += Int64(parts[option])
      option = nextRoute[option]
    }
    return linked != laneParts[lane]
  }

  /// Whether the linked routes of a demand are not exactly those with parts.
  private func isBroken(demand: Int) -> Bool {
    var linked: Int32 = 0
    var option = firstSource[demand]
    while option >= 0 {
      if parts[option] <= 0 || Int(index.options.demand[option]) != demand { return true }
      linked += parts[option]
      option = nextSource[option]
    }
    return linked != served[demand]
  }
}
