public import ArgumentParser
public import Emplace
import EmplaceGLPK
import Foundation

/// `emplace generate`
struct GenerateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "generate", abstract: "Make instances that look real and are hard.",
    discussion: """
      The same size, family and seed give the same document on every machine.

        emplace generate placement --size s --seed 1 --output fleet.json
        emplace generate placement --size m --family lumpy --seed 7 --describe
      """,
    subcommands: [GeneratePlacementCommand.self])
}

/// `emplace generate placement`
struct GeneratePlacementCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "placement", abstract: "Make a fleet document.",
    discussion: """
      Sizes in sites x models x regions, and at least how many demands: tiny 6 x 4 x 10, 40; \
      s 20 x 10 x 30, 150; m 100 x 50 x 100, 2,000; l 300 x 100 x 300, 15,000; \
      xl 1,000 x 300 x 1,000, 100,000.

      Families: metro has sites of some nodes with several devices, and many replicas a lane; \
      lumpy has edge sites of one to four nodes, and two to four replicas a lane.

        emplace generate placement --size s --seed 1 > fleet.json
        emplace generate placement --size tiny --family lumpy --seed 3 --output fleet.json

      With --describe it prints figures of the fleet instead, and of a plan by greedy and a short \
      local search that repeats exactly: how many arcs a demand has, how full the sites are and of \
      what, what share of the cost is for demand that is not served, how far greedy lies above it. \
      On tiny and s also how far the plain linear relaxation lies below it, and on tiny which \
      limits it could be cheaper without. --steps lengthens the search.
      """)

  @Option(help: "Size of the fleet.") var size = PlacementGenerator.Size.s
  @Option(help: "What the edge looks like.") var family = PlacementGenerator.Family.metro
  @Option(help: ArgumentHelp("Where every draw comes from.", valueName: "n")) var seed: UInt64
  @Flag(help: "Print figures of the fleet instead of the document.") var describe = false
  @Option(
    help: ArgumentHelp(
      "Steps of local search behind --describe. (default: by size)", valueName: "n"))
  var steps: Int?
  @OptionGroup var document: DocumentOptions

  func perform() async throws {
    let sink = try document.open()
    let fleet = PlacementGenerator(size: size, family: family, seed: seed).fleet()
    if describe {
      try sink.write(try description(of: fleet) + "\n")
    } else {
      try sink.write(fleet)
    }
  }

  private func description(of fleet: Fleet) throws -> String {
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let instance = try PlacementDerivation(fleet: fleet, threads: threads)
      .instance(threads: threads)
    let steps = max(0, self.steps ?? defaultSteps)
    var survey = try PlacementSurvey(of: instance, steps: steps, seed: seed)
    if size == .tiny { try survey.findBinding(steps: steps / 4) }
    return FleetDescription(
      fleet: fleet, instance: instance, plan: try plan(of: survey, instance)
    ).text
  }

  /// As many as take a few seconds.
  private var defaultSteps: Int {
    switch size {
    case .tiny: 20_000
    case .s: 20_000
    case .m: 5_000
    case .l, .xl: 0
    }
  }

  private func plan(
    of survey: PlacementSurvey, _ instance: PlacementInstance
  ) throws -> FleetDescription.Plan? {
    guard let solution = survey.solution else { return nil }
    var plan = FleetDescription.Plan(solution)
    plan.origin =
      survey.steps > 0
      ? "all greedy constructions, then \(survey.steps) steps of local search, seed \(seed)"
      : "the best of all greedy constructions"
    if survey.steps > 0 { plan.greedyObjective = survey.greedyObjective }
    if size == .tiny { plan.binding = survey.binding }
    if size == .tiny || size == .s {
      let program = PlacementFormulation(instance: instance).program
      let session = try GLPKRelaxation(program)
      defer { session.close() }
      let answer = try session.solve(LPOptions(iterations: 40_000), monitor: SilentMonitor())
      if answer.status == .optimal { plan.relaxedObjective = answer.objective }
    }
    return plan
  }
}

extension PlacementGenerator.Size: ExpressibleByArgument {}
extension PlacementGenerator.Family: ExpressibleByArgument {}
