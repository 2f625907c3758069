internal import EmplaceCore
internal import EmplaceProblems

// Lane first: the replica that gains most for each scarce unit it takes.

extension PlacementSearch {
  /// Something a lane could serve: unserved parts, or parts that another option serves dearer.
  struct Offer {
    let option: Int
    /// The option that serves the parts now, -1 where none does.
    let source: Int
    let parts: Int32
    /// Load of one part in its worst hour.
    let load: Double
    /// What one part saves on the lane.
    let saving: Double
    /// What it saves for each unit of load.
    let rate: Double

    init(option: Int, source: Int, parts: Int32, load: Double, saving: Double) {
      self.option = option
      self.source = source
      self.parts = parts
      self.load = load
      self.saving = saving
      rate = saving / max(load, 1)
    }

    /// Whether it comes before another: by rate, then by index.
    func precedes(_ other: Offer) -> Bool {
      if rate != other.rate { return rate > other.rate }
      return option != other.option ? option < other.option : source > other.source
    }
  }

  /// Starts replicas by falling gain for each scarce unit, each with the demands that gain most.
  func constructByDensity() {
    insertion.burden = 0.3
    var offers: [Offer] = []
    var heap = MaxHeap()
    for lane in 0..<index.lanes.count {
      let key = gain(lane, &offers).key
      if key > 0 { heap.push(key, Int32(lane)) }
    }
    var steps = 0
    let limit = 40 * (index.lanes.count + index.options.demandCount) + 1000
    while let (_, item) = heap.pop(), steps < limit {
      steps += 1
      let lane = Int(item)
      let (key, count) = gain(lane, &offers)
      guard key > 0 else { continue }
      if let next = heap.peek, key < next * 0.999 {
        heap.push(key, item)
        continue
      }
      guard start(lane, count, offers) else { continue }
      heap.push(key * 0.999, item)
    }
    for demand in 0..<index.options.demandCount
    where state.served[demand] < index.options.parts[demand] {
      insertion.insert(demand, into: state, random: &random)
    }
  }

  /// Gain of a lane's next replica for each scarce unit, and how many like it to start at once;
  /// leaves what it would serve in `offers`, best first.
  func gain(_ lane: Int, _ offers: inout [Offer]) -> (key: Double, count: Int64) {
    offers.removeAll(keepingCapacity: true)
    let capacity = Double(index.lanes.capacity[lane])
    guard capacity > 0, state.replicas[lane] < index.lanes.most[lane] else { return (0, 0) }
    let cost = state.costOfAdding(lane: lane)
    guard cost != PlacementState.impossible else { return (0, 0) }
    // Most that one replica may save: sorting is not for those that cannot pay.
    let most = collectOffers(lane, &offers) * capacity
    guard !offers.isEmpty, most * 1.0001 > Double(cost) else { return (0, 0) }
    offers.sort { $0.precedes($1) }
    var (room, total, plenty) = (capacity, 0.0, 0.0)
    let enough = 0.7 * offers[0].rate
    for offer in offers {
      let load = offer.load * Double(offer.parts)
      if offer.rate >= enough { plenty += load }
      if room > 0 {
        total += offer.saving * Double(offer.parts) * min(1, room / max(load, 1))
        room -= load
      }
    }
    guard total > Double(cost) else { return (0, 0) }
    let fit = max(1, state.replicasThatFit(lane, max(1, Int64(min(plenty / capacity, 1e6)))))
    return ((total - Double(cost)) / (scarceUse(ofLane: lane) + 1e-3), fit)
  }

  /// Collects what a lane could serve, and answers the highest rate among it.
  private func collectOffers(_ lane: Int, _ offers: inout [Offer]) -> Double {
    let options = index.options
    var highest = 0.0
    index.instance.arcDemand.withUnsafeBufferPointer { demandOf in
      index.instance.arcCost.withUnsafeBufferPointer { costOf in
        for arc in index.lanes.arcs(lane) {
          let demand = Int(demandOf[arc])
          let cost = Double(costOf[arc])
          func add(_ parts: Int32, from source: Int, saving: Double) {
            let offer = Offer(
              option: Int(options.ofArc[arc]), source: source, parts: parts,
              load: Double(options.peakLoadOfArc[arc]), saving: saving)
            highest = max(highest, offer.rate)
            offers.append(offer)
          }
          let left = options.parts[demand] - state.served[demand]
          if left > 0 {
            let price = unservedValue(demand)
            if price > cost { add(left, from: -1, saving: price - cost) }
          }
          var source = Int(state.firstSource[demand])
          while source >= 0 {
            let dearer = Double(options.cost[source]) - cost
            if dearer > 0 { add(state.parts[source], from: source, saving: dearer) }
            source = Int(state.nextSource[source])
          }
        }
      }
    }
    return highest
  }

  /// What an unserved part is worth; more than any option where it must be served.
  private func unservedValue(_ demand: Int) -> Double {
    let options = index.options
    let price = options.unservedCost[demand]
    if price >= 0 { return Double(price) }
    guard let last = options.range(demand).last else { return 0 }
    return 2 * Double(options.cost[last].magnitude) + 4 * options.spread[demand] + 1
  }

  /// Starts replicas and gives them what gains most.
  func start(_ lane: Int, _ count: Int64, _ offers: [Offer]) -> Bool {
    guard state.addReplicas(lane: lane, count: count) || state.addReplicas(lane: lane) else {
      return false
    }
    for offer in offers {
      if offer.source < 0 {
        let amount = state.room(offer.option, offer.parts)
        if amount > 0 { state.applyParts(offer.option, amount) }
      } else {
        let amount = min(state.parts[offer.source], state.room(offer.option, offer.parts))
        guard amount > 0 else { continue }
        state.applyParts(offer.source, -amount)
        state.applyParts(offer.option, amount)
      }
    }
    return true
  }

  /// Starts replicas of a few lanes that gain most among those that could serve pending demands.
  func openBest() {
    var offers: [Offer] = []
    var candidates: [(key: Double, lane: Int)] = []
    var seen: Set<Int32> = []
    for _ in 0..<24 where !pending.isEmpty {
      let demand = Int(pending[random.below(pending.count)])
      let range = index.options.range(demand)
      guard !range.isEmpty else { continue }
      let option = range.lowerBound + random.below(range.count)
      let lane = index.options.lane[option]
      guard lane != insertion.closedLane, seen.insert(lane).inserted else { continue }
      let key = gain(Int(lane), &offers).key * (0.7 + 0.6 * random.unit())
      if key > 0 { candidates.append((key, Int(lane))) }
    }
    candidates.sort { ($0.key, $1.lane) > ($1.key, $0.lane) }
    var left = 1 + random.below(4)
    for (_, lane) in candidates where left > 0 {
      let (key, count) = gain(lane, &offers)
      guard key > 0, start(lane, count, offers) else { continue }
      left -= 1
    }
  }
}
