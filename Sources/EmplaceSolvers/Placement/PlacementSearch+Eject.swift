internal import EmplaceCore
internal import EmplaceProblems

// Demands that must be served and find no room push others out.

extension PlacementSearch {
  /// Serves demands that must be served by ejecting others that failed less often, until none is
  /// left or `limit` ejections are done; says whether none is left.
  ///
  /// Source: Nagata, Braysy, "A powerful route minimization heuristic for the vehicle routing
  /// problem with time windows", Oper. Res. Lett. 37 (2009), doi:10.1016/j.orl.2009.04.006.
  func repairCover(limit: Int, shouldStop: () -> Bool) -> Bool {
    guard index.mustServe else { return true }
    clearPending()
    for position in 0..<state.totals.unserved {
      let demand = Int(state.unservedList[position])
      if index.options.unservedCost[demand] < 0 { addPending(demand) }
    }
    var steps = 0
    while let demand = pending.popLast() {
      steps += 1
      guard steps <= limit, steps % 64 != 0 || !shouldStop() else { return false }
      if insertion.insert(Int(demand), into: state, random: &random) == 0 { continue }
      failures[Int(demand)] += 1
      let mark = state.mark()
      if !eject(for: Int(demand)) { return false }
      clearPending(keeping: pending)
      collectPending(since: mark)
      if steps % 8 == 0 { perturb() }
    }
    return true
  }

  /// Empties the stamps but keeps the given demands on the list.
  private func clearPending(keeping demands: [Int32]) {
    clearPending()
    for demand in demands { addPending(Int(demand)) }
  }

  /// Makes room for a demand in the lane where those pushed out have failed least; routes it there.
  private func eject(for demand: Int) -> Bool {
    let options = index.options
    let left = options.parts[demand] - state.served[demand]
    var best: (score: Double, option: Int, routes: [Int]) = (.infinity, -1, [])
    for option in options.range(demand).prefix(64) {
      let lane = Int(options.lane[option])
      guard state.replicas[lane] > 0, options.limit[option] - state.parts[option] > 0 else {
        continue
      }
      let wanted = min(left, options.limit[option] - state.parts[option])
      guard let (score, routes) = ejection(option, lane, wanted, below: best.score) else {
        continue
      }
      if score < best.score { best = (score, option, routes) }
    }
    guard best.option >= 0 else { return false }
    for route in best.routes { state.applyParts(route, -state.parts[route]) }
    let amount = state.room(best.option, left)
    guard amount > 0 else { return false }
    state.applyParts(best.option, amount)
    if amount < left { addPending(demand) }
    return true
  }

  /// Routes of a lane to push out so that `wanted` parts fit, chosen one by one: most room for the
  /// fewest failures. Nil where even an empty lane is too small or the score is not below `limit`.
  private func ejection(_ option: Int, _ lane: Int, _ wanted: Int32, below limit: Double)
    -> (Double, [Int])?
  {
    let options = index.options
    let slots = index.lanes.slots(lane)
    var over = slots.enumerated().map { position, slot -> Double in
      let load = options.load[options.loadStart[option] + position]
      return Double(state.load[slot]) + Double(load) * Double(wanted)
        - Double(state.capacity[lane])
    }
    var (score, routes): (Double, [Int]) = (0.1 * random.unit(), [])
    while over.contains(where: { $0 > 0 }) {
      var (bestRate, best) = (0.0, -1)
      var route = Int(state.firstRoute[lane])
      while route >= 0 {
        let other = Int(options.demand[route])
        if other != Int(options.demand[option]), !routes.contains(route) {
          var freed = 0.0
          for position in over.indices where over[position] > 0 {
            let load = Double(options.load[options.loadStart[route] + position])
            freed += min(over[position], load * Double(state.parts[route])) / over[position]
          }
          let rate = freed / Double(failures[other]) * (0.8 + 0.4 * random.unit())
          if rate > bestRate { (bestRate, best) = (rate, route) }
        }
        route = Int(state.nextRoute[route])
      }
      guard best >= 0 else { return nil }
      routes.append(best)
      score += Double(failures[Int(options.demand[best])])
      guard score < limit else { return nil }
      for position in over.indices {
        over[position] -=
          Double(options.load[options.loadStart[best] + position]) * Double(state.parts[best])
      }
    }
    return (score, routes)
  }

  /// Moves a few served demands elsewhere at random, where they fit.
  private func perturb() {
    let options = index.options
    for _ in 0..<8 {
      let demand = random.below(options.demandCount)
      guard let mine = soleOption(demand) else { continue }
      let range = options.range(demand)
      let other = range.lowerBound + random.below(range.count)
      guard other != mine, state.room(other, options.parts[demand]) == options.parts[demand] else {
        continue
      }
      state.applyParts(mine, -options.parts[demand])
      state.applyParts(other, options.parts[demand])
    }
  }
}
