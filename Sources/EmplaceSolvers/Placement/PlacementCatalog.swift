public import EmplaceProblems

extension AlgorithmCatalog where P == Placement {
  /// The algorithms that place.
  public static let placement = AlgorithmCatalog(searches + greedy)

  private static var greedy: [Entry] {
    let all = Entry(
      name: "greedy", summary: "the best of all greedy constructions",
      make: { _ in GreedyPlacement.best })
    return [all]
      + GreedyPlacement.Construction.allCases.map { construction in
        let solver = GreedyPlacement(construction: construction)
        return Entry(
          name: solver.name, summary: construction.summary, make: { _ in solver })
      }
  }

  private static var searches: [Entry] {
    [
      Entry(
        name: "auto", summary: "greedy, local search and the Lagrangian search side by side",
        make: { _ in AutoPlacement() }),
      Entry(
        name: "lagrangian",
        summary: "relaxes what pools share; ascent, repair, branch and bound; proves its bound",
        make: { _ in LagrangianPlacement() }),
      Entry(
        name: "local-search",
        summary: "moves, swaps, variant changes, ruin and recreate from the best greedy plan",
        make: { _ in LocalSearchPlacement() }),
    ]
  }
}

extension GreedyPlacement.Construction {
  /// What it does, for help texts.
  var summary: String {
    switch self {
    case .cheapest: "demands by value for each scarce unit, each at the least cost a part"
    case .regret: "the demand next that loses most if it waits"
    case .density: "the replica next that gains most for each scarce unit"
    case .nearest: "large demands first, each at its cheapest arc"
    case .consolidate: "new replicas only where no running one has room"
    }
  }
}
