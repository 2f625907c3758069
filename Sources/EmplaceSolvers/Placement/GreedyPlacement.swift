public import EmplaceCore
public import EmplaceProblems

/// Constructions that build a placement from nothing, each by one named rule.
public struct GreedyPlacement: Solver {
  /// Placement.
  public typealias P = Placement

  /// The rule by which a construction chooses what comes next.
  public enum Construction: String, Sendable, CaseIterable {
    /// Demands by the value of serving them for each scarce unit they take, each at the least cost
    /// a part.
    case cheapest
    /// The demand next that loses most if it does not get its best option now.
    case regret
    /// The replica next that gains most for each scarce unit it takes, moving demands to it.
    case density
    /// Large demands first, each at its cheapest arc, whatever the replica costs.
    case nearest
    /// As `cheapest`, but demands that no rentable node can serve come first.
    case confined
    /// Small demands last, new replicas only where no running one has room.
    case consolidate
  }

  /// The constructions to run, in order; the best result counts. Of several only those that are
  /// best in large instances run where all would take too long.
  public let constructions: [Construction]
  /// `greedy` for all of them, `greedy-` and the rule for one.
  public var name: String {
    constructions.count == 1 ? "greedy-\(constructions[0].rawValue)" : "greedy"
  }

  /// One construction.
  public init(construction: Construction) { constructions = [construction] }

  private init(_ constructions: [Construction]) { self.constructions = constructions }

  /// All constructions, the best of which counts.
  public static let best = GreedyPlacement(Construction.allCases)

  /// Builds and offers what is feasible.
  public func search(_ run: Run<Placement>) throws(SolveError) -> Termination {
    let index = try PlacementIndex(run.instance, threads: run.limits.threads)
    _ = construct(index, run: run)
    return run.reasonToStop() ?? .exhausted
  }

  /// The best state that the constructions reach, which is offered to the run if it is feasible.
  ///
  /// The constructions share the threads of the run; the answer does not depend on how many.
  public func construct(_ index: PlacementIndex, run: Run<Placement>) -> PlacementState {
    let constructions = constructions(for: index)
    let built = parallelMap(constructions.count, threads: run.limits.threads) {
      position -> Built? in
      if position > 0, run.shouldStop() { return nil }
      return Built(state: construct(constructions[position], index, run: run))
    }
    var best: (state: PlacementState, construction: Construction)?
    for (construction, state) in zip(constructions, built.map { $0?.state }) {
      guard let state, best.map({ Self.isBetter(state, than: $0.state) }) ?? true else { continue }
      best = (state, construction)
    }
    guard let (state, construction) = best else { return PlacementState(index: index) }
    if !state.isFeasible {
      let search = PlacementSearch(state, random: RandomGenerator(seed: run.seed))
      search.repairShortfall(steps: 4_000) { run.shouldStop() }
    }
    if state.isFeasible, state.objective < run.objective {
      run.offer(state.solution(), source: "greedy-\(construction.rawValue)")
    }
    return state
  }

  /// Arcs beyond which only ``quick`` ones of several constructions run.
  private static let arcLimit = 4_000_000

  /// What gives the best plans of large fleets.
  private static let quick: Set<Construction> = [.density, .confined]

  private func constructions(for index: PlacementIndex) -> [Construction] {
    guard index.instance.arcCount > Self.arcLimit, constructions.count > 1 else {
      return constructions
    }
    return constructions.filter { Self.quick.contains($0) }
  }

  private static func isBetter(_ a: PlacementState, than b: PlacementState) -> Bool {
    (a.shortfall, a.objective) < (b.shortfall, b.objective)
  }

  /// Builds by one rule; where that leaves nothing for what is owed beside cover, builds again with
  /// that first.
  private func construct(
    _ construction: Construction, _ index: PlacementIndex, run: Run<Placement>
  ) -> PlacementState {
    let state = build(construction, index, dutiesFirst: false, run: run)
    guard !state.isFeasible, !run.shouldStop() else { return state }
    let other = build(construction, index, dutiesFirst: true, run: run)
    return Self.isBetter(other, than: state) ? other : state
  }

  private func build(
    _ construction: Construction, _ index: PlacementIndex, dutiesFirst: Bool,
    run: Run<Placement>
  ) -> PlacementState {
    let state = PlacementState(index: index)
    let search = PlacementSearch(state, random: RandomGenerator(seed: run.seed))
    if dutiesFirst { search.settle() }
    search.construct(construction)
    if state.shortfall > 0 {
      _ = search.repairCover(limit: 20_000) { run.shouldStop() }
      search.settle()
    }
    state.commit()
    return state
  }
}

/// A finished construction on its way to the thread that compares it.
///
/// Unchecked: the thread that built the state does not touch it again.
private struct Built: @unchecked Sendable {
  let state: PlacementState
}
