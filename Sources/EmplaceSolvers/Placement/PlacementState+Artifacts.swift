internal import EmplaceCore
internal import EmplaceProblems

// Artifacts: bringing them with their partners, evicting idle ones to make room.

extension PlacementState {
  /// Cost of bringing an absent artifact when hosting already costs `hosting`, or ``impossible``.
  func costOfBringing(_ artifact: Int, hosting: Int64) -> Int64 {
    let budget = index.hostingBudget
    if fits(artifact) {
      let site = Int(index.artifacts.site[artifact])
      let opening = presentCount[site] == 0 ? index.sites.openingCost[site] : 0
      guard hosting + opening <= budget else { return Self.impossible }
      return index.artifacts.addCost[artifact] - index.artifacts.removeCost[artifact] + opening
    }
    // The long way: do it, read the price, take it back.
    let (before, rent) = (totals.objective, hosting - totals.hosting)
    let start = mark()
    defer { rollback(to: start) }
    guard bring(artifact), totals.hosting + rent <= budget else { return Self.impossible }
    return totals.objective - before
  }

  /// Whether an artifact can be brought without touching any other.
  private func fits(_ artifact: Int) -> Bool {
    let artifacts = index.artifacts
    let site = Int(artifacts.site[artifact])
    guard hasBasicRoom(artifact),
      storage[site] + artifacts.size[artifact] <= index.sites.storage[site]
    else { return false }
    guard !isVersionTooMany(artifact) else { return false }
    let model = artifacts.model[artifact]
    return index.models.paired[model] < 0 || (hasPartners(model, site) && !hasConflict(model, site))
  }

  /// Whether an artifact would bring a version to a model that has as many as it may.
  private func isVersionTooMany(_ artifact: Int) -> Bool {
    let (slot, model) = (index.versionSlot(ofArtifact: artifact), index.artifacts.model[artifact])
    return slot >= 0 && versionPresent[slot] == 0
      && liveVersions[model] >= index.models.liveVersions[model]
  }

  /// The limits that no eviction helps: uplink and moves.
  private func hasBasicRoom(_ artifact: Int) -> Bool {
    let artifacts = index.artifacts
    let site = Int(artifacts.site[artifact])
    let move: Int64 = artifacts.isIncumbent[artifact] ? -1 : 1
    return uplink[site] + artifacts.transfer[artifact] <= index.sites.uplink[site]
      && totals.moves + move <= max(totals.moves, index.moveBudget)
  }

  /// Whether bringing may succeed: a quick look before the long way.
  private func mayMakeRoom(for artifact: Int) -> Bool {
    guard hasBasicRoom(artifact) else { return false }
    if isVersionTooMany(artifact) {
      let slots = index.models.versionSlots(index.artifacts.model[artifact])
      guard slots.contains(where: { isIdleVersion($0) }) else { return false }
    }
    let site = Int(index.artifacts.site[artifact])
    let room = index.sites.storage[site]
    return storage[site] + index.artifacts.size[artifact] <= room || idleCount[site] > 0
  }

  /// Whether artifacts of `model` lie at a site; for models with affinity of any kind only.
  private func lies(_ model: Int32, at site: Int) -> Bool {
    pairedPresent[site * index.models.pairedCount + Int(index.models.paired[model])] > 0
  }

  private func hasPartners(_ model: Int32, _ site: Int) -> Bool {
    let needs = index.models.needs
    return needs.range(model).allSatisfy { lies(needs.items[$0], at: site) }
  }

  private func hasConflict(_ model: Int32, _ site: Int) -> Bool {
    let conflicts = index.models.conflicts
    return conflicts.range(model).contains {
      conflicts.items[$0] == model || lies(conflicts.items[$0], at: site)
    }
  }

  /// Whether an artifact has no replicas and nobody needs it beside it.
  func isDispensable(_ artifact: Int) -> Bool {
    guard present[artifact], artifactReplicas[artifact] == 0,
      !protected.contains(Int32(artifact))
    else { return false }
    let model = index.artifacts.model[artifact]
    let paired = Int(index.models.paired[model])
    guard paired >= 0 else { return true }
    let site = Int(index.artifacts.site[artifact])
    if pairedPresent[site * index.models.pairedCount + paired] > 1 { return true }
    let neededBy = index.models.neededBy
    return !neededBy.range(model).contains { lies(neededBy.items[$0], at: site) }
  }

  /// Brings an artifact with the partners it needs, evicting idle ones where room is short. On
  /// failure some of it may be done: the caller takes it back.
  func bring(_ artifact: Int) -> Bool {
    if present[artifact] { return true }
    guard mayMakeRoom(for: artifact) else { return false }
    protected.append(Int32(artifact))
    defer { protected.removeLast() }
    let artifacts = index.artifacts
    let (site, model) = (Int(artifacts.site[artifact]), artifacts.model[artifact])
    let isPaired = index.models.paired[model] >= 0
    if isPaired, !evictConflicts(of: model, at: site) { return false }
    applyPresence(artifact, true)
    while storage[site] > index.sites.storage[site] {
      guard evictCheapest(at: site) else { return false }
    }
    while liveVersions[model] > index.models.liveVersions[model] {
      guard evictVersion(of: model, but: artifacts.version[artifact]) else { return false }
    }
    if isPaired, !bringPartners(of: model, at: site) { return false }
    return uplink[site] <= index.sites.uplink[site]
      && totals.moves <= index.moveBudget
      && totals.hosting <= index.hostingBudget
  }

  private func bringPartners(of model: Int32, at site: Int) -> Bool {
    let needs = index.models.needs
    for position in needs.range(model) {
      let partner = needs.items[position]
      if lies(partner, at: site) { continue }
      let candidates = index.sites.artifacts.range(site)
        .map { Int(index.sites.artifacts.items[$0]) }
        .filter { index.artifacts.model[$0] == partner }
        .map { (index.artifacts.addCost[$0] - index.artifacts.removeCost[$0], $0) }
        .sorted { $0 < $1 }
      let found = candidates.contains { _, candidate in
        let start = mark()
        if bring(candidate) { return true }
        rollback(to: start)
        return false
      }
      guard found else { return false }
    }
    return true
  }

  private func evictConflicts(of model: Int32, at site: Int) -> Bool {
    let conflicts = index.models.conflicts
    for position in conflicts.range(model) {
      let other = conflicts.items[position]
      if other == model { return false }
      guard lies(other, at: site) else { continue }
      for item in index.sites.artifacts.range(site) {
        let artifact = Int(index.sites.artifacts.items[item])
        guard present[artifact], index.artifacts.model[artifact] == other else { continue }
        guard isDispensable(artifact) else { return false }
        applyPresence(artifact, false)
      }
    }
    return true
  }

  /// Evicts the dispensable artifact of a site that costs least for the room it gives.
  func evictCheapest(at site: Int) -> Bool {
    var best = -1
    var least = Double.infinity
    for item in index.sites.artifacts.range(site) {
      let artifact = Int(index.sites.artifacts.items[item])
      guard isDispensable(artifact), index.artifacts.size[artifact] > 0 else { continue }
      let cost = index.artifacts.removeCost[artifact] - index.artifacts.addCost[artifact]
      let each = Double(cost) / Double(index.artifacts.size[artifact])
      if each < least { (least, best) = (each, artifact) }
    }
    guard best >= 0 else { return false }
    applyPresence(best, false)
    return true
  }

  /// Whether a version lies somewhere and no replica runs from it.
  @inline(__always)
  private func isIdleVersion(_ slot: Int32) -> Bool {
    versionPresent[slot] > 0 && versionRunning[slot] == 0
  }

  /// Evicts all artifacts of the version of a model that costs least to give up.
  func evictVersion(of model: Int32, but keptVersion: Int32) -> Bool {
    let slots = index.models.versionSlots(model)
    var best: (cost: Int64, slot: Int32)?
    for slot in slots where isIdleVersion(slot) && slot - slots.lowerBound != keptVersion {
      guard let cost = costOfEvicting(slot) else { continue }
      if cost < best?.cost ?? .max { best = (cost, slot) }
    }
    guard let best else { return false }
    let artifacts = index.models.artifactsOfVersion
    for position in artifacts.range(best.slot) where present[artifacts.items[position]] {
      let artifact = Int(artifacts.items[position])
      guard isDispensable(artifact) else { return false }
      applyPresence(artifact, false)
    }
    return true
  }

  /// Cost of giving up a version everywhere, nil where something needs it.
  private func costOfEvicting(_ slot: Int32) -> Int64? {
    var cost: Int64 = 0
    let artifacts = index.models.artifactsOfVersion
    for position in artifacts.range(slot) where present[artifacts.items[position]] {
      let artifact = Int(artifacts.items[position])
      guard isDispensable(artifact) else { return nil }
      cost += index.artifacts.removeCost[artifact] - index.artifacts.addCost[artifact]
    }
    return cost
  }
}

// MARK: - Tidying

extension PlacementState {
  /// Stops replicas that nothing needs, drops artifacts that nothing runs from where that is
  /// cheaper, and brings incumbents back where they fit and evicting them was not needed.
  ///
  /// - Complexity: O(lanes and sites touched since the last call).
  public func tidy() {
    while let lane = dirtyLanes.popLast() {
      isDirty[lane] = false
      trim(Int(lane))
    }
    var rounds = 0
    while let site = dirtySites.popLast() {
      isDirtySite[site] = false
      tidySite(Int(site))
      // Evicting and bringing back mark the site again; a few rounds settle it.
      rounds += 1
      if rounds > 4 * index.sites.count + 16 { break }
    }
  }

  /// Replicas that the routes of a lane and its other duties need.
  func replicasNeeded(_ lane: Int) -> Int64 {
    let each = index.lanes.capacity[lane]
    var needed = max(index.lanes.least[lane], laneParts[lane] > 0 ? 1 : 0)
    var peak: Int64 = 0
    for slot in index.lanes.slots(lane) { peak = max(peak, load[slot]) }
    for position in index.cases.ofLane.range(lane) {
      let start = Int(index.cases.laneSlot[index.cases.ofLane.items[position]])
      for slot in 0..<index.lanes.slots(lane).count { peak = max(peak, caseLoad[start + slot]) }
    }
    if peak > 0, each > 0 { needed = max(needed, (peak - 1) / each + 1) }
    if needed == 0, isNeededForSpread(lane) || isNeededForPin(lane) { needed = 1 }
    return needed
  }

  private func isNeededForSpread(_ lane: Int) -> Bool {
    let slot = Int(index.models.spreadSlot[lane])
    guard slot >= 0 else { return false }
    let model = Int(index.lanes.model[lane])
    return spreadReplicas[slot] <= replicas[lane]
      && domains[model] <= index.models.leastDomains[model]
  }

  /// Stops replicas of a lane that nothing needs, and drops its artifact if nothing else runs from
  /// it.
  func trim(_ lane: Int) {
    if replicas[lane] > 0, index.lanes.cost[lane] >= 0 {
      let surplus = replicas[lane] - replicasNeeded(lane)
      if surplus > 0 { applyReplicas(lane, -surplus) }
      isDirty[lane] = false
      if dirtyLanes.count > 0, dirtyLanes[dirtyLanes.count - 1] == Int32(lane) {
        _ = dirtyLanes.popLast()
      }
    }
    let artifact = Int(index.lanes.artifact[lane])
    if artifact >= 0 { dropIfIdle(artifact) }
  }

  /// Removes an artifact that was brought and from which nothing runs.
  private func dropIfIdle(_ artifact: Int) {
    guard !index.artifacts.isIncumbent[artifact], isDispensable(artifact) else { return }
    applyPresence(artifact, false)
    dropPartners(of: artifact)
  }

  private func dropPartners(of artifact: Int) {
    let model = index.artifacts.model[artifact]
    guard index.models.paired[model] >= 0 else { return }
    let needs = index.models.needs
    let site = Int(index.artifacts.site[artifact])
    for position in needs.range(model) where lies(needs.items[position], at: site) {
      for item in index.sites.artifacts.range(site) {
        let other = Int(index.sites.artifacts.items[item])
        if index.artifacts.model[other] == needs.items[position] { dropIfIdle(other) }
      }
    }
  }

  /// Decides on the idle incumbents of a site: all go where the site then closes and that pays;
  /// evicted ones come back where they fit and the site is open anyway.
  private func tidySite(_ site: Int) {
    let members = index.sites.artifacts.range(site)
    let items = index.sites.artifacts.items
    for item in members { dropIfIdle(Int(items[item])) }
    if siteReplicas[site] == 0, presentCount[site] > 0, index.sites.openingCost[site] > 0 {
      closeIfCheaper(site)
    }
    guard presentCount[site] > 0 || index.sites.openingCost[site] == 0 else { return }
    for item in members {
      let artifact = Int(items[item])
      guard !present[artifact], index.artifacts.isIncumbent[artifact],
        index.artifacts.removeCost[artifact] > index.artifacts.addCost[artifact], fits(artifact)
      else { continue }
      applyPresence(artifact, true)
    }
  }

  /// Removes everything from a site if that costs less than leaving it open. Nothing is touched
  /// where it does not: a change taken back would mark the site as one to look at again.
  private func closeIfCheaper(_ site: Int) {
    var cost = -index.sites.openingCost[site]
    var moves = totals.moves
    for item in index.sites.artifacts.range(site) {
      let artifact = Int(index.sites.artifacts.items[item])
      guard present[artifact] else { continue }
      cost += index.artifacts.removeCost[artifact] - index.artifacts.addCost[artifact]
      moves += index.artifacts.isIncumbent[artifact] ? 1 : -1
    }
    guard cost < 0, moves <= index.moveBudget else { return }
    for item in index.sites.artifacts.range(site) {
      let artifact = Int(index.sites.artifacts.items[item])
      if present[artifact] { applyPresence(artifact, false) }
    }
  }
}
