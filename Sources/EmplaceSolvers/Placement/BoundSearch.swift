internal import EmplaceCore
internal import EmplaceMIP
internal import EmplaceProblems

/// The search for bounds that fits the placement: the tree of assignments, where it is one, else the
/// Lagrangian search over blocks. Advanced in slices, so that a portfolio can alternate it with
/// others.
struct BoundSearch {
  private var assignment: AssignmentSearch?
  private var general: LagrangianSearch?

  init(
    _ run: Run<Placement>, _ formulation: PlacementFormulation, _ index: PlacementIndex,
    _ guidance: Guidance? = nil, backend: (any MIPBackend)?
  ) {
    assignment = AssignmentSearch(run, formulation, guidance)
    if assignment == nil {
      general = LagrangianSearch(run, formulation, index, guidance, backend: backend)
    }
  }

  /// Whether nothing is left to do: proven, or infeasible.
  var isDone: Bool { assignment?.isDone ?? general?.isDone ?? true }
  /// Whether it can prove nothing more, though plans may still be found elsewhere.
  var isStuck: Bool { assignment?.isStuck ?? general?.isStuck ?? false }
  /// Dual evaluations so far.
  var evaluations: Int { assignment?.evaluations ?? general?.evaluations ?? 0 }

  /// Spends about `count` evaluations.
  mutating func advance(evaluations count: Int) {
    assignment?.advance(evaluations: count)
    general?.advance(evaluations: count)
  }

  /// Why it ended.
  func termination(of run: Run<Placement>) -> Termination {
    let isEmpty = assignment?.isProvenEmpty ?? general?.isProvenEmpty ?? false
    if isEmpty { return .infeasible }
    return run.reasonToStop() ?? (isDone || isStuck ? .exhausted : .iterationLimit)
  }
}
