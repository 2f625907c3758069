import ArgumentParser
import Emplace
import Foundation

/// `emplace solve`
struct SolveCommand: EmplaceSubcommand {
  /// Problems that can be solved.
  enum ProblemName: String, CaseIterable, ExpressibleByArgument {
    case placement
  }

  /// How the result is printed.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case text, json
  }

  static let configuration = CommandConfiguration(
    commandName: "solve", abstract: "Find a plan and say how good it is.",
    discussion: """
      Reads an instance, searches, and writes the best plan that the verifier accepts. The bound \
      beside it is called verified when its certificate was replayed by the checker, and claimed \
      otherwise.

        emplace solve fleet.json
        emplace solve fleet.json prices.yaml --time-limit 30 --output plan.json
        emplace solve d05100 --from gap --gap 0.001 --format json
        emplace solve fleet.json --certificate proof.json
        emplace verify fleet.json fleet.solution.json --certificate proof.json

      Solved again after a change, a fleet starts from yesterday's plan and multipliers:

        emplace solve monday.json --output monday.plan.json --multipliers monday.dual.json
        emplace solve tuesday.json --warm-start monday.plan.json --warm-multipliers monday.dual.json

      With --stability 0.01 the answer is, of the plans that cost at most 1 % more than the best one \
      found, one that starts and stops few replicas against the warm start. The bound and the gap are \
      those of the plan that is returned; a tenth of the time is kept for this.

        emplace solve tuesday.json --warm-start monday.plan.json --stability 0.005

      Without a limit it stops after 60 seconds or at a gap of 0.1 %, whichever comes first. With \
      a limit, only that limit counts.

      Ctrl-C stops the search and returns the best plan. Better plans are written as they are \
      found, so the file holds a whole, verified plan even when the process is killed.

      Exit codes: 0 solved, 2 bad input, 3 proven infeasible, 4 nothing found within the limit, \
      64 wrong usage, 1 internal error.

      Algorithms:
      \(Algorithms.placement.entries.map { "  \($0.name): \($0.summary)" }.joined(separator: "\n"))
      """)

  @Argument(
    help: "Files of the instance; a fleet may be several, merged by id.", completion: .file())
  var instance: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Stopping") var stopping: LimitOptions
  @Option(help: "What is decided.") var problem = ProblemName.placement
  @Option(help: ArgumentHelp("Algorithm, see above.", valueName: "name"))
  var algorithm = "auto"
  @Option(help: ArgumentHelp("Program that solves integer programs.", valueName: "name"))
  var backend = "glpk"
  @Option(
    help: ArgumentHelp("A solution file to start from.", valueName: "solution"),
    completion: .file())
  var warmStart: String?
  @Option(
    help: ArgumentHelp(
      "Cost above the best plan found that may be spent on few starts and stops of replicas: 0.01 is one percent.",
      valueName: "fraction"))
  var stability: Double?
  @Option(
    help: ArgumentHelp("Multipliers to start the bound from.", valueName: "file"),
    completion: .file())
  var warmMultipliers: String?
  @Option(
    help: ArgumentHelp(
      "Where the plan goes. (default: <instance>.solution.json)", valueName: "file"),
    completion: .file())
  var output: String?
  @Option(
    help: ArgumentHelp("Where the proof of the bound goes.", valueName: "file"),
    completion: .file())
  var certificate: String?
  @Option(
    help: ArgumentHelp(
      "Where the multipliers of the bound go, for --warm-multipliers.", valueName: "file"),
    completion: .file())
  var multipliers: String?
  @Option(
    help: ArgumentHelp(
      "Where the history of incumbent and bound goes, for report.", valueName: "file"),
    completion: .file())
  var history: String?
  @Option(help: "How the result is printed.") var format = Format.text

  func validate() throws {
    if let stability {
      guard stability >= 0, stability < 1 else {
        throw ValidationError(
          "--stability \(stability): a fraction from 0 up to 1 is needed. Maybe 0.01.")
      }
      guard warmStart != nil else {
        throw ValidationError(
          "--stability needs a plan to stay close to. Maybe --warm-start is missing.")
      }
    }
    let names = Algorithms.placement.entries.map(\.name)
    guard names.contains(algorithm) else {
      throw ValidationError(
        "--algorithm \(algorithm): there is no such algorithm. "
          + Algorithms.suggestion(for: algorithm, among: names))
    }
    let backends = Algorithms.backends.map(\.name)
    guard backends.contains(backend) else {
      throw ValidationError(
        "--backend \(backend): there is no such backend. "
          + Algorithms.suggestion(for: backend, among: backends))
    }
  }

  func perform() async throws {
    let job = try SolveJob(self)
    let result = try await job.run()
    try job.finish(result)
    let status: ExitStatus =
      switch result.status {
      case .optimal, .feasible: .success
      case .infeasible: .infeasible
      case .unknown: .nothingFound
      }
    // A search that did not end is left behind with the process.
    if result.isAbandoned { _exit(status.rawValue) }
    throw ExitCode(status.rawValue)
  }

  /// Where the plan goes.
  var outputPath: String {
    if let output { return output }
    let name = URL(fileURLWithPath: instance.first ?? "plan").lastPathComponent
    let extensions = [".json", ".yaml", ".yml", ".txt"]
    let stem =
      extensions.first { name.lowercased().hasSuffix($0) }
      .map { String(name.dropLast($0.count)) } ?? name
    return "\(stem).solution.json"
  }
}
