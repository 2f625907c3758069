internal import EmplaceCore
internal import EmplaceProblems

extension PlacementSearch {
  /// Applies moves until none of them pays, at most `rounds` times over everything.
  func descend(rounds: Int = 3, shouldStop: () -> Bool) {
    insertion.noise = 0
    insertion.burden = 1
    var demands = Array(0..<index.options.demandCount)
    for _ in 0..<rounds {
      var gains = 0
      demands.shuffle(using: &random)
      for (position, demand) in demands.enumerated() {
        if position % 64 == 0, shouldStop() { return }
        if index.options.range(demand).isEmpty { continue }
        if shift(demand) { gains += 1 } else if swap(demand) { gains += 1 }
        state.commit()
      }
      for pool in 0..<index.pools.count {
        if pool % 16 == 0, shouldStop() { return }
        gains += descend(pool)
      }
      if gains == 0 { return }
    }
  }

  /// Close, change and open over the lanes of a pool; counts what paid.
  private func descend(_ pool: Int) -> Int {
    var gains = 0
    for lane in state.runningLanes(ofPool: pool) where state.replicas[lane] > 0 {
      if close(lane, isWhole: false) {
        gains += 1
      } else if close(lane, isWhole: true) || change(lane) {
        gains += 1
      }
      state.commit()
    }
    for lane in index.pools.lanes(pool) where state.replicas[lane] == 0 && mayGain(lane) {
      if open(lane) { gains += 1 }
      state.commit()
    }
    return gains
  }

  /// Whether some demand would be served cheaper by the lane than it is now.
  private func mayGain(_ lane: Int) -> Bool {
    var gain = 0.0
    let options = index.options
    for arc in index.lanes.arcs(lane) {
      let option = Int(options.ofArc[arc])
      let demand = Int(options.demand[option])
      let unserved = options.parts[demand] - state.served[demand]
      if unserved > 0 { return true }
      for other in options.range(demand) where state.parts[other] > 0 {
        gain +=
          max(0, Double(options.cost[other] - options.cost[option]))
          * Double(state.parts[other])
      }
    }
    return gain > Double(max(0, index.lanes.cost[lane]))
  }
}
