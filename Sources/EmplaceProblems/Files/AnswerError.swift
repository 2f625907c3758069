public import EmplaceCore

/// Why a file of an answer, a solution or a certificate, is not taken.
public struct AnswerError: Error, Sendable, Hashable, CustomStringConvertible {
  /// What kind of refusal it is.
  public enum Kind: Sendable, Hashable {
    /// The file cannot be read as what it should be: no JSON, another schema, a missing key.
    case unreadable
    /// It can be read, and what it says does not hold: a changed number, another instance.
    case refused
  }

  /// What kind.
  public var kind: Kind
  /// Where, what stands there, why not, and a way out.
  public var problem: InstanceError.Problem

  /// An error.
  public init(kind: Kind, problem: InstanceError.Problem) {
    self.kind = kind
    self.problem = problem
  }

  /// Place, value, sentence, way out.
  public var description: String { problem.description }
}
