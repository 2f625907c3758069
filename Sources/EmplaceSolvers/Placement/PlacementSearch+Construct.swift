internal import EmplaceCore
internal import EmplaceProblems

extension PlacementSearch {
  /// Builds from an empty state by one rule.
  func construct(_ construction: GreedyPlacement.Construction) {
    insertion.noise = 0
    switch construction {
    case .cheapest:
      insertion.burden = 0.3
      insertInOrder { self.density($0) }
    case .confined:
      insertion.burden = 0.3
      insertInOrder { self.density($0) * (self.canRent($0) ? 1 : 1e12) }
    case .nearest:
      insertion.burden = 0
      insertInOrder { self.size($0) }
    case .consolidate:
      insertion.burden = 1
      insertInOrder { self.value($0) }
    case .regret: constructByRegret()
    case .density: constructByDensity()
    }
    settle()
    state.commit()
  }

  /// Inserts all demands, the largest key first.
  private func insertInOrder(_ key: (Int) -> Double) {
    let keys = (0..<index.options.demandCount).map(key)
    let order = keys.indices.sorted { (-keys[$0], $0) < (-keys[$1], $1) }
    for demand in order { insertion.insert(demand, into: state, random: &random) }
  }

  /// Whether some option of a demand is in a pool that can grow.
  private func canRent(_ demand: Int) -> Bool {
    let options = index.options
    return options.range(demand).contains {
      index.instance.pools[Int(index.lanes.pool[Int(options.lane[$0])])].rentable > 0
    }
  }

  /// What serving the demand saves for each share of a node it takes.
  func density(_ demand: Int) -> Double {
    let options = index.options
    guard let first = options.range(demand).first else { return 0 }
    let parts = Double(options.parts[demand])
    let unserved = options.unservedCost[demand]
    let gain =
      unserved >= 0 ? Double(unserved - options.cost[first]) : 1e9 + options.spread[demand]
    return gain * parts / max(1e-9, scarceUse(first) * parts)
  }

  /// Share of a node that one part of an option takes, by the resource that runs out first.
  func scarceUse(_ option: Int) -> Double {
    let lane = Int(index.options.lane[option])
    return index.share(option) * max(1e-6, scarceUse(ofLane: lane))
  }

  /// Share of a node that one replica takes, by the resource that runs out first.
  func scarceUse(ofLane lane: Int) -> Double {
    var use = 0.0
    let start = index.pools.needStart[lane]
    for (position, row) in index.pools.rows(Int(index.lanes.pool[lane])).enumerated() {
      let perNode = index.pools.rowPerNode[row]
      if perNode > 0 {
        use = max(use, Double(index.pools.need[start + position]) / Double(perNode))
      }
    }
    return use
  }

  /// The demand next whose second-best lane is furthest behind its best; looked at again when its
  /// turn comes, since room may be gone.
  private func constructByRegret() {
    insertion.burden = 0.3
    var heap = MaxHeap()
    for demand in 0..<index.options.demandCount {
      heap.push(regret(demand), Int32(demand))
    }
    while let (key, demand) = heap.pop() {
      let now = regret(Int(demand))
      if now > key * 1.0001 + 1e-9 || now < key * 0.9999 - 1e-9, let next = heap.peek, now < next {
        heap.push(now, demand)
        continue
      }
      insertion.insert(Int(demand), into: state, random: &random)
    }
  }

  /// Cost lost if the best option of a demand is taken away, over all its parts.
  private func regret(_ demand: Int) -> Double {
    let parts = index.options.parts[demand]
    let left = parts - state.served[demand]
    guard left > 0 else { return 0 }
    let price = insertion.price(of: demand, state)
    let limit = price == .infinity ? 1e18 : price
    let first = insertion.best(demand, left, state, below: limit, &random)
    guard first.option >= 0 else { return -1 }
    let lane = index.options.lane[first.option]
    let second = insertion.best(demand, left, state, below: limit, &random, without: lane)
    let value = second.option >= 0 ? second.value : min(limit, first.value * 4 + 1e6)
    return (value - first.value) * Double(left)
  }
}

/// A binary heap of demands or lanes, largest key first; ties by smaller item.
struct MaxHeap {
  private var keys: [Double] = []
  private var items: [Int32] = []

  var peek: Double? { keys.first }
  var count: Int { keys.count }

  private func isAbove(_ a: Int, _ b: Int) -> Bool {
    keys[a] > keys[b] || (keys[a] == keys[b] && items[a] < items[b])
  }

  mutating func push(_ key: Double, _ item: Int32) {
    keys.append(key)
    items.append(item)
    var child = keys.count - 1
    while child > 0 {
      let parent = (child - 1) / 2
      guard isAbove(child, parent) else { return }
      keys.swapAt(child, parent)
      items.swapAt(child, parent)
      child = parent
    }
  }

  mutating func pop() -> (key: Double, item: Int32)? {
    guard let key = keys.first, let item = items.first else { return nil }
    let (lastKey, lastItem) = (keys.removeLast(), items.removeLast())
    guard !keys.isEmpty else { return (key, item) }
    (keys[0], items[0]) = (lastKey, lastItem)
    var parent = 0
    while true {
      var child = 2 * parent + 1
      guard child < keys.count else { break }
      if child + 1 < keys.count, isAbove(child + 1, child) { child += 1 }
      guard isAbove(child, parent) else { break }
      keys.swapAt(child, parent)
      items.swapAt(child, parent)
      parent = child
    }
    return (key, item)
  }
}
