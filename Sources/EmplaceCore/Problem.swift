/// One of the decision problems: an instance, a solution, and the judge between them.
public protocol Problem: Sendable {
  /// The data of one case.
  associatedtype Instance: Sendable
  /// Decisions only.
  associatedtype Solution: Sendable & Codable & Hashable
  /// Name on the command line and in files: `placement`.
  static var name: String { get }
  /// Judges a solution with integers alone, from the instance, by no solver's code.
  static func verify(_ solution: Solution, against instance: Instance) -> Verdict
}

/// An algorithm for a problem, exact or heuristic alike.
public protocol Solver<P>: Sendable {
  /// The problem it solves.
  associatedtype P: Problem
  /// Name on the command line.
  var name: String { get }
  /// Searches until it is done or `run.shouldStop()`; offers solutions and raises bounds as it
  /// goes.
  func search(_ run: Run<P>) throws(SolveError) -> Termination
}

/// The mathematics of one instance, in integers: read by backends, by the MPS export, by the
/// Lagrangian engines and by the certificate checker.
public protocol Formulation<P>: Sendable {
  /// The problem it formulates.
  associatedtype P: Problem
  /// The program of the instance.
  var program: IntegerProgram { get }
  /// Reads the decisions from the values of all columns.
  func solution(from values: [Int64]) -> P.Solution
  /// Values of all columns for a solution: the inverse of ``solution(from:)``.
  func values(of solution: P.Solution) -> [Int64]
}

/// Outcome of `verify`.
public struct Verdict: Sendable, Hashable {
  /// What is broken, in the order of the constraints; empty when the solution is feasible.
  public var violations: [Violation]
  /// The recomputed objective in units of the instance; meaningful when there is no violation.
  public var objective: Int64

  /// A verdict.
  public init(violations: [Violation], objective: Int64) {
    self.violations = violations
    self.objective = objective
  }

  /// Whether nothing is violated.
  public var isFeasible: Bool { violations.isEmpty }
}

/// One constraint that a solution breaks, in the document's own words.
public struct Violation: Sendable, Hashable, Codable, CustomStringConvertible {
  /// Label of the constraint: `P4`.
  public var constraint: String
  /// Entity at which it is broken: `site=paris/pool=l40s`.
  public var entity: String
  /// What stands there.
  public var value: Int64
  /// What may stand there.
  public var limit: Int64
  /// One sentence with units.
  public var message: String

  /// A violation.
  public init(constraint: String, entity: String, value: Int64, limit: Int64, message: String) {
    self.constraint = constraint
    self.entity = entity
    self.value = value
    self.limit = limit
    self.message = message
  }

  /// Label, entity and sentence.
  public var description: String { "\(constraint)[\(entity)]: \(message)" }
}

/// What ends a search that cannot go on.
public enum SolveError: Error, Sendable, CustomStringConvertible {
  /// The instance or an option cannot be used: message with a way out.
  case badInput(String)
  /// A backend failed.
  case backend(String)
  /// A bug of ours.
  case bug(String)

  /// The message.
  public var description: String {
    switch self {
    case .badInput(let message), .backend(let message): message
    case .bug(let message): "internal error: \(message)"
    }
  }
}
