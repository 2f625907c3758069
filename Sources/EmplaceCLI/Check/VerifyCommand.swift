import ArgumentParser
import Emplace
import Foundation

/// `emplace verify`
struct VerifyCommand: EmplaceSubcommand {
  /// Violations printed before they are only counted.
  static let violationLimit = 100

  static let configuration = CommandConfiguration(
    commandName: "verify",
    abstract: "Check a plan, and the proof of its bound, without any solver.",
    discussion: """
      Reads the instance and a solution, evaluates every constraint and the cost in integers, and \
      compares the cost with what the file states. With --certificate it also rebuilds the integer \
      program, demands that the plan satisfies every row at equal cost, and replays every step of \
      the proof.

        emplace verify fleet.json fleet.solution.json
        emplace verify fleet.json fleet.solution.json --certificate proof.json

      A certificate that there is no plan at all is checked without a solution:

        emplace verify fleet.json --certificate proof.json

      Exit codes: 0 all holds, 5 something does not, 2 a file cannot be read.
      """)

  @Argument(
    help: "Files of the instance, then the solution.", completion: .file())
  var files: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @Option(
    help: ArgumentHelp("A certificate to replay.", valueName: "file"), completion: .file())
  var certificate: String?

  func perform() async throws {
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let proof = try certificate.map { path throws(CommandFailure) in
      (path: path, bytes: try InputFile.bytes(of: path))
    }
    if let proof, CertificateFile.statesInfeasibility(proof.bytes) {
      return try verifyInfeasibility(proof.path, proof.bytes, threads)
    }
    let split = try JudgedFiles(files, solutions: 1)
    let loaded = try reading.read(split.instance, threads: threads)
    let (solution, objective) = try judge(split.solutions[0], loaded)
    guard let proof else { return }
    let file = try refusing { () throws(AnswerError) in
      try CertificateFile.read(proof.bytes, file: proof.path, for: loaded.instance)
    }
    do throws(CertificateRefusal) {
      let proof = try file.check(on: loaded.instance, holding: solution, objective: objective)
      print(proof, objective, file, loaded.instance)
    } catch {
      throw CommandFailure(.refused, "\(proof.path): the proof fails at the \(error)")
    }
  }

  // MARK: Solution

  private func judge(
    _ path: String, _ loaded: LoadedInstance
  ) throws -> (PlacementSolution, Int64) {
    let instance = loaded.instance
    let bytes = try InputFile.bytes(of: path)
    let file = try refusing { () throws(AnswerError) in
      try SolutionFile.read(bytes, file: path, for: instance)
    }
    let verdict = Placement.verify(file.solution, against: instance)
    guard verdict.isFeasible else {
      var lines = verdict.violations.prefix(Self.violationLimit).map { "\(path): breaks \($0)" }
      let more = verdict.violations.count - lines.count
      if more > 0 { lines.append("and \(more) more") }
      throw CommandFailure(.refused, lines.joined(separator: "\n"))
    }
    guard file.states(verdict.objective, of: instance) else {
      throw CommandFailure(
        .refused,
        "\(path): states the objective \(file.objective), the plan costs "
          + "\(instance.printed(verdict.objective))")
    }
    let plan = PlanText(loaded, file.solution, verdict.objective)
    Console.write("plan holds: every constraint, in integers\n")
    Console.write("objective \(plan.money(verdict.objective)), as stated\n")
    return (file.solution, verdict.objective)
  }

  // MARK: Certificate

  private func print(
    _ proof: Proof, _ objective: Int64, _ file: CertificateFile, _ instance: PlacementInstance
  ) {
    guard case .bound(let bound) = proof else { return }
    let gap = Run<Placement>.gap(objective: objective, bound: bound)
    Console.write("bound \(instance.printed(bound)): \(Self.size(file))\n")
    Console.write("gap \(Figures.percent(gap))\n")
    Console.write("bound proven\n")
  }

  private static func size(_ file: CertificateFile) -> String {
    let nodes = file.certificate.nodes
    let multipliers = nodes.reduce(0) { $0 + $1.rows.count }
    return "\(Figures.count(nodes.count, "node")) and "
      + "\(Figures.count(multipliers, "multiplier")) replayed"
  }

  private func verifyInfeasibility(_ path: String, _ bytes: [UInt8], _ threads: Int) throws {
    let loaded = try reading.read(files, threads: threads)
    let file = try refusing { () throws(AnswerError) in
      try CertificateFile.read(bytes, file: path, for: loaded.instance)
    }
    do throws(CertificateRefusal) {
      _ = try file.check(on: loaded.instance)
    } catch {
      throw CommandFailure(.refused, "\(path): the proof fails at the \(error)")
    }
    Console.write("infeasibility proven: \(Self.size(file))\n")
    for name in Conflict.names(in: file.certificate, of: loaded.instance) {
      Console.write("  \(name)\n")
    }
  }

  /// What is read but does not hold is refused, and not bad input.
  private func refusing<Value>(
    _ read: () throws(AnswerError) -> Value
  ) throws(CommandFailure) -> Value {
    do throws(AnswerError) {
      return try read()
    } catch {
      throw CommandFailure(error.kind == .refused ? .refused : .badInput, error.description)
    }
  }
}
