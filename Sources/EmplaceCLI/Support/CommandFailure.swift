import Emplace

/// What an exit code of the command means.
enum ExitStatus: Int32 {
  /// Solved, or all holds.
  case success = 0
  /// A bug, or the machine failed us.
  case `internal` = 1
  /// A file or an option cannot be used.
  case badInput = 2
  /// Proven that there is no solution.
  case infeasible = 3
  /// Nothing was found within the limit.
  case nothingFound = 4
  /// The verifier refuses the solution or the certificate.
  case refused = 5
}

/// Ends a command with a message on standard error and an exit code.
struct CommandFailure: Error {
  var status: ExitStatus
  var message: String

  init(_ status: ExitStatus, _ message: String) {
    self.status = status
    self.message = message
  }

  /// Bad input in one line: place, reason, way out.
  init(file: String, _ reason: String, maybe suggestion: String = "") {
    self.init(
      .badInput,
      InstanceError.Problem(file: file, message: reason, suggestion: suggestion).description)
  }

  /// Any error that a module below throws.
  init(_ error: any Error) {
    switch error {
    case let failure as CommandFailure: self = failure
    case let error as InstanceError: self.init(.badInput, error.description)
    case let error as DerivationError: self.init(.badInput, error.description)
    case let error as AnswerError: self.init(.badInput, error.description)
    case SolveError.badInput(let message): self.init(.badInput, message)
    case let error as SolveError: self.init(.internal, error.description)
    case let error as BackendError: self.init(.internal, error.description)
    default: self.init(.internal, "\(error)")
    }
  }
}
