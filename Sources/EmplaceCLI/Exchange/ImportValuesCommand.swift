import ArgumentParser
import Emplace
import Foundation

/// `emplace import values`
struct ImportValuesCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "values", abstract: "The plan behind another solver's answer.",
    discussion: """
      VALUES holds a line for every column of the program that export writes as MPS, whatever its \
      links: the name as it stands there, a blank, the value. Columns without a line are zero. \
      Values are rounded to whole numbers; one that is more than \(ColumnValues.tolerance) from one \
      is refused. Whether the plan holds is for verify to say.

        emplace export fleet.json --format mps --output fleet.mps
        emplace import values fleet.json values.txt --output plan.json
        emplace verify fleet.json plan.json

      Exit codes: 0 the plan is written, 2 a file cannot be read.
      """)

  @Argument(help: "Files of the instance, then the values.", completion: .file())
  var files: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions
  @Option(help: ArgumentHelp("Where the plan goes.", valueName: "file"), completion: .file())
  var output: String

  func perform() async throws {
    let split = try JudgedFiles(files, solutions: 1, called: "file of values")
    let bytes = try InputFile.bytes(of: split.solutions[0])
    let output = try OutputFile(output)
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let instance = try reading.read(split.instance, threads: threads).instance
    let formulation = PlacementFormulation(instance: instance)
    let values = try ColumnValues.read(
      bytes, file: split.solutions[0], for: formulation.program)
    let solution = formulation.solution(from: values)
    let verdict = Placement.verify(solution, against: instance)
    try output.write(
      SolutionFile(solution, objective: verdict.objective, of: instance), for: instance)
    guard let violation = verdict.violations.first else {
      return Console.write("objective \(instance.printed(verdict.objective))\n")
    }
    Console.complain(
      "\(output.path): the plan breaks \(violation). Maybe emplace verify lists more.")
  }
}
