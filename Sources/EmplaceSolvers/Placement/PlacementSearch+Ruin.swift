internal import EmplaceCore
internal import EmplaceProblems

// What a step takes away.

extension PlacementSearch {
  /// Kinds of ruin.
  enum Ruin: Int, CaseIterable {
    /// Replicas of one to three pools that share demands.
    case pools
    /// Demands that compete for the same lanes.
    case demands
    /// Lanes of one model around a demand.
    case model
    /// One or two lanes, whole.
    case lanes
    /// Artifacts that were brought, with all that runs from them: gives moves, storage and uplink
    /// back.
    case artifacts
    /// Replicas of a pool with rented nodes, until one or all of these go back.
    case rented
  }

  /// A demand that is served at least in part, or any when the draws miss.
  func drawDemand() -> Int {
    let count = index.options.demandCount
    for _ in 0..<8 {
      let demand = random.below(count)
      if state.served[demand] > 0 { return demand }
    }
    return random.below(count)
  }

  /// A lane that serves the demand, drawn among them; -1 where none does.
  func drawLane(of demand: Int) -> Int {
    var (chosen, seen) = (-1, 0)
    for option in index.options.range(demand) where state.parts[option] > 0 {
      seen += 1
      if seen == 1 || random.below(seen) == 0 { chosen = Int(index.options.lane[option]) }
    }
    return chosen
  }

  /// Takes something away and puts the demands that lose parts on the pending list.
  func ruin(_ kind: Ruin) {
    switch kind {
    case .pools: ruinPools()
    case .demands: ruinDemands()
    case .model: ruinModel()
    case .lanes: ruinLanes()
    case .artifacts: ruinArtifacts()
    case .rented: ruinRented()
    }
  }

  private func ruinPools() {
    let first = drawLane(of: drawDemand())
    guard first >= 0 else { return ruinDemands() }
    var lane = first
    for _ in 0..<1 + random.below(3) {
      ruinPool(Int(index.lanes.pool[lane]), share: 0.2 + 0.8 * random.unit())
      // On to a pool that could serve a demand of this one.
      let arcs = index.lanes.arcs(lane)
      guard !arcs.isEmpty else { return }
      let option = Int(index.options.ofArc[arcs.lowerBound + random.below(arcs.count)])
      let range = index.options.range(Int(index.options.demand[option]))
      lane = Int(index.options.lane[range.lowerBound + random.below(min(range.count, 12))])
    }
  }

  /// Stops a share of the replicas of a pool.
  private func ruinPool(_ pool: Int, share: Double) {
    var lane = Int(state.firstRunning[pool])
    while lane >= 0 {
      let next = Int(state.nextRunning[lane])
      if random.unit() < share {
        let running = state.replicas[lane]
        let most = max(1, Int64(Double(running) * share + 0.5))
        let count = random.below(2) == 0 ? running : 1 + Int64(random.below(Int(most)))
        state.removeReplicas(lane: lane, count: count)
        releaseFixed(lane)
      }
      lane = next
    }
  }

  /// A lane whose replicas may not be stopped loses routes instead.
  private func releaseFixed(_ lane: Int) {
    guard state.replicas[lane] > 0, state.replicas[lane] <= index.lanes.least[lane] else { return }
    var option = Int(state.firstRoute[lane])
    let share = 0.1 + 0.6 * random.unit()
    while option >= 0 {
      let next = Int(state.nextRoute[option])
      if random.unit() < share { state.applyParts(option, -state.parts[option]) }
      option = next
    }
  }

  /// Unroutes demands that share lanes, walking from one to the next.
  private func ruinDemands() {
    let wanted = 2 + random.below(2 << random.below(5))
    var demand = drawDemand()
    var lane = -1
    for _ in 0..<wanted {
      unrouteAll(demand)
      if lane < 0 || random.below(4) == 0 {
        let range = index.options.range(demand)
        guard !range.isEmpty else { return }
        lane = Int(index.options.lane[range.lowerBound + random.below(min(range.count, 10))])
      }
      let arcs = index.lanes.arcs(lane)
      guard !arcs.isEmpty else { return }
      let option = index.options.ofArc[arcs.lowerBound + random.below(arcs.count)]
      demand = Int(index.options.demand[option])
    }
  }

  func unrouteAll(_ demand: Int) {
    for option in index.options.range(demand) where state.parts[option] > 0 {
      state.applyParts(option, -state.parts[option])
    }
  }

  /// Stops lanes of one model that could serve a demand.
  private func ruinModel() {
    let demand = drawDemand()
    let range = index.options.range(demand)
    guard !range.isEmpty else { return }
    let share = 0.3 + 0.7 * random.unit()
    for option in range.prefix(24) {
      let lane = Int(index.options.lane[option])
      guard state.replicas[lane] > 0, random.unit() < share else { continue }
      state.removeReplicas(lane: lane, count: state.replicas[lane])
      releaseFixed(lane)
    }
  }

  private func ruinLanes() {
    for _ in 0..<1 + random.below(2) {
      let lane = drawLane(of: drawDemand())
      guard lane >= 0 else { continue }
      let running = state.replicas[lane]
      let count = random.below(3) == 0 ? 1 + Int64(random.below(Int(running))) : running
      state.removeReplicas(lane: lane, count: count)
      releaseFixed(lane)
      if random.below(2) == 0 { insertion.closedLane = Int32(lane) }
    }
  }

  private func ruinArtifacts() {
    let count = index.artifacts.count
    guard count > 0 else { return ruinLanes() }
    var left = 1 + random.below(4)
    for _ in 0..<96 where left > 0 {
      let artifact = random.below(count)
      guard state.present[artifact], !index.artifacts.isIncumbent[artifact] else { continue }
      left -= 1
      for position in index.artifacts.lanes.range(artifact) {
        let lane = Int(index.artifacts.lanes.items[position])
        if state.replicas[lane] > 0 {
          state.removeReplicas(lane: lane, count: state.replicas[lane])
        }
      }
    }
    state.tidy()
  }

  /// A pool with rented nodes, drawn among those that serve; nil when the draws miss.
  private func drawRentedPool() -> Int? {
    for _ in 0..<16 {
      let lane = drawLane(of: drawDemand())
      guard lane >= 0 else { continue }
      let pool = Int(index.lanes.pool[lane])
      if state.nodes[pool] > index.pools.owned[pool] { return pool }
    }
    return nil
  }

  /// Stops replicas of a pool with rented nodes, in drawn order, until one node or all that are
  /// rented can go back. Three times out of four the first insertion of what was served there may
  /// not rent others instead.
  private func ruinRented() {
    guard let pool = drawRentedPool() else { return ruinPools() }
    let target = random.below(2) == 0 ? state.nodes[pool] - 1 : index.pools.owned[pool]
    var lanes = state.runningLanes(ofPool: pool)
    lanes.shuffle(using: &random)
    for lane in lanes where state.nodes[pool] > target {
      let running = state.replicas[lane]
      let count = random.below(2) == 0 ? running : 1 + Int64(random.below(Int(running)))
      state.removeReplicas(lane: lane, count: count)
    }
    state.mayRent = random.below(4) == 0
  }

  /// Adds unserved demands that could use what was freed, and a few others.
  func addUnserved(since mark: Int) {
    let unserved = state.totals.unserved
    guard unserved > 0 else { return }
    if unserved <= 24 {
      for position in 0..<unserved { addPending(Int(state.unservedList[position])) }
      return
    }
    for _ in 0..<8 { addPending(Int(state.unservedList[random.below(unserved)])) }
    var found = 0
    let end = state.log.count
    for position in mark..<end where state.log[position].kind == .replicas {
      let arcs = index.lanes.arcs(Int(state.log[position].index))
      guard !arcs.isEmpty else { continue }
      for _ in 0..<min(arcs.count, 6) {
        let option = index.options.ofArc[arcs.lowerBound + random.below(arcs.count)]
        let demand = Int(index.options.demand[option])
        if state.served[demand] < index.options.parts[demand] {
          addPending(demand)
          found += 1
        }
      }
      if found > 24 { return }
    }
  }
}
