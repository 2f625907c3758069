internal import EmplaceProblems

/// Models that must run at a site (P16).
struct PinTable {
  /// Number of pins.
  let count: Int
  /// Pin that a replica of a lane satisfies, -1 without.
  let ofLane: FlatArray<Int32>
  /// Lanes of each pin.
  let lanes: FlatLists

  init(_ instance: PlacementInstance, _ arena: Arena) {
    count = instance.pins.count
    let pins = Dictionary(
      instance.pins.enumerated().map { ($0.element, Int32($0.offset)) }, uniquingKeysWith: min)
    let ofLane = arena.array(Int32(-1), count: instance.lanes.count)
    for lane in instance.lanes.indices where !pins.isEmpty {
      ofLane[lane] = pins[instance.pin(ofLane: lane)] ?? -1
    }
    self.ofLane = ofLane
    lanes = FlatLists(owners: count, in: arena) { visit in
      for lane in instance.lanes.indices where ofLane[lane] >= 0 { visit(Int(ofLane[lane]), lane) }
    }
  }
}

// MARK: - P16

extension PlacementState {
  /// Starts a replica of every pinned model that runs none at its site, in the cheapest lane with
  /// room, or where there is none in the place of others.
  func completePins() {
    for pin in 0..<index.pins.count where pinReplicas[pin] == 0 {
      let lanes = index.pins.lanes.range(pin).map { Int(index.pins.lanes.items[$0]) }
      let cheapest = lanes.map { (cost: costOfAdding(lane: $0), lane: $0) }
        .filter { $0.cost < Self.impossible }.min { $0 < $1 }
      if let cheapest, addReplicas(lane: cheapest.lane) { continue }
      _ = lanes.first { displaceOthers(for: $0) }
    }
  }

  /// Starts a replica of a lane after others of its pool have made room, one by one; pinned ones
  /// stay.
  private func displaceOthers(for lane: Int) -> Bool {
    let start = mark()
    for other in runningLanes(ofPool: Int(index.lanes.pool[lane]))
    where index.pins.ofLane[other] < 0 {
      while replicas[other] > index.lanes.least[other] {
        removeReplicas(lane: other)
        if addReplicas(lane: lane) { return true }
      }
    }
    rollback(to: start)
    return false
  }

  /// Whether a lane's replicas are all that runs of a pinned model at its site.
  func isNeededForPin(_ lane: Int) -> Bool {
    let pin = Int(index.pins.ofLane[lane])
    return pin >= 0 && pinReplicas[pin] <= replicas[lane]
  }

  /// Counts replicas for the pin of their lane.
  func countPin(_ lane: Int, _ amount: Int64) {
    let pin = Int(index.pins.ofLane[lane])
    guard pin >= 0 else { return }
    let before = pinReplicas[pin]
    pinReplicas[pin] = before + amount
    if (before > 0) != (before + amount > 0) { totals.shortfall += before > 0 ? 1000 : -1000 }
  }
}
