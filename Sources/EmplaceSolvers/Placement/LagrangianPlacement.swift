public import EmplaceCore
public import EmplaceMIP
public import EmplaceProblems

/// Lagrangian relaxation of the cover rows and of all limits over several pools, one block a pool,
/// and branch and bound on it; block solutions are repaired into plans.
///
/// Assignments and facility location with single sourcing have a tree of their own. Fleets whose
/// linear relaxation is small take their multipliers from it, node by node; all others from a bundle
/// ascent.
///
/// An iteration is one evaluation of the dual function. Repeats exactly where only the iteration
/// limit stops it.
public struct LagrangianPlacement: Solver {
  /// Placement.
  public typealias P = Placement
  /// `lagrangian`.
  public let name = "lagrangian"

  /// Solves the linear relaxation whose duals an ascent starts from; nil starts without.
  private let backend: (any MIPBackend)?

  /// The solver.
  public init(backend: (any MIPBackend)? = nil) { self.backend = backend }

  /// Climbs at the root, then searches the tree until the gap is closed or the run stops.
  public func search(_ run: Run<Placement>) throws(SolveError) -> Termination {
    var search = BoundSearch(
      run, PlacementFormulation.forBounds(of: run.instance), try PlacementIndex(run.instance),
      backend: backend)
    let limit = run.limits.iterations ?? .max
    while search.evaluations < limit, !search.isDone, !search.isStuck, !run.shouldStop() {
      search.advance(evaluations: min(200, limit - search.evaluations))
    }
    return search.termination(of: run)
  }
}
