// SPDX-License-Identifier: GPL-3.0-or-later

import CGLPK
public import EmplaceCore
public import EmplaceMIP

/// GLPK 5 as a ``MIPBackend``: dual simplex for the relaxation, then its own branch and cut.
///
/// Everything is checked before it reaches GLPK, and what GLPK still dislikes ends as
/// ``BackendError/failed(_:)``, never as the end of the process. Rows are divided by
/// ``IntegerProgram/rowUnit`` and the objective by ``IntegerProgram/objectiveUnit``; answers are
/// in the program's own units. Solutions are rounded and checked with integers: what satisfies the
/// rows only within GLPK's tolerances is not handed out. Bounds, duals and rays are claims.
///
/// Cancellation: the monitor is asked every 10 ms of a relaxation and at every event of the tree;
/// GLPK lets go of the thread nowhere else. Silences that remain, in seconds of processor time:
/// up to 0.1 in relaxations of 360,000 entries (one iteration or one refactorisation); up to 0.4 at
/// a tree node (preprocessing and cuts: 0.37 on an assignment of 40 agents and 1,600 jobs, 0.33 on a
/// location program of 26,100 rows and 24,100 columns, 0.19 on 80 agents and 1,600 jobs). Above
/// 250,000 rows, columns and entries together GLPK's own cuts are left out: a round of them took
/// 1.3 s there. A stop in the middle of a relaxation loses that relaxation: the answer then holds
/// the multipliers reported last. Loading is watched as well; ten million entries take 10 s.
///
/// Known limits: integer programs of more than some ten thousand columns hardly leave the root; on
/// a location program of 96,300 rows and 90,300 columns the relaxation alone takes over a minute.
/// Right-hand sides that differ by one part in 10^9 of their unit are the same to GLPK: it may call
/// such a program infeasible, or answer `unknown` after a solution that does not hold exactly.
///
/// With ``MIPOptions/treeNodes`` as the only limit a solve is repeatable. Repeated calls may run
/// on different threads; each call uses the environment of its own thread and frees it.
public struct GLPKBackend: MIPBackend {
  /// `glpk`.
  public let name = "glpk"

  /// The backend.
  public init() {}

  /// Solves the program, or its continuous relaxation, until the monitor or a limit ends it.
  public func solve(
    _ program: IntegerProgram, options: MIPOptions, monitor: any MIPMonitor
  ) throws(BackendError) -> MIPAnswer {
    try program.checkForBackend()
    try options.check(for: program)
    if program.columnCount == 0 { return Self.answerWithoutColumns(program) }
    let solve = GLPKSolve(program: program, options: options, monitor: monitor)
    return try solve.run()
  }

  /// Loads the continuous relaxation. Use and close the session on the thread that opens it.
  public func openRelaxation(_ program: IntegerProgram) throws(BackendError) -> any LPSession {
    try GLPKRelaxation(program)
  }

  /// A program without columns: its rows hold or they do not.
  static func answerWithoutColumns(_ program: IntegerProgram) -> MIPAnswer {
    guard let broken = (0..<program.rowCount).first(where: { !program.holds(row: $0, activity: 0) })
    else {
      return MIPAnswer(
        status: .optimal, objective: 0, bound: 0, values: [],
        duals: [Double](repeating: 0, count: program.rowCount))
    }
    var ray = [Double](repeating: 0, count: program.rowCount)
    ray[broken] = program.rightHandSide[broken] > 0 ? 1 : -1
    return MIPAnswer(status: .infeasible, farkasRay: ray)
  }
}

/// One call of ``GLPKBackend/solve(_:options:monitor:)``.
private final class GLPKSolve {
  private let program: IntegerProgram
  private let options: MIPOptions
  private let steering: GLPKSteering
  private var treeNodes = 0

  init(program: IntegerProgram, options: MIPOptions, monitor: any MIPMonitor) {
    self.program = program
    self.options = options
    steering = GLPKSteering(
      program: program, monitor: monitor, start: options.start,
      deadline: options.timeSeconds.map { .now + .seconds(min($0, 1e9)) })
  }

  func run() throws(BackendError) -> MIPAnswer {
    let problem = try GLPKProblem()
    steering.watchesClock = true
    guard try problem.load(program, steering: steering), !steering.shouldStop else {
      return stopped()
    }
    steering.watchesClock = false
    guard let root = try problem.relax(limits(), steering: steering) else { return stopped() }
    switch root.status {
    case CGLPK_INFEASIBLE:
      return infeasible(try problem.farkasRay(limits(), steering: steering))
    case CGLPK_OPTIMAL:
      break
    default:
      if root.status == CGLPK_LIMIT {
        steering.report(duals: try problem.relaxation(columnCount: program.columnCount).duals)
      }
      return stopped()
    }
    let (values, duals) = try problem.relaxation(columnCount: program.columnCount)
    steering.report(duals: duals)
    steering.raise(root.objective)
    if options.relaxed {
      return MIPAnswer(
        status: .optimal, objective: root.objective, bound: root.objective, values: values,
        duals: duals)
    }
    return try search(problem)
  }

  private func search(_ problem: GLPKProblem) throws(BackendError) -> MIPAnswer {
    let outcome = try problem.branch(
      limits(), columnCount: program.columnCount, steering: steering)
    if let error = steering.error { throw error }
    treeNodes = Int(outcome.tree_nodes)
    switch outcome.status {
    case CGLPK_OPTIMAL:
      return optimal(claimed: outcome.objective)
    case CGLPK_INFEASIBLE where steering.best == nil:
      return infeasible(nil)
    default:
      return stopped()
    }
  }

  /// The tree is done. It is optimal if what GLPK found also holds exactly.
  private func optimal(claimed: Double) -> MIPAnswer {
    var answer = stopped()
    guard let objective = answer.objective else { return answer }
    let slack = 1e-6 * max(1, abs(claimed))
    if objective <= claimed + slack {
      steering.raise(min(claimed, objective))
      answer.status = .optimal
    } else {
      steering.raise(claimed)
    }
    answer.bound = min(steering.bound, objective)
    return answer
  }

  private func infeasible(_ ray: [Double]?) -> MIPAnswer {
    MIPAnswer(status: .infeasible, duals: steering.duals, farkasRay: ray, treeNodes: treeNodes)
  }

  /// What is at hand.
  private func stopped() -> MIPAnswer {
    var answer = MIPAnswer(status: .unknown, duals: steering.duals, treeNodes: treeNodes)
    if steering.bound.isFinite { answer.bound = steering.bound }
    if let best = steering.best, !options.relaxed {
      answer.status = .feasible
      answer.values = best.values.map { Double($0) }
      answer.objective = Double(best.objective)
    }
    return answer
  }

  private func limits() -> cglpk_limits {
    cglpk_limits(
      seconds: steering.secondsLeft, iterations: .max, objective_limit: .infinity,
      tree_nodes: options.treeNodes.map { Int64($0) } ?? -1, gap: options.gap)
  }
}
