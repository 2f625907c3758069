import Emplace

/// Files of a command that judges a plan: the instance first, the solution last.
struct JudgedFiles {
  /// Files of the instance.
  var instance: [String]
  /// Files of solutions.
  var solutions: [String]

  /// Splits the files, of which the last `count` are solutions, or what a command calls so.
  init(
    _ files: [String], solutions count: Int, called name: String = "solution"
  ) throws(CommandFailure) {
    guard files.count > count else {
      let wanted = count == 1 ? "a \(name)" : "\(count) \(name)s"
      throw CommandFailure(
        .badInput,
        "\(Figures.count(files.count, "file")) given: the files of the instance are needed first, "
          + "then \(wanted). Maybe the instance is missing.")
    }
    instance = Array(files.dropLast(count))
    solutions = Array(files.suffix(count))
  }
}

extension LoadedInstance {
  /// Reads a solution file and accepts it only if the verifier does, at the objective it states.
  func verifiedSolution(_ path: String) throws(CommandFailure) -> VerifiedSolution {
    let file = try solution(path)
    let verdict = Placement.verify(file.solution, against: instance)
    if let violation = verdict.violations.first {
      throw CommandFailure(
        file: path, "the plan breaks \(violation)",
        maybe: "emplace verify lists all that is broken")
    }
    guard file.states(verdict.objective, of: instance) else {
      throw CommandFailure(
        file: path,
        "states the objective \(file.objective), the plan costs \(instance.printed(verdict.objective))"
      )
    }
    return VerifiedSolution(solution: file.solution, objective: verdict.objective)
  }

  /// Reads a solution file.
  func solution(_ path: String) throws(CommandFailure) -> SolutionFile {
    let bytes = try InputFile.bytes(of: path)
    do throws(AnswerError) {
      return try SolutionFile.read(bytes, file: path, for: instance)
    } catch {
      throw CommandFailure(error)
    }
  }
}

/// A solution that the verifier has accepted.
struct VerifiedSolution: Sendable {
  var solution: PlacementSolution
  /// In units of the instance.
  var objective: Int64
}

extension PlacementInstance {
  /// Reads a certificate file and replays it, holding a plan in its program; what it proves, with
  /// the file.
  func provenBound(
    _ path: String, holding plan: VerifiedSolution
  ) throws(CommandFailure) -> (bound: Int64, file: CertificateFile) {
    let bytes = try InputFile.bytes(of: path)
    let file: CertificateFile
    do throws(AnswerError) {
      file = try CertificateFile.read(bytes, file: path, for: self)
    } catch {
      throw CommandFailure(error)
    }
    do throws(CertificateRefusal) {
      let proof = try file.check(on: self, holding: plan.solution, objective: plan.objective)
      if case .bound(let bound) = proof { return (bound, file) }
    } catch {
      throw CommandFailure(.refused, "\(path): the proof fails at the \(error)")
    }
    throw CommandFailure(
      .refused,
      "\(path): it proves that there is no plan, and a plan is given. "
        + "Maybe the certificate of another instance is meant.")
  }
}
