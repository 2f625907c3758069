public import EmplaceCore
public import EmplaceProblems

/// Local search over moves that fit the problem (shift, swap, open, close, change of variant), then
/// ruin and recreate until the run stops.
///
/// Repeats exactly for a seed where only the iteration limit stops it. An iteration is one ruin and
/// recreate step.
public struct LocalSearchPlacement: Solver {
  /// Placement.
  public typealias P = Placement
  /// `local-search`.
  public let name = "local-search"

  /// The search.
  public init() {}

  /// Starts from the run's incumbent, the warm start, or the best greedy construction, and improves.
  public func search(_ run: Run<Placement>) throws(SolveError) -> Termination {
    let index = try PlacementIndex(run.instance, threads: run.limits.threads)
    var random = RandomGenerator(seed: run.seed)
    var state = run.startingState(index)
    improve(&state, run: run, generator: &random, iterations: run.limits.iterations ?? .max)
    return run.reasonToStop() ?? .iterationLimit
  }

  /// Improves a state: first by moves, then by `iterations` ruin and recreate steps or until the run
  /// stops; offers improvements to the run. The state ends at the best found, and marks taken
  /// before are void.
  public func improve(
    _ state: inout PlacementState, run: Run<Placement>, generator: inout RandomGenerator,
    iterations: Int
  ) {
    let search = PlacementSearch(state, random: generator.split(generator.next()))
    var door = PlacementSearch.Door(run, source: name, index: state.index)
    let known = state.memory.polished
    if known == nil || known?.objective != state.objective || known?.shortfall != state.shortfall {
      search.settle()
      _ = search.repairCover(limit: 20_000) { run.shouldStop() }
      search.settle()
      search.descend { run.shouldStop() }
    }
    door.isWaiting = state.isFeasible && state.objective < run.objective
    search.walk(&door, iterations: iterations)
    state.memory.polished = (state.objective, state.shortfall)
  }
}
