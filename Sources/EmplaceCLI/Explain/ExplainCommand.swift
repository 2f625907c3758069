import ArgumentParser
import Emplace
import Foundation

/// `emplace explain`
struct ExplainCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "explain", abstract: "Say why a demand is served here and not there.",
    discussion: """
      For every place that does not serve a demand it names the reason: the rule that makes it \
      inadmissible, the constraint that moving there would break, or what it would cost more, term \
      by term. The figures are the verifier's.

        emplace explain fleet.json fleet.solution.json --demand paris/chat
        emplace explain fleet.json fleet.solution.json --demand paris/chat --site lyon
        emplace explain fleet.json fleet.solution.json --site lyon
        emplace explain fleet.json fleet.solution.json

      With neither a demand nor a site it explains the demands that are not served whole.
      """)

  @Argument(help: "Files of the instance, then the solution.", completion: .file())
  var files: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @Option(help: ArgumentHelp("Demand to explain, by name.", valueName: "demand"))
  var demand: String?
  @Option(help: ArgumentHelp("Site to explain, by name.", valueName: "site")) var site: String?

  func perform() async throws {
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let split = try JudgedFiles(files, solutions: 1)
    let loaded = try reading.read(split.instance, threads: threads)
    let plan = try loaded.verifiedSolution(split.solutions[0])
    let names = loaded.instance
    let demandIndex = try demand.map { name throws(CommandFailure) in
      try Self.index(of: name, among: names.demands.map(\.name), "demand")
    }
    let siteIndex = try site.map { name throws(CommandFailure) in
      try Self.index(of: name, among: names.sites.map(\.name), "site")
    }
    let explanation = Explanation(loaded, plan)
    if let demandIndex {
      Console.write(explanation.text(demand: demandIndex, site: siteIndex))
    } else if let siteIndex {
      Console.write(explanation.text(site: siteIndex))
    } else {
      Console.write(explanation.unserved)
    }
  }

  private static func index(
    of name: String, among names: [String], _ what: String
  ) throws(CommandFailure) -> Int {
    if let index = names.firstIndex(of: name) { return index }
    throw CommandFailure(
      .badInput,
      "--\(what) \(name): the instance has no such \(what). "
        + Algorithms.suggestion(for: name, among: Array(names.prefix(100_000))))
  }
}
