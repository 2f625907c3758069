internal import EmplaceCore
internal import EmplaceProblems

// How a step builds again.

extension PlacementSearch {
  /// Inserts the pending demands in a drawn order, then settles what is owed beside cover.
  func recreate(noise: Double) {
    insertion.noise = random.below(3) == 0 ? 0 : noise * random.unit()
    insertion.burden = [0, 0.1, 0.3, 0.6, 1][random.below(5)]
    if insertion.charges != nil { insertion.chargedShare = [0.5, 0.8, 1][random.below(3)] }
    let triesTwice = random.below(4) >= 2
    switch random.below(6) {
    case 0: openOne()
    case 1, 2: openBest()
    default: break
    }
    sortPending()
    for demand in pending { insertion.insert(Int(demand), into: state, random: &random) }
    insertion.closedLane = -1
    state.mayRent = true
    if triesTwice {
      for demand in pending where state.served[Int(demand)] < index.options.parts[Int(demand)] {
        insertion.insert(Int(demand), into: state, random: &random)
      }
    }
    settle()
  }

  /// Tidies up and completes pins, spread, floors and failure cases as far as possible.
  func settle() {
    state.tidy()
    guard state.shortfall > 0 else { return }
    state.completePins()
    if index.models.spreadSlots > 0 { state.completeSpread() }
    completeFloors()
    if state.totals.caseShortfall > 0 { state.completeFailures() }
    state.tidy()
  }

  /// Inserts members of floors that are short, at any price.
  func completeFloors() {
    let groups = index.groups
    for floor in 0..<groups.count where state.floorServed[floor] < groups.least[floor] {
      for member in groups.members(floor) where groups.weight[member] > 0 {
        guard state.floorServed[floor] < groups.least[floor] else { break }
        let demand = Int(groups.member[member])
        if state.served[demand] < index.options.parts[demand] {
          insertion.insert(demand, into: state, random: &random)
        }
      }
    }
  }

  /// Starts a replica of a drawn lane that runs none, as if it cost nothing: what it serves must
  /// then pay for it, or the step is not accepted.
  private func openOne() {
    guard !pending.isEmpty else { return }
    let demand = Int(pending[random.below(pending.count)])
    let range = index.options.range(demand)
    guard !range.isEmpty else { return }
    for _ in 0..<4 {
      let option = range.lowerBound + random.below(min(range.count, 16))
      let lane = Int(index.options.lane[option])
      if state.replicas[lane] == 0, Int32(lane) != insertion.closedLane,
        state.addReplicas(lane: lane)
      {
        return
      }
    }
  }

  /// Orders pending demands: by value, by size, by value for size, or at random.
  func sortPending() {
    let kind = random.below(4)
    keys.removeAll(keepingCapacity: true)
    for demand in pending { keys.append(key(Int(demand), kind) * (0.8 + 0.4 * random.unit())) }
    let order = pending.indices.sorted { (keys[$0], pending[$0]) > (keys[$1], pending[$1]) }
    pending = order.map { pending[$0] }
  }

  /// Larger comes first.
  private func key(_ demand: Int, _ kind: Int) -> Double {
    let options = index.options
    switch kind {
    case 0: return random.unit()
    case 1: return value(demand)
    case 2: return size(demand)
    default: return value(demand) / Double(options.parts[demand])
    }
  }

  /// What leaving the demand unserved costs; where it must be served, what its options differ by.
  func value(_ demand: Int) -> Double {
    let options = index.options
    let unserved = options.unservedCost[demand]
    let parts = Double(options.parts[demand])
    return unserved >= 0 ? Double(unserved) * parts : 1e15 + options.spread[demand] * parts
  }

  /// Replicas that the demand takes at its cheapest option.
  func size(_ demand: Int) -> Double {
    guard let option = index.options.range(demand).first else { return 0 }
    return index.share(option) * Double(index.options.parts[demand])
  }
}

extension PlacementIndex {
  /// Share of a replica that one part takes in its worst hour.
  func share(_ option: Int) -> Double {
    let lane = Int(options.lane[option])
    guard lanes.capacity[lane] > 0 else { return 0 }
    return Double(options.peakLoadOfArc[options.arc[option]]) / Double(lanes.capacity[lane])
  }
}
