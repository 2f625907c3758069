internal import EmplaceCore
public import EmplaceProblems

extension PlacementState {
  /// A state in which nothing is served: incumbents' artifacts lie where they may, and lanes run
  /// the fewest replicas they must.
  public convenience init(index: PlacementIndex) {
    self.init(blank: index)
    start()
  }

  /// A state that holds as much of a solution as fits.
  public convenience init(index: PlacementIndex, solution: PlacementSolution) {
    self.init(index: index)
    take(solution)
    tidy()
    commit()
  }

  /// Takes over as much of a solution as fits, in a state in which nothing is served yet.
  func take(_ solution: PlacementSolution) {
    exchangeIdle(for: solution.artifacts)
    for element in solution.replicas
    where element.lane >= 0 && element.lane < index.laneCount && element.count > 0 {
      let wanted = min(element.count, index.lanes.most[element.lane]) - replicas[element.lane]
      addReplicas(lane: element.lane, upTo: wanted)
    }
    for route in solution.routes
    where route.lane >= 0 && route.lane < index.laneCount && route.demand >= 0
      && route.demand < index.options.demandCount
    {
      let fits = min(route.parts, room(demand: route.demand, lane: route.lane))
      if fits > 0 { self.route(demand: route.demand, lane: route.lane, parts: fits) }
    }
    loadFailureRoutes(solution)
  }

  /// Brings artifacts as far as they fit, after what runs nothing and is not among them has made
  /// room. Those that lay there before come first: each gives a move back.
  func exchangeIdle(for wanted: [Int]) {
    let wanted = wanted.filter { $0 >= 0 && $0 < index.artifacts.count }
    let isWanted = Set(wanted)
    for artifact in present.indices
    where present[artifact] && !isWanted.contains(artifact) && isDispensable(artifact) {
      applyPresence(artifact, false)
    }
    for isIncumbent in [true, false] {
      for artifact in wanted where index.artifacts.isIncumbent[artifact] == isIncumbent {
        let mark = mark()
        if !present[artifact], !bring(artifact) { rollback(to: mark) }
      }
    }
  }

  private func start() {
    let artifacts = index.artifacts
    for artifact in 0..<artifacts.count where artifacts.isIncumbent[artifact] {
      applyPresence(artifact, true)
    }
    mendIncumbents()
    for lane in 0..<index.lanes.count where index.lanes.least[lane] > 0 {
      addReplicas(lane: lane, upTo: index.lanes.least[lane])
    }
    tidy()
    unsound = 1000 * brokenByPresence()
    commit()
  }

  /// Evicts incumbents until no limit is broken by them, as far as that is possible.
  private func mendIncumbents() {
    for site in 0..<index.sites.count where presentCount[site] > 0 { mendSite(site) }
    for model in 0..<index.models.count {
      while liveVersions[model] > index.models.liveVersions[model] {
        guard evictVersion(of: Int32(model), but: -1) else { break }
      }
    }
    for site in 0..<index.sites.count where presentCount[site] > 0 { mendSite(site) }
    closeSites(within: index.hostingBudget)
  }

  private func mendSite(_ site: Int) {
    mendAffinity(site)
    while storage[site] > index.sites.storage[site] {
      guard evictCheapest(at: site) else { break }
      mendAffinity(site)
    }
  }

  /// Evicts, one by one, artifacts whose partners are missing and cannot come, or that conflict.
  private func mendAffinity(_ site: Int) {
    guard index.models.pairedCount > 0 else { return }
    var isChanged = true
    var rounds = 0
    while isChanged, rounds < 64 {
      isChanged = false
      rounds += 1
      for item in index.sites.artifacts.range(site) {
        let artifact = Int(index.sites.artifacts.items[item])
        guard present[artifact], breaksAffinity(artifact, site) else { continue }
        applyPresence(artifact, false)
        let mark = mark()
        // Once more, with its partners and with what is in its way evicted if that can be.
        let (before, moves) = (totals.objective, totals.moves)
        if !bring(artifact) || totals.objective > before || totals.moves > moves {
          rollback(to: mark)
        }
        isChanged = true
      }
    }
  }

  private func breaksAffinity(_ artifact: Int, _ site: Int) -> Bool {
    let model = index.artifacts.model[artifact]
    guard index.models.paired[model] >= 0 else { return false }
    let count = index.models.pairedCount
    func lies(_ other: Int32) -> Bool {
      pairedPresent[site * count + Int(index.models.paired[other])] > 0
    }
    let (needs, conflicts) = (index.models.needs, index.models.conflicts)
    return needs.range(model).contains { !lies(needs.items[$0]) }
      || conflicts.range(model).contains { lies(conflicts.items[$0]) }
  }

  /// Closes sites that hold only incumbents, the dearest to open first, until hosting fits.
  private func closeSites(within budget: Int64) {
    let order = (0..<index.sites.count).filter { presentCount[$0] > 0 }
      .sorted { (-index.sites.openingCost[$0], $0) < (-index.sites.openingCost[$1], $1) }
    for site in order where totals.hosting > budget && index.sites.openingCost[site] > 0 {
      for item in index.sites.artifacts.range(site) {
        let artifact = Int(index.sites.artifacts.items[item])
        if present[artifact] { applyPresence(artifact, false) }
      }
    }
  }

  /// How many limits are broken before anything is decided.
  private func brokenByPresence() -> Int64 {
    var count: Int64 = 0
    for site in 0..<index.sites.count {
      if storage[site] > index.sites.storage[site] { count += 1 }
      if index.sites.powerRoom[site] < 0 { count += 1 }
      for item in index.sites.artifacts.range(site) {
        let artifact = Int(index.sites.artifacts.items[item])
        if present[artifact], breaksAffinity(artifact, site) { count += 1 }
      }
    }
    for model in 0..<index.models.count
    where liveVersions[model] > index.models.liveVersions[model] { count += 1 }
    if totals.moves > index.moveBudget { count += 1 }
    if totals.hosting > index.hostingBudget { count += 1 }
    return count
  }
}

// MARK: - The solution

extension PlacementState {
  /// The decisions.
  public func solution() -> PlacementSolution {
    var result = PlacementSolution()
    for lane in 0..<index.lanes.count where replicas[lane] > 0 {
      result.replicas.append(.init(lane: lane, count: replicas[lane]))
    }
    result.artifacts = present.indices.filter { present[$0] }
    let pools = index.pools
    for pool in 0..<pools.count {
      let rented = nodes[pool] - pools.owned[pool]
      if rented > 0 { result.rented.append(.init(pool: pool, count: rented)) }
      for pair in pools.pairs(pool) {
        let units = unitsApart(pair, pool)
        guard units > 0 else { continue }
        result.isolated.append(
          .init(tenant: Int(pools.pairTenant[pair]), pool: pool, count: units))
      }
    }
    result.isolated.sort { ($0.tenant, $0.pool) < ($1.tenant, $1.pool) }
    result.routes = routes()
    result.failureRoutes = (0..<index.cases.count).map { failureRoutes($0) }
    return result
  }

  private func routes() -> [PlacementSolution.Route] {
    var result: [PlacementSolution.Route] = []
    let options = index.options
    for demand in 0..<options.demandCount where served[demand] > 0 {
      let first = result.count
      for option in options.range(demand) where parts[option] > 0 {
        result.append(
          .init(demand: demand, lane: Int(options.lane[option]), parts: Int64(parts[option])))
      }
      if result.count - first > 1 { result[first...].sort { $0.lane < $1.lane } }
    }
    return result
  }

  private func failureRoutes(_ failure: Int) -> [PlacementSolution.Route] {
    var result: [PlacementSolution.Route] = []
    let cases = index.cases
    for entry in Int(cases.entryStart[failure])..<Int(cases.entryStart[failure + 1]) {
      for option in cases.options(entry) where caseParts[option] > 0 {
        result.append(
          .init(
            demand: Int(cases.entryDemand[entry]),
            lane: Int(index.options.lane[cases.option[option]]), parts: Int64(caseParts[option])))
      }
    }
    return result.sorted { ($0.demand, $0.lane) < ($1.demand, $1.lane) }
  }

  /// Takes over routes of failure cases as far as they fit.
  private func loadFailureRoutes(_ solution: PlacementSolution) {
    let cases = index.cases
    for (failure, routes) in solution.failureRoutes.prefix(cases.count).enumerated() {
      var partsOf: [[Int]: Int64] = [:]
      for route in routes { partsOf[[route.demand, route.lane]] = route.parts }
      for entry in Int(cases.entryStart[failure])..<Int(cases.entryStart[failure + 1]) {
        let demand = Int(cases.entryDemand[entry])
        for option in cases.options(entry) {
          let lane = Int(index.options.lane[cases.option[option]])
          guard let wanted = partsOf[[demand, lane]] else { continue }
          let amount = caseRoom(option, Int32(clamping: wanted))
          if amount > 0 { applyCaseParts(option, amount) }
        }
      }
    }
  }
}
