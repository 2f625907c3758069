import ArgumentParser
import Emplace

/// `emplace`
@main
struct EmplaceCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "emplace",
    abstract: "Place AI models on edge hardware, and say how good the placement is.",
    discussion: """
      Emplace reads a fleet (sites, hardware, models, demand), decides which model variants run \
      where and who is served from where, and hands back a plan whose cost and lower bound anybody \
      can check.

        emplace generate placement --size s --seed 1 --output fleet.json
        emplace solve fleet.json --certificate proof.json
        emplace verify fleet.json fleet.solution.json --certificate proof.json
        emplace report fleet.json fleet.solution.json --html plan.html

      Files are positional. Commands that judge a plan take the files of the instance first and the \
      solution last.
      """,
    version: Emplace.version,
    groupedSubcommands: [
      CommandGroup(name: "Plan", subcommands: [SolveCommand.self]),
      CommandGroup(name: "Check", subcommands: [VerifyCommand.self, ValidateCommand.self]),
      CommandGroup(
        name: "Explain",
        subcommands: [
          ExplainCommand.self, CompareCommand.self, WhatIfCommand.self, ReportCommand.self,
        ]),
      CommandGroup(
        name: "Import and export",
        subcommands: [GenerateCommand.self, ImportCommand.self, ExportCommand.self]),
    ])

  static func main() async {
    Clock.begin()
    Console.ignoreBrokenPipes()
    do {
      var command = try parseAsRoot()
      if var command = command as? any AsyncParsableCommand {
        try await command.run()
      } else {
        try command.run()
      }
    } catch {
      exit(withError: error)
    }
  }
}
