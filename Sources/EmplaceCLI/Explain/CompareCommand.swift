import ArgumentParser
import Emplace
import Foundation

/// `emplace compare`
struct CompareCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Say what differs between two plans, and what it costs.",
    discussion: """
      Both plans are verified first. Then: cost by terms, artifacts and replicas that come and go, \
      demands that are served elsewhere or no longer.

        emplace compare fleet.json monday.json tuesday.json
      """)

  @Argument(help: "Files of the instance, then two solutions.", completion: .file())
  var files: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions

  func perform() async throws {
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let split = try JudgedFiles(files, solutions: 2)
    let loaded = try reading.read(split.instance, threads: threads)
    let first = try loaded.verifiedSolution(split.solutions[0])
    let second = try loaded.verifiedSolution(split.solutions[1])
    let comparison = Comparison(
      .init(loaded.instance, first), .init(loaded.instance, second))
    Console.write(comparison.text(names: (split.solutions[0], split.solutions[1])))
  }
}
