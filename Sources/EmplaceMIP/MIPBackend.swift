public import EmplaceCore

/// A program that solves ``IntegerProgram``s in doubles. Its word is a claim.
public protocol MIPBackend: Sendable {
  /// Name on the command line: `glpk`.
  var name: String { get }
  /// Solves the program, or its continuous relaxation, until the monitor ends it.
  func solve(_ program: IntegerProgram, options: MIPOptions, monitor: any MIPMonitor)
    throws(BackendError) -> MIPAnswer
  /// Loads the continuous relaxation and keeps it for a sequence of solves that differ little.
  func openRelaxation(_ program: IntegerProgram) throws(BackendError) -> any LPSession
}

extension MIPBackend {
  /// A backend without sessions says so.
  public func openRelaxation(_ program: IntegerProgram) throws(BackendError) -> any LPSession {
    throw .unsupported("\(name) keeps no relaxation. Maybe use the backend glpk")
  }
}

/// What a backend is asked for. A backend that cannot honour an option throws
/// ``BackendError/unsupported(_:)``.
public struct MIPOptions: Sendable, Hashable {
  /// Solve the continuous relaxation only.
  public var relaxed = false
  /// Wall seconds, nil without limit.
  public var timeSeconds: Double?
  /// Relative gap at which to stop; the answer is then `feasible`, with its bound.
  public var gap: Double = 0
  /// Tree nodes, nil without limit: with it alone a solve is repeatable.
  public var treeNodes: Int?
  /// Values of all columns to start from; values that break a row or a range are refused.
  public var start: [Int64]?

  /// The defaults: to optimality, without limit.
  public init() {}
}

/// How a backend's work ended.
public enum MIPStatus: String, Sendable, Hashable {
  /// Optimal within the backend's tolerances.
  case optimal
  /// Stopped with a solution.
  case feasible
  /// No solution exists, says the backend.
  case infeasible
  /// Stopped without a solution.
  case unknown
}

/// What a backend answers. Everything is in the units of the program.
public struct MIPAnswer: Sendable {
  /// How it ended.
  public var status: MIPStatus
  /// Objective of `values`, as the backend computed it.
  public var objective: Double?
  /// Lower bound, as claimed by the backend.
  public var bound: Double?
  /// Values of all columns: whole numbers unless relaxed.
  public var values: [Double]?
  /// Duals of all rows of the continuous relaxation at the root (of the relaxation itself when
  /// relaxed), in units of the objective per unit of the row: non-negative on `atLeast`,
  /// non-positive on `atMost`. After an early stop, of the last basis that was reported.
  public var duals: [Double]?
  /// Multipliers of the rows that prove the relaxation infeasible: non-negative on `atLeast`,
  /// non-positive on `atMost`, free on `equal`, such that `ray . rightHandSide` exceeds the
  /// largest value that `(ray A) x` takes for `x` between the bounds of the columns. Nil where
  /// the relaxation is feasible, and where the backend has no multipliers that hold.
  public var farkasRay: [Double]?
  /// Tree nodes that were solved.
  public var treeNodes: Int

  /// An answer.
  public init(
    status: MIPStatus, objective: Double? = nil, bound: Double? = nil, values: [Double]? = nil,
    duals: [Double]? = nil, farkasRay: [Double]? = nil, treeNodes: Int = 0
  ) {
    self.status = status
    self.objective = objective
    self.bound = bound
    self.values = values
    self.duals = duals
    self.farkasRay = farkasRay
    self.treeNodes = treeNodes
  }
}

/// Watches and steers a solve; called from the thread that called `solve`.
public protocol MIPMonitor: Sendable {
  /// Asked often; true ends the solve with what is at hand.
  func shouldStop() -> Bool
  /// A better solution was found that the monitor did not inject: values of all columns, whole
  /// numbers that satisfy every row of the program exactly.
  func found(values: [Double], objective: Double)
  /// The claimed bound rose.
  func raised(bound: Double)
  /// A solution to inject at this point of the tree, given the relaxation's values there. One
  /// that breaks a row or a range is dropped.
  func heuristic(relaxation: [Double]) -> [Double]?
  /// Rows that the relaxation's values violate and that hold for every solution, to be added.
  func cuts(relaxation: [Double]) -> [Cut]
}

extension MIPMonitor {
  /// Never.
  public func shouldStop() -> Bool { false }
  /// Nothing.
  public func found(values: [Double], objective: Double) {}
  /// Nothing.
  public func raised(bound: Double) {}
  /// None.
  public func heuristic(relaxation: [Double]) -> [Double]? { nil }
  /// None.
  public func cuts(relaxation: [Double]) -> [Cut] { [] }
}

/// A monitor that lets a solve run.
public struct SilentMonitor: MIPMonitor {
  /// A silent monitor.
  public init() {}
}

/// A row added during the solve.
public struct Cut: Sendable, Hashable {
  /// Columns.
  public var columns: [Int32]
  /// Coefficients.
  public var coefficients: [Int64]
  /// Relation.
  public var relation: IntegerProgram.Relation
  /// Right-hand side.
  public var rightHandSide: Int64

  /// A row.
  public init(
    columns: [Int32], coefficients: [Int64], relation: IntegerProgram.Relation,
    rightHandSide: Int64
  ) {
    self.columns = columns
    self.coefficients = coefficients
    self.relation = relation
    self.rightHandSide = rightHandSide
  }
}

/// What a backend could not do.
public enum BackendError: Error, Sendable, Hashable, CustomStringConvertible {
  /// An option or a program that it cannot honour, with the reason.
  case unsupported(String)
  /// The program is malformed: name of the place and the value.
  case invalid(String)
  /// The backend failed: its own message.
  case failed(String)

  /// The message.
  public var description: String {
    switch self {
    case .unsupported(let message): "unsupported by the backend: \(message)"
    case .invalid(let message): "malformed program: \(message)"
    case .failed(let message): "the backend failed: \(message)"
    }
  }
}
