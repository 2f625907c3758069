import Emplace
import Foundation

/// One run of `emplace solve`: files in, search, files out.
struct SolveJob {
  private let command: SolveCommand
  private let loaded: LoadedInstance
  private let output: OutputFile
  private let certificate: OutputFile?
  private let history: OutputFile?
  private let writer: PlanWriter
  private let multipliersFile: OutputFile?
  private let warmStart: PlacementSolution?
  private let multipliers: Certificate?

  /// Reads everything and checks that the answer can be written.
  init(_ command: SolveCommand) throws {
    self.command = command
    let inputs = command.instance
    let outputs = [command.outputPath, command.certificate, command.multipliers, command.history]
    for path in outputs.compactMap({ $0 }) {
      guard !inputs.contains(where: { Self.isSame($0, path) }) else {
        throw CommandFailure(
          file: path, "this is a file of the instance and would be overwritten",
          maybe: "another name is meant")
      }
    }
    output = try OutputFile(command.outputPath)
    certificate = try Self.file(command.certificate)
    multipliersFile = try Self.file(command.multipliers)
    history = try Self.file(command.history)
    let loaded = try command.reading.read(inputs, threads: command.stopping.threadCount)
    warmStart = try command.warmStart.map { try Self.read($0, for: loaded.instance) }
    multipliers = try command.warmMultipliers.map {
      try Self.readMultipliers($0, for: loaded.instance)
    }
    writer = PlanWriter(output, loaded.instance)
    self.loaded = loaded
  }

  private static func file(_ path: String?) throws -> OutputFile? {
    guard let path else { return nil }
    return try OutputFile(path)
  }

  /// Whether two paths lead to one file.
  static func isSame(_ a: String, _ b: String) -> Bool {
    URL(fileURLWithPath: a).resolvingSymlinksInPath()
      == URL(fileURLWithPath: b).resolvingSymlinksInPath()
  }

  private static func read(_ path: String, for instance: PlacementInstance) throws
    -> PlacementSolution
  {
    let bytes = try InputFile.bytes(of: path)
    let (solution, dropped) = try SolutionFile.readWarmStart(bytes, file: path, for: instance)
    if dropped > 0 {
      Console.complain("\(path): \(dropped) entries name what is no longer there; left out")
    }
    let verdict = Placement.verify(solution, against: instance)
    if let violation = verdict.violations.first {
      Console.complain(
        "\(path): the warm start breaks \(violation.constraint), and only what fits of it is kept: \(violation)"
      )
    }
    return solution
  }

  private static func readMultipliers(
    _ path: String, for instance: PlacementInstance
  ) throws -> Certificate {
    let (certificate, dropped) = try MultipliersFile.read(
      InputFile.bytes(of: path), file: path, on: PlacementFormulation.forBounds(of: instance))
    if dropped > 0 {
      Console.complain("\(path): \(dropped) rows are no longer there; left out")
    }
    return certificate
  }

  // MARK: Search

  /// Searches until a limit, the end or a signal.
  func run() async throws -> SolveResult<Placement> {
    let share = command.stability == nil ? 1 : 1 - Self.stabilityShare
    let left = command.stopping.seconds.map {
      share * max(0, $0 - Clock.elapsed - writingSeconds)
    }
    let search = InstanceSearch(
      instance: loaded.instance, algorithm: command.algorithm, backend: command.backend,
      limits: command.stopping.limits(seconds: left), seed: command.stopping.seed,
      warmStart: WarmStart(solution: warmStart, multipliers: multipliers))
    let writer = writer
    let result = try await search.run { solution, objective in writer.take(solution, objective) }
    return try stable(result)
  }

  /// Share of the time that is kept for ``StablePlan``.
  private static let stabilityShare = 0.1

  /// The result with a plan close to the warm start in place of the best one, where that is asked.
  private func stable(_ result: SolveResult<Placement>) throws -> SolveResult<Placement> {
    guard let share = command.stability, let warmStart, let best = result.incumbent
    else { return result }
    let instance = loaded.instance
    let end = command.stopping.seconds.map { $0 - writingSeconds }
    let index = try PlacementIndex(instance, threads: command.stopping.threadCount)
    let limit = best.objective + Int64(share * Double(best.objective.magnitude))
    let solution = StablePlan(index, to: warmStart, seed: command.stopping.seed)
      .plan(near: best.solution, costing: limit) { end.map { Clock.elapsed >= $0 } ?? false }
    guard solution != best.solution else { return result }
    let verdict = Placement.verify(solution, against: instance)
    guard verdict.isFeasible else { throw SolveError.bug("a stable plan breaks \(verdict)") }
    var result = result
    result.incumbent = Incumbent(
      solution: solution, objective: verdict.objective, source: "stability",
      seconds: best.seconds)
    return result
  }

  /// Seconds kept for writing the last plan and the result.
  private var writingSeconds: Double {
    let terms = command.format == .text ? loaded.servingTermsSeconds ?? 0 : 0
    return 0.03 + terms + Double(loaded.instance.demands.count) * 1e-5
  }

  // MARK: Answer

  /// Writes the files and prints the result.
  func finish(_ result: SolveResult<Placement>) throws {
    try writer.finish(result.incumbent?.solution, result.incumbent?.objective ?? 0)
    try writeProof(result.certificate)
    if let history {
      let text = HistoryFile(result.events, of: loaded.instance).json.text
      try history.write { (sink) throws(CommandFailure) in try sink(Array(text.utf8)) }
    }
    if let refusal = result.refusal { Console.complain(refusal) }
    if let failure = result.failure { Console.complain("the search broke off: \(failure)") }
    let report = SolveReport(
      command: command, loaded: loaded, result: result, warmStart: warmStart,
      outputPath: result.incumbent == nil ? nil : output.path)
    switch command.format {
    case .json: Console.write(report.json.text)
    case .text: Console.write(report.text)
    }
  }

  /// Writes the certificate and the multipliers, those that are asked for.
  private func writeProof(_ found: (Certificate, Proof)?) throws {
    guard let (proven, proof) = found else {
      for file in [certificate, multipliersFile] {
        guard let file else { continue }
        Console.complain("\(file.path) is not written: no bound has a certificate")
      }
      return
    }
    guard certificate != nil || multipliersFile != nil else { return }
    let formulation = PlacementFormulation.forBounds(of: loaded.instance)
    try certificate?.write { (sink) throws(CommandFailure) in
      try CertificateFile(proven, proving: proof, on: formulation).write(to: sink)
    }
    try multipliersFile?.write { (sink) throws(CommandFailure) in
      try MultipliersFile(proven, on: formulation).write(to: sink)
    }
  }
}
