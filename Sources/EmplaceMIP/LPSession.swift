/// A continuous relaxation that stays loaded: change bounds, add rows, solve again from the last
/// basis. What a branch and bound of our own works on.
///
/// Everything is in the units of the program. A session belongs to the thread that opened it: it
/// is not `Sendable`, and a backend answers ``BackendError/failed(_:)`` elsewhere. After a failure
/// or a stop in the middle of a solve it is closed; open a new one.
public protocol LPSession: AnyObject {
  /// Number of rows: those of the program, then those added, in order.
  var rowCount: Int { get }
  /// Changes the range of a column.
  func setBounds(column: Int, lower: Int64, upper: Int64) throws(BackendError)
  /// Adds rows at the end.
  func addRows(_ rows: [Cut]) throws(BackendError)
  /// Solves from the last basis.
  func solve(_ options: LPOptions, monitor: any MIPMonitor) throws(BackendError) -> LPAnswer
  /// After an optimal solve, which rows have a basic slack: without them the basis stays one.
  func idleRows() throws(BackendError) -> [Bool]
  /// Removes those of the rows from `first` on that are idle and that `keep` does not name (one flag
  /// a row). Says which stay.
  func removeIdleRows(from first: Int, keep: [Bool]) throws(BackendError) -> [Bool]
  /// After an optimal solve, the weight of every row in the sum of rows in which no basic column
  /// stands but `column`: the row of the simplex table. Nil where the column is not basic.
  func tableRow(ofColumn column: Int) throws(BackendError) -> [Double]?
  /// Frees what the session holds; further calls throw. On another thread than the session's own
  /// it does nothing.
  func close()
}

extension LPSession {
  /// Solves from the last basis, without limit.
  public func solve() throws(BackendError) -> LPAnswer {
    try solve(LPOptions(), monitor: SilentMonitor())
  }
}

/// Limits of one solve of an ``LPSession``.
public struct LPOptions: Sendable, Hashable {
  /// Wall seconds, nil without limit.
  public var timeSeconds: Double?
  /// Iterations of the simplex method, nil without limit: with it alone a solve is repeatable.
  public var iterations: Int?
  /// Stop as soon as the objective is known to reach this value.
  public var objectiveLimit: Double?
  /// Whether an infeasible relaxation is to be proven by multipliers.
  public var wantsFarkasRay = false

  /// No limits.
  public init(
    timeSeconds: Double? = nil, iterations: Int? = nil, objectiveLimit: Double? = nil,
    wantsFarkasRay: Bool = false
  ) {
    self.timeSeconds = timeSeconds
    self.iterations = iterations
    self.objectiveLimit = objectiveLimit
    self.wantsFarkasRay = wantsFarkasRay
  }
}

/// How one solve of an ``LPSession`` ended.
public enum LPStatus: String, Sendable, Hashable {
  /// Optimal within tolerances.
  case optimal
  /// No values between the bounds satisfy all rows.
  case infeasible
  /// The objective reached the limit asked for.
  case cutoff
  /// A limit ended it; the multipliers are those of the last basis.
  case limit
  /// The monitor ended it, and the session is closed.
  case cancelled
}

/// What one solve of an ``LPSession`` answers.
public struct LPAnswer: Sendable {
  /// How it ended.
  public var status: LPStatus
  /// Objective of the last basis; nil when infeasible or cancelled.
  public var objective: Double?
  /// Values of all columns when optimal.
  public var values: [Double]?
  /// Multipliers of all rows, signs as in ``MIPAnswer/duals``; nil when infeasible or cancelled.
  public var duals: [Double]?
  /// As in ``MIPAnswer/farkasRay``, over all rows and the bounds that stand now, where asked for.
  public var farkasRay: [Double]?
  /// Simplex iterations.
  public var iterations: Int

  /// An answer.
  public init(
    status: LPStatus, objective: Double? = nil, values: [Double]? = nil, duals: [Double]? = nil,
    farkasRay: [Double]? = nil, iterations: Int = 0
  ) {
    self.status = status
    self.objective = objective
    self.values = values
    self.duals = duals
    self.farkasRay = farkasRay
    self.iterations = iterations
  }
}
