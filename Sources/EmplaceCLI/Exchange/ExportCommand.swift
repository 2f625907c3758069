public import ArgumentParser
public import Emplace
import Foundation

/// `emplace export`
struct ExportCommand: EmplaceSubcommand {
  /// Formats of integer programs.
  enum Format: String, CaseIterable, ExpressibleByArgument {
    case mps, lp
  }

  static let configuration = CommandConfiguration(
    commandName: "export", abstract: "Write the integer program for other solvers.",
    discussion: """
      Writes the whole formulation, with its names, as free MPS or as LP. The objective is in the \
      unit of results; a maximising benchmark is written as the minimum of negated profits. Costs \
      that no decision changes are left out, as they are in results.

        emplace export fleet.json --format mps > fleet.mps
        emplace export fleet.json --format lp --relax-parts --output fleet.lp
        emplace export fleet.json --format mps --links disaggregated --output tight.mps
      """)

  @Argument(help: "Files of the instance.", completion: .file()) var instance: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @Option(help: "Format of the program.") var format: Format
  @Flag(help: "Let parts of a demand be fractions, where a demand has more than one part.")
  var relaxParts = false
  @Option(
    help: "plain, or disaggregated: with a row for every arc that its artifact opens (P3).")
  var links = PlacementFormulation.Links.plain
  @Option(
    help: ArgumentHelp("Where the program goes. (default: standard output)", valueName: "file"),
    completion: .file())
  var output: String?

  func perform() async throws {
    let file = try output.map { path throws(CommandFailure) in try OutputFile(path) }
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let instance = try reading.read(instance, threads: threads).instance
    let program = PlacementFormulation(instance: instance, links: links).program
    guard let file else {
      return try write(program) { _ = Console.write($0) }
    }
    try file.write { (sink) throws(CommandFailure) in
      try withoutActuallyEscaping(sink) { (sink) throws(CommandFailure) in
        let failure = Failure()
        do throws(BackendError) {
          try write(program) { (chunk) throws(BackendError) in
            do throws(CommandFailure) {
              try sink(chunk)
            } catch {
              failure.value = error
              throw .failed(error.message)
            }
          }
        } catch {
          throw failure.value ?? CommandFailure(error)
        }
      }
    }
  }

  /// What broke the writing of the file.
  private final class Failure {
    var value: CommandFailure?
  }

  private func write(
    _ program: IntegerProgram, to sink: @escaping ProgramTextSink
  ) throws(BackendError) {
    let options = ProgramTextOptions(relaxDivisible: relaxParts)
    switch format {
    case .mps: try MPSWriter.write(program, options: options, to: sink)
    case .lp: try LPWriter.write(program, options: options, to: sink)
    }
  }
}

extension PlacementFormulation.Links: ExpressibleByArgument {}
