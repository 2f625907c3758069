internal import EmplaceCore
internal import EmplaceProblems

// Fine moves on routes: replicas stay as they are.

extension PlacementSearch {
  /// A move of parts from where they are (or from being unserved) to an option.
  private struct Shift {
    var from: Int
    var to: Int
    var parts: Int32
  }

  /// Displace: moves parts of a demand to a cheaper option, and where that is full moves parts of
  /// another demand out of its way, if both together save. Returns whether anything was gained.
  func displace(_ demand: Int) -> Bool {
    let options = index.options
    let range = options.range(demand)
    guard !range.isEmpty else { return false }
    var gained = false
    // The dearest first: what is unserved, then options from the end.
    if state.served[demand] < options.parts[demand] {
      gained = improve(demand, from: -1, range.lowerBound..<range.upperBound)
    }
    for source in range.reversed() where state.parts[source] > 0 {
      if improve(demand, from: source, range.lowerBound..<source) { gained = true }
    }
    return gained
  }

  /// Tries to move parts of a demand from `source` (-1: unserved) to one of `targets`.
  private func improve(_ demand: Int, from source: Int, _ targets: Range<Int>) -> Bool {
    let options = index.options
    let now =
      source >= 0 ? Double(options.cost[source]) : insertion.price(of: demand, state)
    for target in targets.prefix(40) {
      let lane = Int(options.lane[target])
      let gain = min(now, 1e15) - Double(options.cost[target])
      if gain <= 0 { return false }
      guard state.replicas[lane] > 0 else { continue }
      let present =
        source >= 0 ? state.parts[source] : options.parts[demand] - state.served[demand]
      let wanted = min(present, options.limit[target] - state.parts[target])
      guard wanted > 0 else { continue }
      let room = state.room(target, wanted)
      if room > 0 {
        move(source, target, room)
        return true
      }
      if makeWay(source, target, wanted, gain) { return true }
    }
    return false
  }

  @inline(__always)
  private func move(_ source: Int, _ target: Int, _ parts: Int32) {
    if source >= 0 { state.applyParts(source, -parts) }
    if target >= 0 { state.applyParts(target, parts) }
  }

  /// Moves parts of another demand out of the lane of `target`, and as many of ours in as then fit.
  private func makeWay(_ source: Int, _ target: Int, _ wanted: Int32, _ gain: Double) -> Bool {
    let options = index.options
    let lane = Int(options.lane[target])
    let home = source >= 0 ? Int(options.lane[source]) : -1
    var route = Int(state.firstRoute[lane])
    while route >= 0 {
      let next = Int(state.nextRoute[route])
      let other = Int(options.demand[route])
      if other != Int(options.demand[target]),
        makeWay(source, target, wanted, gain, route, other, home)
      {
        return true
      }
      route = next
    }
    return false
  }

  private func makeWay(
    _ source: Int, _ target: Int, _ wanted: Int32, _ gain: Double, _ route: Int, _ other: Int,
    _ home: Int
  ) -> Bool {
    let options = index.options
    // Parts of ours for one of theirs, and so the most that theirs may lose on each.
    let ratio = exchangeRatio(target, route)
    guard ratio > 0 else { return false }
    let limit = gain * ratio
    let base = Double(options.cost[route])
    for escape in options.range(other) {
      let loss = Double(options.cost[escape]) - base
      if loss >= limit { return false }
      guard escape != route else { continue }
      let lane = Int(options.lane[escape])
      guard state.replicas[lane] > 0 else { continue }
      if lane != home, state.room(escape, 1) == 0 { continue }
      if exchange(source, target, wanted, route, escape) { return true }
    }
    // Leaving the other demand unserved is an escape too.
    let price = insertion.price(of: other, state)
    if price < .infinity, price - base < limit {
      return exchange(source, target, wanted, route, -1)
    }
    return false
  }

  /// Parts of `target`'s demand that take the room of one part on `route`, in the hour where that is
  /// least.
  private func exchangeRatio(_ target: Int, _ route: Int) -> Double {
    let options = index.options
    let lane = Int(options.lane[target])
    var ratio = Double.infinity
    let (mine, theirs) = (options.loadStart[target], options.loadStart[route])
    for (position, slot) in index.lanes.slots(lane).enumerated() {
      let load = Double(options.load[mine + position])
      // Hours with room do not bind.
      guard load > 0, state.capacity[lane] - state.load[slot] < options.load[mine + position] else {
        continue
      }
      ratio = min(ratio, Double(options.load[theirs + position]) / load)
    }
    return ratio == .infinity ? 0 : ratio
  }

  /// Carries out an exchange and keeps it if it pays.
  private func exchange(
    _ source: Int, _ target: Int, _ wanted: Int32, _ route: Int, _ escape: Int
  ) -> Bool {
    let (mark, before) = (state.mark(), cost)
    if source >= 0 { state.applyParts(source, -wanted) }
    let needed = partsInTheWay(target, wanted, route)
    var moved = min(needed, state.parts[route])
    if moved > 0 {
      state.applyParts(route, -moved)
      if escape >= 0 {
        let room = state.room(escape, moved)
        if room > 0 { state.applyParts(escape, room) }
        if room < moved {
          state.applyParts(route, moved - room)
          moved = room
        }
      }
    }
    if moved > 0 {
      let room = state.room(target, wanted)
      if room > 0 { state.applyParts(target, room) }
      if source >= 0, room < wanted {
        let back = state.room(source, wanted - room)
        if back > 0 { state.applyParts(source, back) }
        if back < wanted - room, escape >= 0, state.parts[escape] > 0 {
          // The escape took our old room: not a gain we can keep track of.
          state.rollback(to: mark)
          return false
        }
      }
      return keep(mark, below: before)
    }
    state.rollback(to: mark)
    return false
  }

  /// Parts on `route` that must go so that `wanted` parts fit on `target`.
  private func partsInTheWay(_ target: Int, _ wanted: Int32, _ route: Int) -> Int32 {
    let options = index.options
    let lane = Int(options.lane[target])
    var needed: Int64 = 0
    let (mine, theirs) = (options.loadStart[target], options.loadStart[route])
    for (position, slot) in index.lanes.slots(lane).enumerated() {
      let over =
        options.load[mine + position] * Int64(wanted)
        - (state.capacity[lane] - state.load[slot])
      guard over > 0 else { continue }
      let each = options.load[theirs + position]
      guard each > 0 else { return .max }
      needed = max(needed, (over - 1) / each + 1)
    }
    return Int32(clamping: needed)
  }

  /// Applies displacements to all demands until none pays, at most `rounds` times; says whether any
  /// did.
  @discardableResult
  func polish(rounds: Int, shouldStop: () -> Bool) -> Bool {
    var isBetter = false
    for _ in 0..<rounds {
      var gains = 0
      for demand in 0..<index.options.demandCount {
        if demand % 64 == 0, shouldStop() { return isBetter }
        var repeats = 0
        while repeats < 8, displace(demand) {
          gains += 1
          repeats += 1
        }
      }
      if gains == 0 { return isBetter }
      isBetter = true
      state.tidy()
    }
    return isBetter
  }
}
