import ArgumentParser
import Emplace
import Foundation

/// `emplace whatif`
struct WhatIfCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "whatif",
    abstract: "Say what a change to the fleet would cost, as an interval that is proven.",
    discussion: """
      Verifies the plan, changes the fleet, solves both, and says by how much the cost of the best \
      plan changes. Before the change it lies between a bound a and the plan's cost A, after it \
      between b and B; so the change lies between b - A and B - a, whatever the best plans are. \
      Where the two signs are both possible it says so.

        emplace whatif fleet.json plan.json --pin chat=lyon
        emplace whatif fleet.json plan.json --remove lyon --rate 'paris/*=+20%'
        emplace whatif fleet.json plan.json --price a100=-10% --certificate proof.json

      The bound before the change is replayed from --certificate; without it, nearly half of the time \
      goes into one. The changed fleet can be kept with its plan and proof, so that anybody can check \
      both sides:

        emplace whatif fleet.json plan.json --forbid chat=lyon \\
          --fleet-out changed.json --output changed.plan.json --certificate-out changed.proof.json
        emplace verify changed.json changed.plan.json --certificate changed.proof.json

      Limits are those of solve; --iteration-limit and --gap hold for each of the two searches. \
      Ctrl-C ends the search under way.

      Exit codes: 0 answered, 2 bad input, 3 the change is proven to leave no plan, 4 no plan was \
      found after the change, 64 wrong usage, 1 internal error.
      """)

  @Argument(help: "Files of the fleet, then the solution.", completion: .file())
  var files: [String]
  @OptionGroup(title: "Changes") var changes: ChangeOptions
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @OptionGroup(title: "Stopping") var stopping: LimitOptions
  @Option(
    help: ArgumentHelp("A certificate of the bound before the change.", valueName: "file"),
    completion: .file())
  var certificate: String?
  @Option(
    help: ArgumentHelp("Where the plan after the change goes.", valueName: "file"),
    completion: .file())
  var output: String?
  @Option(
    help: ArgumentHelp("Where the proof of its bound goes.", valueName: "file"),
    completion: .file())
  var certificateOut: String?
  @Option(
    help: ArgumentHelp("Where the changed fleet goes.", valueName: "file"), completion: .file())
  var fleetOut: String?
  @Option(help: "How the answer is printed.") var format = SolveCommand.Format.text

  func validate() throws {
    guard reading.format == .fleet else {
      throw ValidationError(
        "--from \(reading.format.rawValue): only fleets can be changed. Maybe --from fleet.")
    }
  }

  func perform() async throws {
    let job = try WhatIfJob(self)
    let answer = try await job.run()
    try job.finish(answer)
    switch answer.after.status {
    case .infeasible: throw ExitCode(ExitStatus.infeasible.rawValue)
    case .unknown: throw ExitCode(ExitStatus.nothingFound.rawValue)
    case .optimal, .feasible: break
    }
  }
}
