internal import EmplaceCore
internal import EmplaceProblems

// Moves of local search. Each is tried on the state and taken back unless it pays.

extension PlacementSearch {
  /// Keeps what was done since `mark` if the cost fell below `before`; else takes it back.
  func keep(_ mark: Int, below before: Double) -> Bool {
    if cost < before - 0.5 { return true }
    state.rollback(to: mark)
    return false
  }

  /// Shift: takes all parts of a demand out and inserts them where they cost least now.
  func shift(_ demand: Int) -> Bool {
    let (mark, before) = (state.mark(), cost)
    unrouteAll(demand)
    state.tidy()
    insertion.insert(demand, into: state, random: &random)
    state.tidy()
    return keep(mark, below: before)
  }

  /// Close: stops one replica of a lane (all of them where `isWhole`) and inserts elsewhere what it
  /// served.
  func close(_ lane: Int, isWhole: Bool) -> Bool {
    let running = state.replicas[lane]
    guard running > index.lanes.least[lane] else { return false }
    let (mark, before) = (state.mark(), cost)
    state.removeReplicas(lane: lane, count: isWhole ? running : 1)
    state.tidy()
    insertion.closedLane = Int32(lane)
    reinsert(since: mark)
    insertion.closedLane = -1
    return keep(mark, below: before)
  }

  /// Inserts everything that lost parts since `mark`, most valuable first, and settles.
  func reinsert(since mark: Int) {
    clearPending()
    collectPending(since: mark)
    pending.sort {
      (value(Int($0)), Int($1)) > (value(Int($1)), Int($0))
    }
    for demand in pending { insertion.insert(Int(demand), into: state, random: &random) }
    settle()
  }

  /// Change: moves everything from one lane to another lane of the same model at the same site:
  /// another variant, batch limit or node type.
  func change(_ lane: Int) -> Bool {
    guard index.lanes.least[lane] == 0, index.lanes.model[lane] >= 0 else { return false }
    let site = Int(index.lanes.site[lane])
    for item in index.sites.artifacts.range(site) {
      let artifact = Int(index.sites.artifacts.items[item])
      guard index.artifacts.model[artifact] == index.lanes.model[lane] else { continue }
      for position in index.artifacts.lanes.range(artifact) {
        let other = Int(index.artifacts.lanes.items[position])
        if other != lane, change(lane, to: other) { return true }
      }
    }
    return false
  }

  private func change(_ lane: Int, to other: Int) -> Bool {
    let (mark, before) = (state.mark(), cost)
    let capacity = index.lanes.capacity[other]
    guard capacity > 0 else { return false }
    state.removeReplicas(lane: lane, count: state.replicas[lane])
    state.tidy()
    guard state.addReplicas(lane: other) else {
      state.rollback(to: mark)
      return false
    }
    insertion.closedLane = Int32(lane)
    reinsert(since: mark)
    insertion.closedLane = -1
    return keep(mark, below: before)
  }

  /// Open: starts a replica in a lane that could serve a demand cheaper, and moves there whatever
  /// gains.
  func open(_ lane: Int) -> Bool {
    let (mark, before) = (state.mark(), cost)
    guard state.addReplicas(lane: lane) else { return false }
    for arc in index.lanes.arcs(lane) {
      let option = Int(index.options.ofArc[arc])
      let demand = Int(index.options.demand[option])
      for other in index.options.range(demand).reversed()
      where state.parts[other] > 0 && index.options.cost[other] > index.options.cost[option] {
        let amount = state.room(option, state.parts[other])
        guard amount > 0 else { break }
        state.applyParts(other, -amount)
        state.applyParts(option, amount)
      }
      if state.served[demand] < index.options.parts[demand] {
        insertion.insert(demand, into: state, random: &random)
      }
    }
    settle()
    return keep(mark, below: before)
  }

  /// Swap: exchanges the lanes of two demands that are each served whole by one lane, where that is
  /// cheaper and fits.
  func swap(_ demand: Int) -> Bool {
    guard let mine = soleOption(demand) else { return false }
    let options = index.options
    let (home, parts) = (Int(options.lane[mine]), options.parts[demand])
    for target in options.range(demand).prefix(32) where target != mine {
      let lane = Int(options.lane[target])
      guard state.replicas[lane] > 0 else { continue }
      let gain = Double(options.cost[mine] - options.cost[target]) * Double(parts)
      var route = Int(state.firstRoute[lane])
      while route >= 0 {
        let other = Int(options.demand[route])
        let next = Int(state.nextRoute[route])
        if state.parts[route] == options.parts[other],
          let arc = index.instance.arc(lane: home, demand: other)
        {
          let back = Int(options.ofArc[arc])
          let loss =
            Double(options.cost[back] - options.cost[route]) * Double(options.parts[other])
          if loss < gain - 0.5, exchange(mine, target, route, back) { return true }
        }
        route = next
      }
    }
    return false
  }

  /// The option that serves a demand whole, if one does.
  func soleOption(_ demand: Int) -> Int? {
    index.options.range(demand).first {
      state.parts[$0] == index.options.parts[demand]
    }
  }

  /// Moves one demand from `mine` to `target` and another from `route` to `back`.
  private func exchange(_ mine: Int, _ target: Int, _ route: Int, _ back: Int) -> Bool {
    let (mark, before) = (state.mark(), cost)
    let (first, second) = (state.parts[mine], state.parts[route])
    state.applyParts(mine, -first)
    state.applyParts(route, -second)
    if state.room(target, first) == first {
      state.applyParts(target, first)
      if state.room(back, second) == second {
        state.applyParts(back, second)
        return keep(mark, below: before)
      }
    }
    state.rollback(to: mark)
    return false
  }
}
