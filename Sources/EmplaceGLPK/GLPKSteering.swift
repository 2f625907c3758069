// SPDX-License-Identifier: GPL-3.0-or-later

import CGLPK
import EmplaceCore
import EmplaceMIP

/// What stands between GLPK's callbacks and a monitor, and what a solve remembers on the way.
///
/// The callbacks run under a frame of GLPK: they fill buffers and return, call no GLPK, and never
/// throw. The first error ends the solve through `shouldStop`.
final class GLPKSteering {
  private let program: IntegerProgram
  private let monitor: any MIPMonitor
  private let deadline: ContinuousClock.Instant?
  /// Whether the deadline counts as a wish to stop: while rows are loaded.
  var watchesClock = false
  /// Whether multipliers on the way are wanted: a session's are read at its end.
  var listens = true
  /// Best solution that satisfies every row exactly, with its exact objective.
  private(set) var best: (values: [Int64], objective: Int128)?
  /// Best claimed bound so far.
  private(set) var bound = -Double.infinity
  /// Duals of the last basis that was reported.
  private(set) var duals: [Double]?
  /// The first mistake of the monitor.
  private(set) var error: BackendError?
  private var waiting: [Int64]?

  init(
    program: IntegerProgram, monitor: any MIPMonitor, start: [Int64]?,
    deadline: ContinuousClock.Instant?
  ) {
    self.program = program
    self.monitor = monitor
    self.deadline = deadline
    if let start {
      best = (start, program.exactObjective(at: start))
      waiting = start
    }
  }

  /// Seconds left until the deadline.
  var secondsLeft: Double {
    guard let deadline else { return .infinity }
    return max(0, (deadline - .now) / .seconds(1))
  }

  var shouldStop: Bool {
    error != nil || monitor.shouldStop() || (watchesClock && secondsLeft <= 0)
  }

  /// Takes the duals of the root's relaxation at some basis, and the bound that they give. Those of a
  /// later basis may give less: the best are kept, so that they prove the bound that is claimed.
  func report(duals: [Double]) {
    let bound = program.lagrangianBound(multipliers: duals)
    if self.duals == nil || bound > self.bound { self.duals = duals }
    raise(bound)
  }

  func raise(_ bound: Double) {
    guard bound > self.bound, bound.isFinite else { return }
    self.bound = bound
    monitor.raised(bound: bound)
  }

  /// Takes a solution of the backend; what only holds within its tolerances is dropped.
  private func found(_ values: [Double]) {
    guard let exact = program.exactSolution(from: values) else { return }
    let objective = program.exactObjective(at: exact)
    if let best, best.objective <= objective { return }
    best = (exact, objective)
    monitor.found(values: exact.map { Double($0) }, objective: Double(objective))
  }

  /// Fills `solution` with the start, or with what the monitor offers.
  private func inject(
    _ relaxation: UnsafeBufferPointer<Double>, into solution: UnsafeMutablePointer<Double>
  ) -> Bool {
    var exact: [Int64]?
    if let waiting {
      exact = waiting
      self.waiting = nil
    } else if let offered = monitor.heuristic(relaxation: Array(relaxation)) {
      exact = program.exactSolution(from: offered, tolerance: 1e-9)
      if let exact {
        let objective = program.exactObjective(at: exact)
        if let best, best.objective <= objective { return false }
        best = (exact, objective)
      }
    }
    guard let exact else { return false }
    for column in exact.indices { solution[column] = Double(exact[column]) }
    return true
  }

  private func addCuts(_ relaxation: UnsafeBufferPointer<Double>, to rows: OpaquePointer) {
    guard error == nil else { return }
    for cut in monitor.cuts(relaxation: Array(relaxation)) {
      do throws(BackendError) {
        try cut.check(columnCount: program.columnCount)
      } catch {
        self.error = error
        return
      }
      let relation: Int32
      switch cut.relation {
      case .atLeast: relation = CGLPK_AT_LEAST
      case .atMost: relation = CGLPK_AT_MOST
      case .equal: relation = CGLPK_EQUAL
      }
      let added = cglpk_rows_add(
        rows, UInt8(relation), cut.rightHandSide, Int32(cut.columns.count), cut.columns,
        cut.coefficients)
      if added == 0 { error = .failed("out of memory for cuts. Maybe offer fewer") }
    }
  }

  /// Calls `body` with the table of callbacks that lead here.
  func withWatch(_ body: (UnsafePointer<cglpk_watch>) -> Int32) -> Int32 {
    var watch = cglpk_watch()
    watch.context = Unmanaged.passUnretained(self).toOpaque()
    watch.should_stop = { context in GLPKSteering.from(context)?.shouldStop == true ? 1 : 0 }
    watch.found = { context, values, _ in
      guard let steering = GLPKSteering.from(context), let values else { return }
      steering.found(Array(steering.vector(values)))
    }
    watch.raised = { context, bound in GLPKSteering.from(context)?.raise(bound) }
    watch.heuristic = { context, relaxation, solution in
      guard let steering = GLPKSteering.from(context), let relaxation, let solution else {
        return 0
      }
      return steering.inject(steering.vector(relaxation), into: solution) ? 1 : 0
    }
    watch.cuts = { context, relaxation, rows in
      guard let steering = GLPKSteering.from(context), let relaxation, let rows else { return }
      steering.addCuts(steering.vector(relaxation), to: rows)
    }
    if listens {
      watch.duals = { context, duals in
        guard let steering = GLPKSteering.from(context), let duals else { return }
        let count = steering.program.rowCount
        steering.report(duals: Array(UnsafeBufferPointer(start: duals, count: count)))
      }
    }
    return withExtendedLifetime(self) { body(&watch) }
  }

  private func vector(_ values: UnsafePointer<Double>) -> UnsafeBufferPointer<Double> {
    UnsafeBufferPointer(start: values, count: program.columnCount)
  }

  private static func from(_ context: UnsafeMutableRawPointer?) -> GLPKSteering? {
    context.map { Unmanaged<GLPKSteering>.fromOpaque($0).takeUnretainedValue() }
  }
}
