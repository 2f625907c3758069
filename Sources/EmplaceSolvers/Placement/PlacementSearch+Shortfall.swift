internal import EmplaceCore
internal import EmplaceProblems

// What a construction left short is mended by ruin and recreate.

extension PlacementSearch {
  /// Takes ruin and recreate steps until nothing is short or `steps` are done; the state ends where
  /// least is short, and says whether nothing is. A step stays if it leaves no more short than
  /// before: cost does not matter yet.
  @discardableResult
  func repairShortfall(steps: Int, shouldStop: () -> Bool) -> Bool {
    state.tidy()
    state.commit()
    var taken = 0
    while state.shortfall > 0, taken < steps {
      if taken % 16 == 0, shouldStop() { break }
      taken += 1
      let before = state.shortfall
      clearPending()
      if random.below(2) == 0 {
        ruinAroundDebt()
      } else {
        ruin(Ruin(rawValue: random.below(Ruin.allCases.count)) ?? .pools)
      }
      state.tidy()
      if random.below(4) > 0 { settle() }
      collectPending(since: 0)
      addUnserved(since: 0)
      recreate(noise: 1)
      if state.shortfall > before { state.rollback(to: 0) } else { state.commit() }
    }
    settle()
    state.commit()
    return state.shortfall == 0
  }

  /// Stops what runs in the pools that could serve a drawn demand of a debt.
  private func ruinAroundDebt() {
    guard let demand = drawDebtor() else { return ruin(.artifacts) }
    let range = index.options.range(demand)
    guard !range.isEmpty else { return }
    addPending(demand)
    let option = range.lowerBound + random.below(min(range.count, 24))
    let pool = Int(index.lanes.pool[Int(index.options.lane[option])])
    let share = 0.3 + 0.7 * random.unit()
    var lane = Int(state.firstRunning[pool])
    while lane >= 0 {
      let next = Int(state.nextRunning[lane])
      if random.unit() < share { state.removeReplicas(lane: lane, count: state.replicas[lane]) }
      lane = next
    }
  }

  /// A demand that counts in what is short: one that must be served, one of a floor, one of a floor
  /// of a failure case, or one of a model that is spread too little or pinned where it does not run.
  private func drawDebtor() -> Int? {
    var (chosen, seen) = (-1, 0)
    func draw(_ demand: Int) {
      seen += 1
      if random.below(seen) == 0 { chosen = demand }
    }
    func drawAll(of lanes: FlatLists, _ owner: Int) {
      for position in lanes.range(owner) {
        let arcs = index.lanes.arcs(Int(lanes.items[position]))
        if let arc = arcs.first {
          draw(Int(index.options.demand[Int(index.options.ofArc[arc])]))
        }
      }
    }
    for position in 0..<state.totals.unserved {
      let demand = Int(state.unservedList[position])
      if index.options.unservedCost[demand] < 0 { draw(demand) }
    }
    let (groups, cases) = (index.groups, index.cases)
    for floor in 0..<groups.count where state.floorServed[floor] < groups.least[floor] {
      for member in groups.members(floor) { draw(Int(groups.member[member])) }
    }
    for floor in 0..<cases.floors.count
    where state.caseFloorServed[floor] < cases.floors.least[floor] {
      for member in cases.floors.members(floor) {
        let entry = Int(cases.floors.member[member])
        if state.caseServed[entry] < index.options.parts[cases.entryDemand[entry]] {
          draw(Int(cases.entryDemand[entry]))
        }
      }
    }
    for pin in 0..<index.pins.count where state.pinReplicas[pin] == 0 {
      drawAll(of: index.pins.lanes, pin)
    }
    for model in 0..<index.models.count
    where state.domains[model] < index.models.leastDomains[model] {
      drawAll(of: index.models.lanes, model)
    }
    return chosen >= 0 ? chosen : nil
  }
}
