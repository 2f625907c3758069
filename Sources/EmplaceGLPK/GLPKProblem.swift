// SPDX-License-Identifier: GPL-3.0-or-later

import CGLPK
import EmplaceCore
import EmplaceMIP

/// Owner of one GLPK problem on the thread that made it. Its methods are thin: they translate
/// codes into ``BackendError``s and tell a stop from a failure.
final class GLPKProblem {
  private let handle: OpaquePointer
  private(set) var rowCount = 0

  init() throws(BackendError) {
    guard let handle = cglpk_open() else { throw .failed("out of memory") }
    self.handle = handle
  }

  deinit { cglpk_close(handle) }

  /// Loads a program that was checked. False when the watch stopped it.
  func load(_ program: IntegerProgram, steering: GLPKSteering) throws(BackendError) -> Bool {
    try finish(
      cglpk_add_columns(
        handle, Int32(program.columnCount), program.lower, program.upper, program.cost,
        program.objectiveUnit))
    let relation = program.relation.map { Self.code($0) }
    rowCount = program.rowCount
    return try finish(
      steering.withWatch { watch in
        cglpk_add_rows(
          handle, watch, Int32(program.rowCount), relation, program.rightHandSide,
          program.rowUnit, program.rowStart, program.entryColumn, program.entryCoefficient)
      })
  }

  /// Adds rows that were checked.
  func add(_ rows: [Cut]) throws(BackendError) {
    var start = [0]
    var column: [Int32] = []
    var coefficient: [Int64] = []
    for row in rows {
      column += row.columns
      coefficient += row.coefficients
      start.append(column.count)
    }
    try finish(
      cglpk_add_rows(
        handle, nil, Int32(rows.count), rows.map { Self.code($0.relation) },
        rows.map(\.rightHandSide), nil, start, column, coefficient))
    rowCount += rows.count
  }

  func setBounds(column: Int, lower: Int64, upper: Int64) throws(BackendError) {
    try finish(cglpk_set_bounds(handle, Int32(column), lower, upper))
  }

  /// Solves the relaxation; nil when it was stopped in the middle and nothing can be read.
  func relax(_ limits: cglpk_limits, steering: GLPKSteering) throws(BackendError)
    -> cglpk_outcome?
  {
    var limits = limits
    var outcome = cglpk_outcome()
    let code = steering.withWatch { cglpk_relax(handle, &limits, $0, &outcome) }
    return try finish(code) ? try settled(outcome) : nil
  }

  func relaxation(columnCount: Int) throws(BackendError) -> (values: [Double], duals: [Double]) {
    var values = [Double](repeating: 0, count: columnCount)
    var duals = [Double](repeating: 0, count: rowCount)
    try finish(cglpk_relaxation(handle, &values, &duals))
    return (values, duals)
  }

  func farkasRay(_ limits: cglpk_limits, steering: GLPKSteering) throws(BackendError)
    -> [Double]?
  {
    var limits = limits
    var ray = [Double](repeating: 0, count: rowCount)
    var found: Int32 = 0
    let code = steering.withWatch {
      cglpk_farkas(handle, &limits, $0, &ray, &found)
    }
    return try finish(code) && found != 0 ? ray : nil
  }

  /// Weights of all rows that sum to the row of the simplex table in which a column is basic.
  func tableRow(ofColumn column: Int) throws(BackendError) -> [Double]? {
    var weights = [Double](repeating: 0, count: rowCount)
    var found: Int32 = 0
    try finish(cglpk_table_row(handle, Int32(column), &weights, &found))
    return found != 0 ? weights : nil
  }

  /// Which of all rows are basic.
  func idleRows() throws(BackendError) -> [Bool] {
    var flags = [UInt8](repeating: 0, count: rowCount)
    try finish(cglpk_idle_rows(handle, &flags))
    return flags.map { $0 != 0 }
  }

  /// Removes basic rows from `first` on that `keep` does not name; says which rows stay.
  func removeRows(from first: Int, keep: [Bool]) throws(BackendError) -> [Bool] {
    var flags = keep.map { $0 ? UInt8(1) : 0 }
    try finish(cglpk_remove_rows(handle, Int32(first), &flags))
    rowCount = first + flags.count { $0 != 0 }
    return flags.map { $0 != 0 }
  }

  /// Searches the tree.
  func branch(_ limits: cglpk_limits, columnCount: Int, steering: GLPKSteering)
    throws(BackendError) -> cglpk_outcome
  {
    var limits = limits
    var outcome = cglpk_outcome()
    var values = [Double](repeating: 0, count: columnCount)
    let code = steering.withWatch {
      cglpk_branch(handle, &limits, $0, &values, &outcome)
    }
    if try !finish(code) { outcome.status = CGLPK_CANCELLED }
    return try settled(outcome)
  }

  /// Makes GLPK fail, as a bad argument would: for the test of the safety net.
  func provoke() throws(BackendError) { try finish(cglpk_provoke(handle)) }

  private func settled(_ outcome: cglpk_outcome) throws(BackendError) -> cglpk_outcome {
    guard outcome.status != CGLPK_TROUBLE else {
      throw .failed(message + ". Maybe coefficients of one row are too far apart for doubles")
    }
    return outcome
  }

  private var message: String { String(cString: cglpk_message(handle)) }

  /// True when the call ended well, false when the watch stopped it.
  @discardableResult
  private func finish(_ code: Int32) throws(BackendError) -> Bool {
    switch code {
    case CGLPK_OK: return true
    case CGLPK_STOPPED: return false
    case CGLPK_WRONG_THREAD:
      throw .failed(
        "GLPK is used on another thread than the one that opened it. Maybe open one a thread")
    case CGLPK_BUSY:
      throw .failed("GLPK is called from its own callback. Maybe open a second session")
    case CGLPK_CLOSED:
      throw .failed("the session ended with an earlier failure or stop. Maybe open a new one")
    default: throw .failed("GLPK: \(message)")
    }
  }

  private static func code(_ relation: IntegerProgram.Relation) -> UInt8 {
    switch relation {
    case .atLeast: UInt8(CGLPK_AT_LEAST)
    case .atMost: UInt8(CGLPK_AT_MOST)
    case .equal: UInt8(CGLPK_EQUAL)
    }
  }
}
