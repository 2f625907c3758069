import ArgumentParser

/// A command whose errors become a message on standard error and one of the documented exit codes.
protocol EmplaceSubcommand: AsyncParsableCommand {
  /// What the command does; throws a ``CommandFailure`` or an error that becomes one.
  func perform() async throws
}

extension EmplaceSubcommand {
  /// Runs the command.
  func run() async throws {
    do {
      try await perform()
    } catch let code as ExitCode {
      throw code
    } catch let error as ValidationError {
      throw error
    } catch {
      let failure = CommandFailure(error)
      for line in failure.message.split(separator: "\n") { Console.complain(String(line)) }
      throw ExitCode(failure.status.rawValue)
    }
  }
}
