import Foundation
import Testing

extension CommandLineSuite {
  @Suite("Bad input on the command line")
  struct BadInputTests {
    @Test(arguments: [
      ["solve"], ["solve", "f.json", "--algorithm", "atuo"], ["solve", "f.json", "--gap", "2"],
      ["solve", "f.json", "--gap", "nan"], ["solve", "f.json", "--time-limit", "0"],
      ["solve", "f.json", "--time-limit", "-1"], ["solve", "f.json", "--time-limit", "inf"],
      ["solve", "f.json", "--iteration-limit", "0"], ["solve", "f.json", "--threads", "0"],
      ["solve", "f.json", "--seed", "-1"], ["solve", "f.json", "--backend", "cplex"],
      ["solve", "f.json", "--problem", "packing"], ["solve", "f.json", "--from", "mps"],
      ["solve", "f.json", "--sense", "max"], ["solve", "f.json", "--format", "xml"],
      ["solve", "f.json", "--unknown"], ["export", "f.json"], ["generate", "placement"],
      ["generate", "placement", "--seed", "1", "--size", "huge"], ["frobnicate"],
    ])
    func wrongUsageIsSixtyFour(arguments: [String]) throws {
      let tool = try CommandLineTool()
      let result = try tool.run(arguments)
      #expect(result.code == 64, "\(result.errors)")
      #expect(result.errors.contains("Error:"))
      #expect(tool.names == [])
    }

    @Test func aWrongNameGetsASuggestion() throws {
      let tool = try CommandLineTool()
      #expect(
        try tool.run("solve", "f.json", "--algorithm", "lagrangean").errors
          .contains("Maybe lagrangian."))
      #expect(
        try tool.run("solve", "f.json", "--gap", "1.5").errors.contains("Maybe 0.015"))
    }

    /// Every command that reads an instance meets the same bad files with the same code.
    @Test(arguments: ["solve", "validate", "export", "verify", "explain", "compare"])
    func unreadableFilesAreTwo(command: String) throws {
      let tool = try CommandLineTool()
      try tool.write("", to: "empty.json")
      try tool.write("{\"schema\": \"emplace/fleet/1\"", to: "cut.json")
      try tool.write("not a fleet at all", to: "text.json")
      try tool.write("{\"schema\": \"emplace/solution/1\"}", to: "other.json")
      try FileManager.default.createDirectory(
        at: tool.folder.appendingPathComponent("folder"), withIntermediateDirectories: true)
      let before = tool.names
      let rest: [String] =
        switch command {
        case "export": ["--format", "mps"]
        case "verify", "explain": ["plan.json"]
        case "compare": ["a.json", "b.json"]
        default: []
        }
      for name in ["missing.json", "empty.json", "cut.json", "text.json", "other.json", "folder"] {
        let result = try tool.run([command, name] + rest, patience: 20)
        #expect(result.code == 2, "\(command) \(name): \(result.errors)")
        #expect(result.errors.contains(name))
        #expect(result.output == "")
        let benchmark = try tool.run([command, name] + rest + ["--from", "gap"], patience: 20)
        #expect(benchmark.code == 2, "\(command) \(name): \(benchmark.errors)")
        #expect(benchmark.errors.contains(name))
      }
      #expect(tool.names == before)
    }

    @Test func everyProblemOfAFleetIsReportedAtOnce() throws {
      let tool = try CommandLineTool()
      try tool.write(
        #"{"schema": "emplace/fleet/1", "name": "x", "currency": "EUR", "stes": [], "horizn": 1}"#,
        to: "f.json")
      let result = try tool.run("validate", "f.json")
      #expect(result.code == 2)
      #expect(result.errors.contains("stes"))
      #expect(result.errors.contains("horizn"))
      #expect(result.errors.contains("Maybe"))
      for line in result.errors.split(separator: "\n") { #expect(line.hasPrefix("emplace: ")) }
    }

    @Test func aBenchmarkIsOneFile() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "a.txt")
      try tool.write(Benchmarks.gap, to: "b.txt")
      let result = try tool.run("solve", "a.txt", "b.txt", "--from", "gap")
      #expect(result.code == 2)
      #expect(result.errors.contains("Maybe --from fleet"))
    }

    @Test(arguments: ["missing/plan.json", "gap.txt/plan.json", "folder", "gap.txt"])
    func anUnusableOutputIsFoundBeforeTheSearch(output: String) throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "gap.txt")
      try FileManager.default.createDirectory(
        at: tool.folder.appendingPathComponent("folder"), withIntermediateDirectories: true)
      for option in ["--output", "--certificate"] {
        let result = try tool.run("solve", "gap.txt", "--from", "gap", option, output, patience: 20)
        #expect(result.code == 2, "\(result.errors)")
        #expect(result.errors.contains(output))
        #expect(result.output == "")
      }
      #expect(tool.names == ["folder", "gap.txt"])
      #expect(try tool.read("gap.txt") == Benchmarks.gap)
    }

    @Test func aLinkStaysALinkAndADeviceIsWrittenTo() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "gap.txt")
      try tool.write("old", to: "target.json")
      try FileManager.default.createSymbolicLink(
        atPath: tool.folder.appendingPathComponent("link.json").path,
        withDestinationPath: "target.json")
      #expect(
        try tool.run("solve", "gap.txt", "--from", "gap", "--output", "link.json").code == 0)
      #expect(try tool.read("target.json").contains("emplace/solution/1"))
      #expect(tool.names == ["gap.txt", "link.json", "target.json"])
      #expect(
        try tool.run("solve", "gap.txt", "--from", "gap", "--output", "/dev/null").code == 0)
    }

    @Test func aReaderThatGoesAwayIsNoCrash() throws {
      let tool = try CommandLineTool()
      try tool.run("generate", "placement", "--size", "s", "--seed", "1", "--output", "f.json")
      for line in [
        "emplace export f.json --format mps | head -c 10",
        "emplace generate placement --size s --seed 1 | head -c 10",
        "emplace solve f.json --iteration-limit 1 | head -c 1", "emplace --help | head -c 1",
      ] {
        let result = try tool.shell(line)
        #expect(result.code == 0, "\(line): \(result.errors)")
      }
    }
  }
}
