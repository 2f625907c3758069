// SPDX-License-Identifier: GPL-3.0-or-later

import CGLPK
public import EmplaceCore
public import EmplaceMIP

/// A relaxation that stays loaded in GLPK, solved again and again by the dual simplex method from
/// the last basis.
///
/// GLPK's memory belongs to a thread: use and close a session on the thread that opened it. Calls
/// from elsewhere throw and harm nothing; a session that is dropped elsewhere leaks. Several
/// sessions may be open on one thread, beside solves.
public final class GLPKRelaxation: LPSession {
  private var problem: GLPKProblem?
  private let program: IntegerProgram
  private var lower: [Int64]
  private var upper: [Int64]

  /// Loads the continuous relaxation of `program`.
  public init(_ program: IntegerProgram) throws(BackendError) {
    try program.checkForBackend()
    self.program = program
    lower = program.lower
    upper = program.upper
    let problem = try GLPKProblem()
    let steering = GLPKSteering(
      program: program, monitor: SilentMonitor(), start: nil, deadline: nil)
    _ = try problem.load(program, steering: steering)
    self.problem = problem
  }

  /// Number of rows: those of the program, then those added.
  public var rowCount: Int { problem?.rowCount ?? 0 }

  /// Changes the range of a column.
  public func setBounds(column: Int, lower: Int64, upper: Int64) throws(BackendError) {
    let problem = try open()
    guard self.lower.indices.contains(column) else {
      throw .invalid("column \(column) of \(self.lower.count). Maybe count from 0")
    }
    guard lower <= upper else {
      throw .invalid(
        "\(program.columnName(column)): range \(lower)...\(upper) is empty. "
          + "Maybe prune the tree node instead")
    }
    guard self.lower[column] != lower || self.upper[column] != upper else { return }
    try problem.setBounds(column: column, lower: lower, upper: upper)
    self.lower[column] = lower
    self.upper[column] = upper
  }

  /// Adds rows at the end.
  public func addRows(_ rows: [Cut]) throws(BackendError) {
    let problem = try open()
    for row in rows { try row.check(columnCount: lower.count) }
    try problem.add(rows)
  }

  /// Solves from the last basis. The monitor is only asked whether to stop.
  public func solve(_ options: LPOptions, monitor: any MIPMonitor) throws(BackendError) -> LPAnswer
  {
    let problem = try open()
    try options.check()
    let steering = GLPKSteering(
      program: program, monitor: monitor, start: nil,
      deadline: options.timeSeconds.map { .now + .seconds(min($0, 1e9)) })
    steering.listens = false
    func limits() -> cglpk_limits {
      cglpk_limits(
        seconds: steering.secondsLeft, iterations: options.iterations.map { Int64($0) } ?? .max,
        objective_limit: options.objectiveLimit ?? .infinity, tree_nodes: -1, gap: 0)
    }
    guard let outcome = try problem.relax(limits(), steering: steering) else {
      close()
      return LPAnswer(status: .cancelled)
    }
    var answer = LPAnswer(status: .optimal, iterations: Int(outcome.iterations))
    switch outcome.status {
    case CGLPK_CANCELLED:
      close()
      answer.status = .cancelled
      return answer
    case CGLPK_INFEASIBLE:
      answer.status = .infeasible
      if options.wantsFarkasRay {
        answer.farkasRay = try problem.farkasRay(limits(), steering: steering)
      }
      return answer
    case CGLPK_CUTOFF: answer.status = .cutoff
    case CGLPK_LIMIT: answer.status = .limit
    default: break
    }
    let (values, duals) = try problem.relaxation(columnCount: lower.count)
    answer.objective = outcome.objective
    answer.duals = duals
    if answer.status == .optimal { answer.values = values }
    return answer
  }

  /// Which of all rows have a basic slack.
  public func idleRows() throws(BackendError) -> [Bool] { try open().idleRows() }

  /// Removes rows with basic slacks from `first` on.
  public func removeIdleRows(from first: Int, keep: [Bool]) throws(BackendError) -> [Bool] {
    let problem = try open()
    guard first >= program.rowCount, first + keep.count == problem.rowCount else {
      throw .invalid(
        "rows \(first)..<\(first + keep.count) of \(problem.rowCount). Maybe name all rows that "
          + "were added")
    }
    return try problem.removeRows(from: first, keep: keep)
  }

  /// Weights of all rows in the table row of a basic column.
  public func tableRow(ofColumn column: Int) throws(BackendError) -> [Double]? {
    guard lower.indices.contains(column) else {
      throw .invalid("column \(column) of \(lower.count). Maybe count from 0")
    }
    return try open().tableRow(ofColumn: column)
  }

  /// Frees what the session holds.
  public func close() { problem = nil }

  private func open() throws(BackendError) -> GLPKProblem {
    guard let problem else {
      throw .failed("the session is closed. Maybe open a new one")
    }
    return problem
  }
}
