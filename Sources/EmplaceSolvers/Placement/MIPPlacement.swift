public import EmplaceCore
public import EmplaceMIP
public import EmplaceProblems
internal import Synchronization

/// Placement by a MIP backend on the strengthened program: links by arc where they are few, cover
/// cuts, and plans injected from a short local search.
///
/// The backend's bound is a claim; the duals of its root relaxation are rounded to integers and
/// become a certificate of their own. An iteration is a tree node.
public struct MIPPlacement: Solver {
  /// Placement.
  public typealias P = Placement
  /// `mip`.
  public let name = "mip"
  private let backend: any MIPBackend

  /// A solver that asks this backend.
  public init(backend: any MIPBackend) { self.backend = backend }

  /// Solves the program until it is proven or the run stops.
  public func search(_ run: Run<Placement>) throws(SolveError) -> Termination {
    if run.incumbent == nil {
      _ = run.startingState(try PlacementIndex(run.instance, threads: run.limits.threads))
    }
    let formulation = PlacementFormulation.forBounds(of: run.instance)
    let monitor = try MIPPlacementMonitor(run, formulation, source: name)
    var options = MIPOptions()
    options.gap = run.limits.gap
    options.treeNodes = run.limits.iterations
    options.timeSeconds = run.limits.timeSeconds.map { max($0 - run.elapsedSeconds, 0) }
    options.start = run.incumbent.map { formulation.values(of: $0.solution) }
    let answer: MIPAnswer
    do {
      answer = try backend.solve(formulation.program, options: options, monitor: monitor)
    } catch {
      throw .backend("\(error)")
    }
    certify(answer, formulation, run)
    if answer.status == .infeasible, run.incumbent == nil { return .infeasible }
    if answer.status == .optimal, let bound = answer.bound {
      run.raise(
        Bound(value: Int64(bound.rounded(.down)), evidence: .claimed(by: backend.name)))
    }
    return run.reasonToStop() ?? (answer.status == .optimal ? .exhausted : .iterationLimit)
  }

  /// What the duals of the root, or the ray of an infeasible program, prove by themselves.
  private func certify(
    _ answer: MIPAnswer, _ formulation: PlacementFormulation, _ run: Run<Placement>
  ) {
    let program = formulation.program
    if let ray = answer.farkasRay, let certificate = Certificate(farkasRay: ray, on: program) {
      run.raise(Bound(value: .max, evidence: .certificate(certificate, by: backend.name)))
    }
    guard let duals = answer.duals else { return }
    var dual = PlacementDual(formulation: formulation).dual()
    dual.set(Array(duals.prefix(program.rowCount)))
    guard let value = try? dual.evaluate() else { return }
    let certificate = Certificate(
      denominator: dual.denominator, kept: dual.keptRows, multipliers: dual.multipliers)
    run.raise(
      Bound(
        value: dual.bound(value, granularity: program.objectiveGranularity),
        evidence: .certificate(certificate, by: name)))
  }
}

/// Stands between the backend and the run.
private final class MIPPlacementMonitor: MIPMonitor {
  private let run: Run<Placement>
  private let formulation: PlacementFormulation
  private let source: String
  private let cover: CoverCuts
  private let injected = Mutex(Int64.max)

  init(_ run: Run<Placement>, _ formulation: PlacementFormulation, source: String)
    throws(SolveError)
  {
    self.run = run
    self.formulation = formulation
    self.source = source
    cover = CoverCuts(formulation.program)
  }

  func shouldStop() -> Bool { run.shouldStop() }

  /// Doubles round to whole decisions; what tolerances let through is repaired before it is
  /// offered.
  func found(values: [Double], objective: Double) {
    let whole = values.map { Int64($0.rounded()) }
    if run.offer(formulation.solution(from: whole), source: source) { return }
    guard let index = try? PlacementIndex(run.instance, threads: run.limits.threads) else { return }
    let repair = LagrangianRepair(formulation, index, run)
    repair.offer(whole.map { $0 &* BlockMinimiser.unit }, source: source)
  }

  func raised(bound: Double) {
    guard bound.isFinite, abs(bound) < 0x1p60 else { return }
    run.raise(Bound(value: Int64(bound.rounded(.down)), evidence: .claimed(by: source)))
  }

  func heuristic(relaxation: [Double]) -> [Double]? {
    guard let incumbent = run.incumbent else { return nil }
    let isNew = injected.withLock { last in
      defer { last = min(last, incumbent.objective) }
      return incumbent.objective < last
    }
    return isNew ? formulation.values(of: incumbent.solution).map { Double($0) } : nil
  }

  func cuts(relaxation: [Double]) -> [Cut] {
    cover.separate(relaxation).prefix(50).map(\.cut)
  }
}
