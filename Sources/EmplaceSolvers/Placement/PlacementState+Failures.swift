internal import EmplaceCore
internal import EmplaceProblems

// P8 spread, P9 and P14: what is owed beside normal operation.

extension PlacementState {
  /// P8: starts replicas in the cheapest further failure domains of models that are spread too
  /// little; says whether all are spread enough.
  @discardableResult
  public func completeSpread() -> Bool {
    guard index.models.spreadSlots > 0 else { return true }
    var isComplete = true
    for model in 0..<index.models.count {
      while domains[model] < index.models.leastDomains[model] {
        guard let lane = cheapestLane(inNewDomainOf: model), addReplicas(lane: lane) else {
          isComplete = false
          break
        }
      }
    }
    return isComplete
  }

  private func cheapestLane(inNewDomainOf model: Int) -> Int? {
    var best: Int?
    var least = Self.impossible
    let lanes = index.models.lanes
    for position in lanes.range(model) {
      let lane = Int(lanes.items[position])
      guard spreadReplicas[Int(index.models.spreadSlot[lane])] == 0 else { continue }
      let cost = costOfAdding(lane: lane)
      if cost < least { (least, best) = (cost, lane) }
    }
    return best
  }

  /// Most parts, at most `wanted`, that an option of a failure case still takes.
  func caseRoom(_ option: Int, _ wanted: Int32) -> Int32 {
    let cases = index.cases
    let entry = cases.optionEntry[option]
    let original = cases.option[option]
    let lane = Int(index.options.lane[original])
    guard replicas[lane] > 0 else { return 0 }
    let open = index.options.parts[cases.entryDemand[entry]] - caseServed[entry]
    var best = Int64(min(wanted, open, index.options.limit[original] - caseParts[option]))
    let start = index.options.loadStart[original]
    let slot = Int(cases.laneSlot[cases.optionLane[option]])
    for position in 0..<index.lanes.slots(lane).count where best > 0 {
      let each = index.options.load[start + position]
      if each > 0 { best = min(best, (capacity[lane] - caseLoad[slot + position]) / each) }
    }
    return Int32(truncatingIfNeeded: max(0, best))
  }

  /// P9 and P14: routes every failure case over what is left, first into free room, then on
  /// additional replicas that serve most for their cost; says whether all floors are met.
  @discardableResult
  public func completeFailures() -> Bool {
    guard totals.caseShortfall > 0 else { return true }
    let floors = index.cases.floors
    for floor in 0..<floors.count where caseFloorServed[floor] < floors.least[floor] {
      fillFromRoom(floor)
    }
    for floor in 0..<floors.count {
      var rounds = 0
      while caseFloorServed[floor] < floors.least[floor], rounds < 10_000 {
        rounds += 1
        guard let lane = bestLane(forCaseFloor: floor), addReplicas(lane: lane) else { break }
        let before = caseFloorServed[floor]
        fillFromRoom(floor)
        if caseFloorServed[floor] <= before { break }
      }
    }
    return totals.caseShortfall == 0
  }

  /// Routes members of a floor of a failure case into free room until the floor is met.
  func fillFromRoom(_ floor: Int) {
    let (cases, floors) = (index.cases, index.cases.floors)
    for member in floors.members(floor) {
      let weight = floors.weight[member]
      guard weight > 0 else { continue }
      let entry = Int(floors.member[member])
      for option in cases.options(entry) {
        let short = floors.least[floor] - caseFloorServed[floor]
        guard short > 0 else { return }
        let wanted = Int32(clamping: (short - 1) / weight + 1)
        let amount = caseRoom(option, wanted)
        if amount > 0 { applyCaseParts(option, amount) }
      }
    }
  }

  /// The lane whose next replica serves most of what a floor misses for its cost, among the
  /// options of its first unserved members.
  private func bestLane(forCaseFloor floor: Int) -> Int? {
    let (cases, floors) = (index.cases, index.cases.floors)
    var seen: Set<Int32> = []
    var best: Int?
    var (bestValue, looked) = (0.0, 0)
    for member in floors.members(floor) where floors.weight[member] > 0 {
      let entry = Int(floors.member[member])
      guard caseServed[entry] < index.options.parts[cases.entryDemand[entry]] else { continue }
      looked += 1
      if looked > 24 { break }
      for option in cases.options(entry).prefix(16)
      where seen.insert(cases.optionLane[option]).inserted {
        let caseLane = Int(cases.optionLane[option])
        let lane = Int(cases.lane[caseLane])
        let cost = costOfAdding(lane: lane)
        guard cost != Self.impossible else { continue }
        let value = serviceOfOneMore(caseLane, floor) / (Double(max(0, cost)) + 1)
        if value > bestValue { (bestValue, best) = (value, lane) }
      }
    }
    return best
  }

  /// Weighted parts of a floor that one more replica of a case lane could serve.
  private func serviceOfOneMore(_ caseLane: Int, _ floor: Int) -> Double {
    let (cases, floors) = (index.cases, index.cases.floors)
    let lane = Int(cases.lane[caseLane])
    let slots = index.lanes.slots(lane).count
    let slot = Int(cases.laneSlot[caseLane])
    var free = Double.infinity
    for position in 0..<slots {
      let room = capacity[lane] + index.lanes.capacity[lane] - caseLoad[slot + position]
      free = min(free, Double(room))
    }
    var service = 0.0
    for position in cases.optionsOfLane.range(caseLane) where free > 0 {
      let option = Int(cases.optionsOfLane.items[position])
      let entry = Int(cases.optionEntry[option])
      let original = cases.option[option]
      let open = min(
        index.options.parts[cases.entryDemand[entry]] - caseServed[entry],
        index.options.limit[original] - caseParts[option])
      guard open > 0, let weight = weight(of: entry, in: floor) else { continue }
      var each = 1.0
      let start = index.options.loadStart[original]
      for position in 0..<slots { each = max(each, Double(index.options.load[start + position])) }
      let amount = min(Double(open), (free / each).rounded(.down))
      service += amount * Double(weight)
      free -= amount * each
    }
    return min(service, Double(floors.least[floor] - caseFloorServed[floor]))
  }

  private func weight(of entry: Int, in floor: Int) -> Int64? {
    let floors = index.cases.floors
    for position in floors.ofDemand.range(entry) {
      let member = floors.ofDemand.items[position]
      if floors.floor[member] == Int32(floor) { return floors.weight[member] }
    }
    return nil
  }

  /// Stops replicas that only failure cases keep running, where their routes fit elsewhere.
  func improveFailures(_ lanes: some Sequence<Int>) {
    for lane in lanes where replicas[lane] > max(0, index.lanes.least[lane]) {
      guard !index.cases.ofLane.range(lane).isEmpty, index.lanes.cost[lane] >= 0 else { continue }
      while replicas[lane] > routedNeed(lane), stopOne(lane) {}
    }
  }

  private func stopOne(_ lane: Int) -> Bool {
    let (short, cost) = (shortfall, totals.objective)
    let start = mark()
    removeReplicas(lane: lane)
    for floor in 0..<index.cases.floors.count
    where caseFloorServed[floor] < index.cases.floors.least[floor] { fillFromRoom(floor) }
    trim(lane)
    if shortfall <= short, totals.objective < cost { return true }
    rollback(to: start)
    return false
  }

  /// Replicas that normal operation alone needs.
  private func routedNeed(_ lane: Int) -> Int64 {
    let each = index.lanes.capacity[lane]
    var needed = max(index.lanes.least[lane], laneParts[lane] > 0 ? 1 : 0)
    for slot in index.lanes.slots(lane) where load[slot] > 0 && each > 0 {
      needed = max(needed, (load[slot] - 1) / each + 1)
    }
    return needed
  }
}
