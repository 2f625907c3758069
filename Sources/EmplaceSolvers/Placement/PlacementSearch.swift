internal import EmplaceCore
internal import EmplaceProblems

/// Ruin and recreate, and the moves of local search, on one state: what ``LocalSearchPlacement``,
/// the greedy constructions and the repair of block solutions share.
///
/// Sources: Schrimpf, Schneider, Stamm-Wilbrandt, Dueck, "Record breaking optimization results using
/// the ruin and recreate principle", J. Comput. Phys. 159 (2000), doi:10.1006/jcph.1999.6413;
/// Christiaens, Vanden Berghe, "Slack induction by string removals", Transp. Sci. 54 (2020),
/// doi:10.1287/trsc.2019.0914.
final class PlacementSearch {
  let index: PlacementIndex
  let state: PlacementState
  var random: RandomGenerator
  var insertion = PlacementInsertion()
  /// Price of a thousandth of shortfall, adapted while the search runs.
  var shortfallPrice: Double

  /// Demands waiting to be inserted, each once.
  var pending: [Int32] = []
  /// Stamp of the last step in which a demand was put on the pending list.
  private var pendingStamp: [Int32]
  private var stamp: Int32 = 1
  /// Keys by which pending demands are sorted.
  var keys: [Double] = []
  /// How often a demand found no room (ejection).
  var failures: [Int32]

  init(_ state: PlacementState, random: RandomGenerator) {
    self.state = state
    self.random = random
    index = state.index
    insertion.charges = state.memory.charges
    pendingStamp = Array(repeating: 0, count: index.options.demandCount)
    failures = Array(repeating: 1, count: index.options.demandCount)
    shortfallPrice = state.memory.shortfallPrice ?? Self.startPrice(index)
  }

  /// What a thousandth of a typical demand costs at its dearest option, twice.
  private static func startPrice(_ index: PlacementIndex) -> Double {
    var (sum, count) = (0.0, 0)
    let options = index.options
    let step = max(1, options.demandCount / 1000)
    for demand in stride(from: 0, to: options.demandCount, by: step) {
      guard let last = options.range(demand).last else { continue }
      let unserved = Double(max(options.unservedCost[demand], options.cost[last]))
      sum += unserved.magnitude * Double(options.parts[demand])
      count += 1
    }
    return max(1, 2 * sum / Double(max(count, 1))) / 1000
  }

  /// What the search minimises: cost and the price of what is missing.
  var cost: Double {
    Double(state.totals.objective) + shortfallPrice * Double(state.shortfall)
  }

  // MARK: Pending demands

  func clearPending() {
    pending.removeAll(keepingCapacity: true)
    if stamp == .max {
      for demand in pendingStamp.indices { pendingStamp[demand] = 0 }
      stamp = 0
    }
    stamp += 1
  }

  func addPending(_ demand: Int) {
    guard pendingStamp[demand] != stamp,
      state.served[demand] < index.options.parts[demand]
    else { return }
    pendingStamp[demand] = stamp
    pending.append(Int32(demand))
  }

  /// Puts every demand that lost parts since `mark` on the pending list.
  func collectPending(since mark: Int) {
    for position in mark..<state.log.count where state.log[position].kind == .parts {
      addPending(Int(index.options.demand[state.log[position].index]))
    }
  }
}
