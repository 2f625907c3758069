internal import EmplaceCore
internal import EmplaceProblems

extension ScarcityPrices {
  /// Estimates what is scarce by a few rounds of price adjustment: every demand takes its cheapest
  /// option as if replicas could be had in fractions, and rows that are asked for more than they
  /// hold grow dearer. No bound follows from it; it is a guide.
  ///
  /// Source of the rule: subgradient steps of Held, Wolfe, Crowder, Math. Program. 6 (1974),
  /// doi:10.1007/BF01580223, with averaged prices.
  ///
  /// - Complexity: O(rounds x arcs).
  static func estimate(_ index: PlacementIndex, rounds: Int) -> ScarcityPrices {
    var auction = ResourceAuction(index)
    for round in 1...max(1, rounds) { auction.step(round, of: rounds) }
    return ScarcityPrices(index: index, rows: auction.average)
  }
}

/// Prices of the rows of pool resources under adjustment.
private struct ResourceAuction {
  let index: PlacementIndex
  /// Share of a replica that a part of each option takes.
  let share: [Double]
  /// What a unit of each row is worth at most: the scale of steps.
  var scale: [Double]
  /// Highest price of a unit: what renting more costs.
  var ceiling: [Double]
  var prices: [Double]
  var average: [Double]
  private var lanePrice: [Double]
  private var weight = 0.0

  init(_ index: PlacementIndex) {
    self.index = index
    let options = index.options
    share = options.lane.indices.map { index.share($0) }
    let rows = index.pools.rowPerNode.count
    prices = Array(repeating: 0, count: rows)
    average = prices
    scale = prices
    ceiling = Array(repeating: .infinity, count: rows)
    lanePrice = Array(repeating: 0, count: index.laneCount)
    setScale()
    for pool in 0..<index.pools.count where index.pools.rentable[pool] > 0 {
      for row in index.pools.rows(pool) where index.pools.rowPerNode[row] > 0 {
        ceiling[row] =
          Double(index.pools.rentCost[pool]) / Double(index.pools.rowPerNode[row])
      }
    }
  }

  /// Average value of a unit of each row over all that ask for it.
  private mutating func setScale() {
    let options = index.options
    var value = [Double](repeating: 0, count: scale.count)
    var asked = value
    for option in options.lane.indices {
      let demand = Int(options.demand[option])
      let unserved = options.unservedCost[demand]
      let gain =
        unserved >= 0 ? Double(unserved - options.cost[option]) : options.spread[demand]
      guard gain > 0 else { continue }
      let lane = Int(options.lane[option])
      let start = index.pools.needStart[lane]
      let parts = Double(options.parts[demand])
      for (position, row) in index.pools.rows(Int(index.lanes.pool[lane])).enumerated() {
        let need = Double(index.pools.need[start + position]) * share[option] * parts
        asked[row] += need
        if need > 0 { value[row] += gain * parts }
      }
    }
    for row in scale.indices where asked[row] > 0 { scale[row] = value[row] / asked[row] }
  }

  /// One round: choices at the current prices, then prices by what is asked.
  mutating func step(_ round: Int, of rounds: Int) {
    let usage = usageAtPrices()
    let length = 0.5 / Double(round).squareRoot()
    for pool in 0..<index.pools.count {
      for row in index.pools.rows(pool) {
        let capacity = Double(index.pools.rowPerNode[row]) * Double(index.pools.owned[pool])
        let excess = capacity > 0 ? min(1, usage[row] / capacity - 1) : (usage[row] > 0 ? 1 : -1)
        prices[row] = min(
          ceiling[row], max(0, prices[row] + length * scale[row] * excess))
      }
    }
    guard 3 * round >= rounds else { return }
    weight += 1
    for row in prices.indices { average[row] += (prices[row] - average[row]) / weight }
  }

  private mutating func usageAtPrices() -> [Double] {
    let (options, pools) = (index.options, index.pools)
    for lane in 0..<index.laneCount {
      var price = max(0, Double(index.lanes.cost[lane]))
      let start = pools.needStart[lane]
      for (position, row) in pools.rows(Int(index.lanes.pool[lane])).enumerated() {
        price += prices[row] * Double(pools.need[start + position])
      }
      lanePrice[lane] = price
    }
    var usage = [Double](repeating: 0, count: prices.count)
    for demand in 0..<options.demandCount {
      let unserved = options.unservedCost[demand]
      var (best, least) = (-1, unserved >= 0 ? Double(unserved) : .infinity)
      for option in options.range(demand) {
        let cost = Double(options.cost[option])
        if cost >= least { break }
        let total = cost + share[option] * lanePrice[Int(options.lane[option])]
        if total < least { (best, least) = (option, total) }
      }
      guard best >= 0 else { continue }
      let lane = Int(options.lane[best])
      let amount = share[best] * Double(options.parts[demand])
      let start = pools.needStart[lane]
      for (position, row) in pools.rows(Int(index.lanes.pool[lane])).enumerated() {
        usage[row] += amount * Double(pools.need[start + position])
      }
    }
    return usage
  }
}
