public import EmplaceCore
public import EmplaceMIP
public import EmplaceProblems

/// Lagrangian relaxation of the cover rows and of all limits over several pools, one block a pool:
/// an ascent at the root, then branch and bound; block solutions are repaired into plans.
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
    var search = try LagrangianSearch(run, backend: backend)
    let limit = run.limits.iterations ?? .max
    while search.evaluations < limit, !search.isDone, !run.shouldStop() {
      try search.advance(evaluations: min(200, limit - search.evaluations))
    }
    return search.termination(of: run)
  }
}

/// One Lagrangian search, advanced in slices, so that a portfolio can alternate it with others.
struct LagrangianSearch {
  private enum Phase {
    case starting
    case climbing
    case keeping
    case branching
    case done
  }

  private let run: Run<Placement>
  private let setup: PlacementDual
  private let repair: LagrangianRepair
  private let branching: [[Int]]
  private var ascent: SubgradientAscent
  private var tree: LagrangianTree?
  private var phase = Phase.starting
  private let backend: (any MIPBackend)?
  private var provenEmpty = false
  /// Dual evaluations so far.
  private(set) var evaluations = 0

  init(_ run: Run<Placement>, backend: (any MIPBackend)? = nil) throws(SolveError) {
    self.run = run
    self.backend = backend
    let formulation = PlacementFormulation(instance: run.instance)
    setup = PlacementDual(formulation: formulation)
    repair = try LagrangianRepair(formulation, run)
    branching = formulation.branchingClasses
    ascent = SubgradientAscent(dual: setup.dual(), worth: setup.worth)
  }

  /// Whether nothing is left to do: proven, infeasible, or the tree is exhausted.
  var isDone: Bool { phase == .done }

  func termination(of run: Run<Placement>) -> Termination {
    if provenEmpty { return .infeasible }
    return run.reasonToStop() ?? (isDone ? .exhausted : .iterationLimit)
  }

  /// Spends about `count` evaluations.
  mutating func advance(evaluations count: Int) throws(SolveError) {
    do throws(BlockMinimiser.Failure) {
      switch phase {
      case .starting: startFromRelaxation()
      case .climbing, .keeping: try climb(count)
      case .branching: try branch(count)
      case .done: break
      }
    } catch {
      throw .bug("the Lagrangian bound failed: \(error)")
    }
  }

  /// Largest linear relaxation, in coefficients, that is worth solving for a start.
  private static let relaxationLimit = 1_000_000

  /// Starts from the duals of the linear relaxation with links by arc, where it is small enough;
  /// benchmarks without artifacts do as well from their own starting multipliers.
  private mutating func startFromRelaxation() {
    phase = .climbing
    guard let backend, !run.instance.artifacts.isEmpty,
      ascent.dual.program.entryCount + 2 * run.instance.arcCount <= Self.relaxationLimit
    else { return }
    let tight = PlacementFormulation(instance: run.instance, links: .disaggregated)
    var options = MIPOptions()
    options.relaxed = true
    if run.limits.iterations == nil {
      options.timeSeconds = run.limits.timeSeconds.map { 0.4 * max($0 - run.elapsedSeconds, 0) }
    }
    let answer = try? backend.solve(
      tight.program, options: options, monitor: StoppingMonitor(run))
    guard let answer, answer.status == .optimal, let duals = answer.duals else { return }
    var dual = setup.dual()
    setup.set(Array(duals[0..<dual.program.rowCount]), in: &dual)
    setup.keepDearestRows(in: &dual)
    var next = SubgradientAscent(dual: dual, worth: setup.worth)
    next.factor = 0.2
    ascent = next
    phase = .keeping
  }

  private var target: Double {
    if run.objective != .max { return Double(run.objective) }
    let value = Double(ascent.bestValue ?? 0) / Double(ascent.dual.denominator)
    return value + 0.05 * abs(value) + 1
  }

  private mutating func climb(_ count: Int) throws(BlockMinimiser.Failure) {
    var left = count
    let run = run
    while left > 0, !run.shouldStop() {
      let before = ascent.evaluations
      let slice = min(left, 25)
      try ascent.climb(iterations: slice, target: target, shouldStop: { run.shouldStop() })
      let made = ascent.evaluations - before
      evaluations += made
      left -= max(made, 1)
      if ascent.isEmpty {
        raiseEmpty()
        return
      }
      raiseRoot()
      repair.offer(ascent.dual.values, source: "lagrangian")
      if ascent.factor < (phase == .climbing ? 0.05 : 0.002) || made < slice {
        nextPhase()
        return
      }
    }
  }

  private mutating func nextPhase() {
    if phase == .climbing {
      phase = .keeping
      setup.keepDearestRows(in: &ascent.dual)
      ascent.restart(factor: 0.3)
    } else {
      phase = .branching
      tree = LagrangianTree(ascent: ascent)
    }
  }

  private func raiseRoot() {
    guard let value = ascent.bestValue else { return }
    let granularity = ascent.dual.program.objectiveGranularity
    let bound = ascent.dual.bound(value, granularity: granularity)
    guard bound > run.bound else { return }
    let certificate = Certificate(
      denominator: ascent.dual.denominator, kept: ascent.dual.keptRows,
      multipliers: ascent.bestMultipliers)
    run.raise(Bound(value: bound, evidence: .certificate(certificate, by: "lagrangian")))
  }

  /// A block is empty at the root: no solution exists, whatever the multipliers.
  private mutating func raiseEmpty() {
    phase = .done
    guard let block = try? ascent.dual.emptyBlock() else { return }
    provenEmpty = true
    let certificate = Certificate(
      denominator: 1, kept: ascent.dual.keptRows,
      nodes: [.init(rows: [], changes: [], kind: .emptyBlock(block))])
    run.raise(Bound(value: .max, evidence: .certificate(certificate, by: "lagrangian")))
  }

  private mutating func branch(_ count: Int) throws(BlockMinimiser.Failure) {
    guard var search = tree else { return }
    tree = nil
    let (run, repair) = (run, repair)
    let oracle = LagrangianTree.Oracle(
      incumbent: { run.objective }, shouldStop: { run.shouldStop() },
      repair: { repair.offer($0.values, source: "lagrangian") }, branching: branching)
    let nodes = max(1, count / search.iterationsPerNode)
    try search.search(nodes: nodes, oracle: oracle) { _ in }
    evaluations += nodes * search.iterationsPerNode
    let bound = search.bound
    if bound > run.bound, bound != .max || run.objective == .max {
      run.raise(
        Bound(value: bound, evidence: .certificate(search.certificate(), by: "lagrangian")))
    }
    if search.isComplete {
      phase = .done
      provenEmpty = bound == .max && run.objective == .max
    }
    tree = search
  }
}

/// Ends a backend's work when the run ends.
struct StoppingMonitor: MIPMonitor {
  private let run: Run<Placement>

  init(_ run: Run<Placement>) { self.run = run }

  func shouldStop() -> Bool { run.shouldStop() }
}
