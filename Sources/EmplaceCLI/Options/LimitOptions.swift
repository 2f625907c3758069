import ArgumentParser
import Emplace
import Foundation

/// When a search stops.
struct LimitOptions: ParsableArguments {
  /// What counts where nothing is asked for.
  static let defaultSeconds = 60.0
  static let defaultGap = 0.001

  @Option(
    help: ArgumentHelp(
      "Seconds for the whole command: reading, search, replay of the certificate, writing.",
      valueName: "seconds"))
  var timeLimit: Double?

  @Option(
    help: ArgumentHelp(
      "Iterations of the algorithm; with this limit alone a run repeats to the byte.",
      valueName: "n"))
  var iterationLimit: Int?

  @Option(
    help: ArgumentHelp("Relative gap at which to stop: 0.01 is one percent.", valueName: "fraction")
  )
  var gap: Double?

  @Option(help: ArgumentHelp("Where every random draw comes from.", valueName: "n"))
  var seed: UInt64 = 1

  @Option(help: ArgumentHelp("Threads to use. (default: the processor's cores)", valueName: "n"))
  var threads: Int?

  func validate() throws {
    if let timeLimit, !(timeLimit > 0 && timeLimit < 1e9) {
      throw ValidationError("--time-limit \(timeLimit): a positive number of seconds is needed.")
    }
    if let iterationLimit, iterationLimit < 1 {
      throw ValidationError("--iteration-limit \(iterationLimit): at least 1 is needed.")
    }
    if let gap, !(gap >= 0 && gap < 1) {
      let hint = gap >= 1 && gap < 100 ? " Maybe \(gap / 100), if percent is meant." : ""
      throw ValidationError(
        "--gap \(gap): a fraction from 0 up to 1 is needed.\(hint)"
      )
    }
    if let threads, !(1...1024).contains(threads) {
      throw ValidationError("--threads \(threads): a number from 1 to 1024 is needed.")
    }
  }

  /// Whether no limit was asked for.
  var isDefault: Bool { timeLimit == nil && iterationLimit == nil && gap == nil }

  /// Seconds for the whole command, nil without limit.
  var seconds: Double? { isDefault ? Self.defaultSeconds : timeLimit }

  /// Threads that are used.
  var threadCount: Int { threads ?? max(1, ProcessInfo.processInfo.activeProcessorCount) }

  /// The limits of a search that has `seconds` left.
  func limits(seconds: Double?) -> Limits {
    Limits(
      timeSeconds: seconds, iterations: iterationLimit,
      gap: gap ?? (isDefault ? Self.defaultGap : 0), threads: threadCount)
  }

  /// What ends the search, in words.
  var rule: String {
    if isDefault { return "no limit was given: it stops after 60 s or at a gap of 0.1 %" }
    var parts: [String] = []
    if let timeLimit { parts.append("after \(PlainNumber(Int64(timeLimit * 1000), unit: 1000)) s") }
    if let iterationLimit { parts.append("after \(iterationLimit) iterations") }
    if let gap { parts.append("at a gap of \(Figures.percent(gap))") }
    return "it stops " + parts.joined(separator: " or ")
  }
}
