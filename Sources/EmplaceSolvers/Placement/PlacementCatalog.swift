public import EmplaceProblems

extension AlgorithmCatalog where P == Placement {
  /// The algorithms that place.
  public static let placement = AlgorithmCatalog(greedy + searches)

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
        name: "auto", summary: "greedy, then local search and the Lagrangian search side by side",
        make: { AutoPlacement(backend: $0) }),
      Entry(
        name: "lagrangian",
        summary: "proven bounds by one block a pool, branch and bound, plans repaired from blocks",
        make: { LagrangianPlacement(backend: $0) }),
      Entry(
        name: "mip", summary: "the MIP backend on the strengthened program, with plans injected",
        make: { MIPPlacement(backend: $0) }),
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
    case .confined: "as cheapest, first what no rentable node can serve"
    case .regret: "the demand next that loses most if it waits"
    case .density: "the replica next that gains most for each scarce unit"
    case .nearest: "large demands first, each at its cheapest arc"
    case .consolidate: "new replicas only where no running one has room"
    }
  }
}
