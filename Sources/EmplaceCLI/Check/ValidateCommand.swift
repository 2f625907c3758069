import ArgumentParser
import Emplace
import Foundation

/// `emplace validate`
struct ValidateCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "validate", abstract: "Check an instance and say what was assumed.",
    discussion: """
      Reports every problem of the files at once, each with file, line, path, value and a way out; \
      or, when all holds, figures of the instance, what the catalogue filled in, and the demands \
      that nothing may serve, with the reason.

        emplace validate fleet.json
        emplace validate sites.json hardware.json demand.yaml
        emplace validate d05100 --from gap

      Exit codes: 0 all holds, 2 something is wrong.
      """)

  /// Lines of a list before it only counts.
  private static let lineLimit = 40

  @Argument(help: "Files of the instance.", completion: .file()) var instance: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions

  func perform() async throws {
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let loaded = try reading.read(instance, threads: threads)
    var text = "\(loaded.instance.name): valid\n\(digestLine(loaded))\n"
    text += FleetDescription(fleet: loaded.fleet, instance: loaded.instance).text + "\n"
    if let fleet = loaded.fleet { text += assumptions(fleet) }
    if let derivation = loaded.derivation { text += unservable(derivation, loaded.instance) }
    Console.write(text)
  }

  private func digestLine(_ loaded: LoadedInstance) -> String {
    "digest \(loaded.instance.digest)"
  }

  private func assumptions(_ fleet: Fleet) -> String {
    guard !fleet.assumptions.isEmpty else { return "" }
    var text = "\nAssumed, because the files leave it out\n"
    text += Figures.table(
      fleet.assumptions.prefix(Self.lineLimit).map { [$0.path, $0.value, $0.source] })
    let more = fleet.assumptions.count - Self.lineLimit
    return more > 0 ? text + "  and \(more) more\n" : text
  }

  private func unservable(
    _ derivation: PlacementDerivation, _ instance: PlacementInstance
  ) -> String {
    var hasArc = [Bool](repeating: false, count: instance.demands.count)
    for demand in instance.arcDemand { hasArc[Int(demand)] = true }
    let none = hasArc.indices.filter { !hasArc[$0] }
    guard !none.isEmpty else { return "" }
    var text =
      "\nNothing may serve these demands; how many (variant, pool) pairs each reason rules out\n"
    let listed = Array(none.prefix(Self.lineLimit))
    text += Figures.table(
      zip(listed, derivation.reasonCounts(demands: listed)).map { demand, counts in
        [
          instance.demands[demand].name,
          counts.map { "\($0.kind.rawValue) \($0.count)" }.joined(separator: ", "),
        ]
      })
    let more = none.count - Self.lineLimit
    return more > 0 ? text + "  and \(more) more\n" : text
  }
}
