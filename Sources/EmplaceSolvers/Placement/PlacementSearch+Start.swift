internal import EmplaceCore
internal import EmplaceProblems

extension PlacementSearch {
  /// Serves what is not served: insertion, then ejection of others. Says whether something was
  /// inserted, and whether all that must be served is.
  func complete(shouldStop: () -> Bool) -> (isInserted: Bool, isWhole: Bool) {
    state.completePins()
    // What must go somewhere whole is left to ejection, which moves others out of its way.
    for (demand, element) in index.instance.demands.enumerated()
    where element.parts > 1 || element.unservedCost != nil { addPending(demand) }
    let isInserted = !pending.isEmpty
    if isInserted { recreate(noise: 0) }
    settle()
    return (isInserted, repairCover(limit: 500, shouldStop: shouldStop))
  }
}

extension Run<Placement> {
  /// The state from which a search for plans begins: the best plan at hand, else what can be kept of
  /// the warm start, completed, else the best greedy construction.
  func startingState(_ index: PlacementIndex) -> PlacementState {
    if incumbent == nil, let start = warmStart.solution {
      let search = PlacementSearch(
        PlacementState(index: index, solution: start), random: RandomGenerator(seed: seed))
      _ = search.complete { shouldStop() }
      if search.state.isFeasible { offer(search.state.solution(), source: "warm start") }
    }
    if let incumbent { return PlacementState(index: index, solution: incumbent.solution) }
    return GreedyPlacement.best.construct(index, run: self)
  }
}
