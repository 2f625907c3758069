public import EmplaceCore

/// How unserved parts find their lane: each step takes the option with the least cost a part among
/// free room in running lanes, new replicas, and staying unserved.
public struct PlacementInsertion: Sendable {
  /// How much of a new replica the demand that asks for it must bear: 1 all of it, 0 only the share
  /// of its load.
  public var burden = 0.3
  /// Noise on the cost of each option, relative to how far the costs of the demand's first options
  /// lie apart.
  public var noise = 0.0
  /// Whether new replicas may be started.
  public var mayOpen = true
  /// This lane starts no replicas, -1 for none.
  var closedLane: Int32 = -1
  /// What scarce resources are worth, and the share of it that new replicas are charged.
  var charges: ScarcityCharges?
  var chargedShare = 0.0

  /// An insertion without noise.
  public init() {}

  /// One way to serve some parts.
  struct Choice {
    var option = -1
    var parts: Int32 = 0
    /// Replicas to start, 0 for free room.
    var replicas: Int64 = 0
    /// Cost a part, as the insertion sees it.
    var value = Double.infinity
  }

  /// Serves what is unserved of a demand; says how many parts stay unserved.
  ///
  /// - Complexity: O(options x (hours that matter + resources)) for each lane used.
  @discardableResult
  public func insert(
    _ demand: Int, into state: PlacementState, random: inout RandomGenerator
  ) -> Int32 {
    var left = state.index.options.parts[demand] - state.served[demand]
    let price = price(of: demand, state)
    while left > 0 {
      let choice = best(demand, left, state, below: price, &random)
      guard choice.option >= 0 else { break }
      if choice.replicas > 0 {
        let lane = Int(state.index.options.lane[choice.option])
        guard state.addReplicas(lane: lane, count: choice.replicas) else { break }
      }
      state.applyParts(choice.option, choice.parts)
      left -= choice.parts
    }
    return left
  }

  /// What a part may cost at most: its price when unserved; anything where it must be served or a
  /// floor is short.
  @inline(__always)
  func price(of demand: Int, _ state: PlacementState) -> Double {
    let cost = state.index.options.unservedCost[demand]
    guard cost >= 0 else { return .infinity }
    let groups = state.index.groups
    for position in groups.ofDemand.range(demand) {
      let floor = groups.floor[groups.ofDemand.items[position]]
      if state.floorServed[floor] < groups.least[floor] { return .infinity }
    }
    return Double(cost)
  }

  /// The cheapest way to serve some of `left` parts for less than `limit` a part.
  func best(
    _ demand: Int, _ left: Int32, _ state: PlacementState, below limit: Double,
    _ random: inout RandomGenerator, without excluded: Int32 = -1
  ) -> Choice {
    let options = state.index.options
    var best = Choice()
    best.value = limit
    let amplitude = noise * options.spread[demand]
    for option in options.range(demand) {
      let cost = Double(options.cost[option])
      // Options are sorted by cost: no later one can be better.
      if cost - amplitude >= best.value { break }
      let lane = Int(options.lane[option])
      if Int32(lane) == excluded { continue }
      let shift = amplitude > 0 ? amplitude * (2 * random.unit() - 1) : 0
      let room = state.room(option, left)
      if room > 0 {
        let value = cost + shift
        if value < best.value || best.option < 0 && value == best.value {
          best = Choice(option: option, parts: room, replicas: 0, value: value)
        }
        continue
      }
      guard mayOpen, Int32(lane) != closedLane else { continue }
      if let choice = opening(option, lane, left, state, shift, below: best.value) {
        best = choice
      }
    }
    return best
  }

  /// New replicas of a lane for up to `left` parts, if that costs less than `limit` a part.
  private func opening(
    _ option: Int, _ lane: Int, _ left: Int32, _ state: PlacementState, _ shift: Double,
    below limit: Double
  ) -> Choice? {
    let (options, lanes) = (state.index.options, state.index.lanes)
    let wanted = min(left, options.limit[option] - state.parts[option])
    guard wanted > 0, state.replicas[lane] < lanes.most[lane] else { return nil }
    let base = Double(options.cost[option])
    let each = max(0, Double(lanes.cost[lane]))
    // Replicas for all parts wanted, and the share of one that a part takes.
    var (count, share): (Int64, Double) = (0, 0)
    let (slot, start) = (Int(lanes.slotStart[lane]), options.loadStart[option])
    let (capacity, running) = (lanes.capacity[lane], state.capacity[lane])
    guard capacity > 0 else { return nil }
    for position in 0..<Int(lanes.slotStart[lane + 1]) - slot {
      let load = options.load[start + position]
      if load > capacity { return nil }
      let (all, overflow) = load.multipliedReportingOverflow(by: Int64(wanted))
      guard !overflow else { return nil }
      let over = all - (running - state.load[slot + position])
      if over > 0 { count = max(count, over <= capacity ? 1 : (over - 1) / capacity + 1) }
      share = max(share, Double(load) / Double(capacity))
    }
    count = max(count, 1)
    if base + each * share + shift >= limit { return nil }
    return priced(option, lane, wanted, count, share, state, shift, below: limit)
  }

  /// Prices `count` new replicas, or as many as fit.
  private func priced(
    _ option: Int, _ lane: Int, _ wanted: Int32, _ count: Int64, _ share: Double,
    _ state: PlacementState, _ shift: Double, below limit: Double
  ) -> Choice? {
    var (count, parts) = (count, wanted)
    var cost = state.costOfAdding(lane: lane, count: count)
    if cost == PlacementState.impossible {
      guard count > 1 else { return nil }
      count = max(1, state.replicasThatFit(lane, count - 1))
      cost = state.costOfAdding(lane: lane, count: count)
      if cost == PlacementState.impossible, count > 1 {
        count = 1
        cost = state.costOfAdding(lane: lane, count: 1)
      }
      guard cost != PlacementState.impossible else { return nil }
      parts = partsOn(option, lane, count, wanted, state)
      guard parts > 0 else { return nil }
    }
    let filled = min(1, Double(parts) * share / Double(count))
    let total = max(0, Double(cost) + charge(lane, count, state))
    let borne = total * (burden + (1 - burden) * filled)
    let value = Double(state.index.options.cost[option]) + borne / Double(parts) + shift
    guard value < limit else { return nil }
    return Choice(option: option, parts: parts, replicas: count, value: value)
  }

  /// What new replicas of a lane take from others, as far as they are charged for it.
  private func charge(_ lane: Int, _ count: Int64, _ state: PlacementState) -> Double {
    guard chargedShare > 0, let charges else { return 0 }
    let artifact = Int(state.index.lanes.artifact[lane])
    let isNew = artifact >= 0 && !state.present[artifact]
    return chargedShare
      * (charges.replicas[lane] * Double(count) + (isNew ? charges.artifacts[artifact] : 0))
  }

  /// Parts that fit once `count` replicas more run.
  private func partsOn(
    _ option: Int, _ lane: Int, _ count: Int64, _ wanted: Int32, _ state: PlacementState
  ) -> Int32 {
    let (options, lanes) = (state.index.options, state.index.lanes)
    var parts = Int64(wanted)
    let (slot, start) = (Int(lanes.slotStart[lane]), options.loadStart[option])
    let capacity = state.capacity[lane] + lanes.capacity[lane] * count
    for position in 0..<Int(lanes.slotStart[lane + 1]) - slot {
      let load = options.load[start + position]
      if load > 0 { parts = min(parts, (capacity - state.load[slot + position]) / load) }
    }
    return Int32(truncatingIfNeeded: max(0, parts))
  }
}
