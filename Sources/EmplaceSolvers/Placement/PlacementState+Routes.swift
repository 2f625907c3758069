internal import EmplaceCore
internal import EmplaceProblems

extension PlacementState {
  /// Most parts, at most `wanted`, that still fit on an option in every hour, on the replicas that
  /// run.
  ///
  /// - Complexity: O(hours that matter to the lane).
  @inline(__always)
  func room(_ option: Int, _ wanted: Int32) -> Int32 {
    let options = index.options
    let lane = Int(options.lane[option])
    guard replicas[lane] > 0 else { return 0 }
    var best = Int64(min(wanted, options.limit[option] - parts[option]))
    guard best > 0 else { return 0 }
    let slot = Int(index.lanes.slotStart[lane])
    let start = options.loadStart[option]
    let all = capacity[lane]
    for position in 0..<Int(index.lanes.slotStart[lane + 1]) - slot {
      let each = options.load[start + position]
      let free = all - load[slot + position]
      if each > free { return 0 }
      let (product, overflow) = each.multipliedReportingOverflow(by: best)
      if overflow || product > free {
        best = Int64(UInt64(truncatingIfNeeded: free) / UInt64(truncatingIfNeeded: each))
      }
    }
    return Int32(truncatingIfNeeded: best)
  }

  /// Most parts of a demand that fit into the free capacity of a lane over all hours; 0 where the
  /// lane may not serve it.
  public func room(demand: Int, lane: Int) -> Int64 {
    guard let option = option(demand: demand, lane: lane) else { return 0 }
    return Int64(room(option, index.options.parts[demand] - served[demand]))
  }

  /// Routes parts of a demand to a lane if they fit and are not served yet; else changes nothing
  /// and says false.
  @discardableResult
  public func route(demand: Int, lane: Int, parts amount: Int64) -> Bool {
    guard amount > 0, amount <= Int64(index.options.parts[demand] - served[demand]),
      let option = option(demand: demand, lane: lane),
      Int64(room(option, Int32(truncatingIfNeeded: amount))) == amount
    else { return false }
    applyParts(option, Int32(truncatingIfNeeded: amount))
    return true
  }

  /// Takes parts of a demand away from a lane, at most what it serves; says how many.
  @discardableResult
  public func unroute(demand: Int, lane: Int, parts amount: Int64) -> Int64 {
    guard amount > 0, let option = option(demand: demand, lane: lane) else { return 0 }
    let taken = min(amount, Int64(parts[option]))
    if taken > 0 { applyParts(option, -Int32(truncatingIfNeeded: taken)) }
    return taken
  }

  /// Option of a demand on a lane.
  private func option(demand: Int, lane: Int) -> Int? {
    index.instance.arc(lane: lane, demand: demand).map { Int(index.options.ofArc[$0]) }
  }

  /// Stops `count` replicas of a lane, at most those above its fewest; what they served and can no
  /// longer be carried is taken away, the dearest first, in normal operation and in failure cases.
  public func removeReplicas(lane: Int, count: Int64 = 1) {
    let taken = min(count, replicas[lane] - index.lanes.least[lane])
    guard taken > 0 else { return }
    let left = replicas[lane] - taken
    let room = index.lanes.capacity[lane] * left
    if left == 0 {
      while firstRoute[lane] >= 0 {
        let option = Int(firstRoute[lane])
        applyParts(option, -parts[option])
      }
    } else {
      reduceLoad(lane, to: room)
    }
    for position in index.cases.ofLane.range(lane) {
      reduceCaseLoad(Int(index.cases.ofLane.items[position]), to: left == 0 ? -1 : room)
    }
    applyReplicas(lane, -taken)
  }

  /// Takes routes away, the dearest first, until every hour's load is at most `room`.
  func reduceLoad(_ lane: Int, to room: Int64) {
    while true {
      var (worst, hour): (Int64, Int) = (0, -1)
      for (position, slot) in index.lanes.slots(lane).enumerated()
      where load[slot] - room > worst {
        (worst, hour) = (load[slot] - room, position)
      }
      guard hour >= 0 else { return }
      var best = -1
      var option = firstRoute[lane]
      while option >= 0 {
        if index.options.load[index.options.loadStart[option] + hour] > 0,
          best < 0 || index.options.cost[option] > index.options.cost[best]
        {
          best = Int(option)
        }
        option = nextRoute[option]
      }
      guard best >= 0 else { return }
      let each = index.options.load[index.options.loadStart[best] + hour]
      let amount = min(Int64(parts[best]), (worst - 1) / each + 1)
      applyParts(best, -Int32(truncatingIfNeeded: amount))
    }
  }

  /// Takes routes of a failure case away until every hour's load is at most `room`; all where it
  /// is negative.
  func reduceCaseLoad(_ caseLane: Int, to room: Int64) {
    let cases = index.cases
    let lane = Int(cases.lane[caseLane])
    let start = Int(cases.laneSlot[caseLane])
    let slots = index.lanes.slots(lane).count
    for position in cases.optionsOfLane.range(caseLane) {
      let option = Int(cases.optionsOfLane.items[position])
      guard caseParts[option] > 0 else { continue }
      let loads = index.options.loadStart[cases.option[option]]
      var amount: Int64 = room < 0 ? Int64(caseParts[option]) : 0
      for slot in 0..<slots {
        let over = caseLoad[start + slot] - max(0, room)
        let each = index.options.load[loads + slot]
        if over > 0, each > 0 { amount = max(amount, (over - 1) / each + 1) }
      }
      amount = min(amount, Int64(caseParts[option]))
      if amount > 0 { applyCaseParts(option, -Int32(truncatingIfNeeded: amount)) }
    }
  }
}
