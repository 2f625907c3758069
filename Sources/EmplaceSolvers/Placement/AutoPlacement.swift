internal import Dispatch
public import EmplaceCore
public import EmplaceMIP
public import EmplaceProblems
internal import Synchronization

/// The portfolio: greedy within milliseconds, then the search for plans and the search for bounds
/// side by side, sharing incumbent and bound.
///
/// Without an iteration limit the parts run on threads of their own. With one they take turns on
/// one thread, a slice each, so that the answer repeats for any number of threads.
public struct AutoPlacement: Solver {
  /// Placement.
  public typealias P = Placement
  /// `auto`.
  public let name = "auto"

  private let backend: (any MIPBackend)?

  /// The portfolio; the backend solves the linear relaxation that the Lagrangian search starts from.
  public init(backend: (any MIPBackend)? = nil) { self.backend = backend }

  /// Searches until the gap is closed or the run stops.
  public func search(_ run: Run<Placement>) throws(SolveError) -> Termination {
    let index = try PlacementIndex(run.instance, threads: run.limits.threads)
    let state = run.startingState(index)
    let formulation = PlacementFormulation.forBounds(of: run.instance)
    let guidance = Guidance()
    var plans = PlanSearch(
      run, formulation, from: state, guidance, seed: run.seed, backend: backend)
    var lagrangian = BoundSearch(run, formulation, index, guidance, backend: backend)
    if let iterations = run.limits.iterations {
      return takeTurns(run, &plans, &lagrangian, iterations: iterations)
    }
    if run.limits.threads == 1 {
      return takeTurns(run, &plans, &lagrangian, iterations: .max)
    }
    return runSideBySide(run, plans, lagrangian) { part in
      PlanSearch(
        run, formulation,
        from: PlacementState(index: index, solution: run.incumbent?.solution ?? .init()),
        guidance, seed: run.seed &+ UInt64(part + 1), backend: backend)
    }
  }

  /// One slice of each part after the other.
  private func takeTurns(
    _ run: Run<Placement>, _ plans: inout PlanSearch, _ lagrangian: inout BoundSearch,
    iterations: Int
  ) -> Termination {
    var left = iterations
    var slice = 100
    while left > 0, !run.shouldStop(), !lagrangian.isDone {
      let count = min(slice, left)
      lagrangian.advance(evaluations: count)
      if run.shouldStop() || lagrangian.isDone { break }
      plans.advance(iterations: count * 10)
      left -= count
      slice = min(slice * 2, 2000)
    }
    return lagrangian.termination(of: run)
  }

  /// Both parts at once, and more searches for plans on all other threads; each ends when the run
  /// stops. Where the search for bounds can do no more, a search for plans takes its thread.
  private func runSideBySide(
    _ run: Run<Placement>, _ plans: PlanSearch, _ lagrangian: BoundSearch,
    morePlans: @Sendable (_ part: Int) -> PlanSearch
  ) -> Termination {
    let ending = Mutex<Termination?>(nil)
    let isDone = Atomic<Bool>(false)
    let start = UncheckedParts(plans: plans, lagrangian: lagrangian)
    @Sendable func searchPlans(_ plans: PlanSearch) {
      var plans = plans
      while !run.shouldStop(), !isDone.load(ordering: .relaxed) {
        plans.advance(iterations: 5_000)
      }
    }
    DispatchQueue.concurrentPerform(iterations: run.limits.threads) { part in
      guard part == 0 else { return searchPlans(part == 1 ? start.plans : morePlans(part)) }
      var search = start.lagrangian
      defer { isDone.store(!search.isStuck, ordering: .relaxed) }
      while !search.isDone, !search.isStuck, !run.shouldStop() {
        search.advance(evaluations: 200)
      }
      if search.isStuck { return searchPlans(morePlans(part)) }
      ending.withLock { $0 = search.termination(of: run) }
    }
    return ending.withLock { $0 } ?? run.reasonToStop() ?? .exhausted
  }
}

/// Hands each part to exactly one thread.
///
/// Unchecked: both values are made before the threads start, and each is read by one thread alone.
private struct UncheckedParts: @unchecked Sendable {
  let plans: PlanSearch
  let lagrangian: BoundSearch
}
