import ArgumentParser
import Emplace
import EmplaceReport
import Foundation

/// `emplace report`
struct ReportCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "report", abstract: "Write a plan as one page of HTML.",
    discussion: """
      The page shows what runs where, what is not served and why, what it costs, what changes, a \
      map, how full the sites are, and the figures that the document left out. It is one file that \
      loads nothing. The plan is verified first.

        emplace report fleet.json fleet.solution.json --html plan.html

      How good the plan is: with --certificate the proof of the bound is replayed; with --result \
      the page repeats what emplace solve --format json printed; with --history it shows how \
      incumbent and bound moved.

        emplace report fleet.json fleet.solution.json --certificate proof.json --html plan.html
        emplace report fleet.json fleet.solution.json --result result.json --html plan.html
      """)

  @Argument(help: "Files of the instance, then the solution.", completion: .file())
  var files: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @Option(help: ArgumentHelp("Where the page goes.", valueName: "file"), completion: .file())
  var html: String
  @Option(
    help: ArgumentHelp("A certificate whose bound is replayed and shown.", valueName: "file"),
    completion: .file())
  var certificate: String?
  @Option(
    help: ArgumentHelp("What emplace solve --format json printed.", valueName: "file"),
    completion: .file())
  var result: String?
  @Option(
    help: ArgumentHelp("What emplace solve --history wrote.", valueName: "file"),
    completion: .file())
  var history: String?

  func perform() async throws {
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let split = try JudgedFiles(files, solutions: 1)
    for path in files + [certificate, result, history].compactMap({ $0 })
    where SolveJob.isSame(path, html) {
      throw CommandFailure(
        file: html, "this is a file that is read and would be overwritten",
        maybe: "another --html is meant")
    }
    let page = try OutputFile(html)
    let loaded = try reading.read(split.instance, threads: threads)
    let plan = try loaded.verifiedSolution(split.solutions[0])
    let unserved: [PlacementReport.UnservedClass] =
      if let fleet = loaded.fleet, let derivation = loaded.derivation {
        UnservedSummary(plan.solution, fleet, derivation, loaded.instance).classes
      } else {
        []
      }
    let report = PlacementReport(
      instance: loaded.instance, solution: plan.solution, objective: plan.objective,
      fleet: loaded.fleet, unserved: unserved, quality: try quality(of: plan, loaded.instance))
    let bytes = Array(report.html.utf8)
    try page.write { (sink) throws(CommandFailure) in try sink(bytes) }
  }

  // MARK: Quality

  private func quality(
    of plan: VerifiedSolution, _ instance: PlacementInstance
  ) throws(CommandFailure) -> PlacementReport.Quality {
    var quality = PlacementReport.Quality()
    if let result {
      quality = try SolveRecord.read(result, for: instance)
        .quality(objective: instance.printed(plan.objective), file: result)
    }
    if let history { quality.events = try HistoryFile.read(history, for: instance).events }
    guard let certificate else { return quality }
    let bound = try instance.provenBound(certificate, holding: plan).bound
    quality.bound = instance.printed(bound)
    quality.evidence = "verified"
    quality.gap = Run<Placement>.gap(objective: plan.objective, bound: bound)
    return quality
  }
}

/// What `emplace solve --format json` printed, as far as a page shows it.
struct SolveRecord: Decodable {
  var schema: String
  var digest: String
  var algorithm: String
  var seed: UInt64
  var wallSeconds: Double
  var objective: Decimal?
  var bound: Decimal?
  var boundEvidence: String?
  var boundBy: String?
  var gap: Double?

  /// Reads the file and checks that it speaks of the instance.
  static func read(
    _ path: String, for instance: PlacementInstance
  ) throws(CommandFailure) -> SolveRecord {
    let bytes = try InputFile.bytes(of: path)
    guard let record = try? JSONDecoder().decode(SolveRecord.self, from: Data(bytes)),
      record.schema == "emplace/result/1"
    else {
      throw CommandFailure(
        file: path, "this is no result of emplace solve", maybe: "--format json was left out")
    }
    guard record.digest == instance.digest else {
      throw CommandFailure(
        file: path, "the result has the digest \(record.digest), the instance \(instance.digest)",
        maybe: "another instance is meant")
    }
    return record
  }

  /// What it says of the plan with that objective.
  func quality(
    objective stated: PlainNumber, file: String
  ) throws(CommandFailure) -> PlacementReport.Quality {
    guard let objective, PlainNumber(json: "\(objective)") == stated else {
      throw CommandFailure(
        file: file,
        "the result has the objective \(objective.map { "\($0)" } ?? "null"), the plan \(stated)",
        maybe: "the result of another run is meant")
    }
    var quality = PlacementReport.Quality()
    quality.bound = bound.flatMap { PlainNumber(json: "\($0)") }
    if quality.bound != nil {
      // A page cannot replay what it was not given.
      quality.evidence =
        boundEvidence == "verified"
        ? "verified in that run" : "claimed by \(boundBy ?? "the solver")"
      quality.gap = gap
    }
    quality.origin =
      "Found by \(algorithm), seed \(seed), in \(Figures.fixed(wallSeconds, 2)) seconds."
    return quality
  }
}
