import Emplace
import Foundation
import Testing

extension CommandLineSuite {
  @Suite("emplace import values")
  struct ImportValuesTests {
    /// A plan, written as values of the exported columns, comes back to the byte.
    @Test(arguments: ["fleet", "gap", "sscflp", "cflp"])
    func aPlanComesBack(format: String) throws {
      let tool = try CommandLineTool()
      let from = ["--from", format]
      let bytes = try instanceFile(format, tool)
      let solve = try tool.run(
        ["solve", "i", "--iteration-limit", "300", "--output", "plan.json"] + from)
      #expect(solve.code == 0, "\(solve.errors)")
      let instance = try Self.instance(bytes, format, tool)
      let plan = try SolutionFile.read(
        Array(try tool.read("plan.json").utf8), file: "plan.json", for: instance)
      let values = PlacementFormulation(instance: instance).values(of: plan.solution)
      let export = try tool.run(["export", "i", "--format", "mps"] + from)
      let lines = zip(Self.columns(export.output), values).map { "\($0) \($1)" }
      #expect(lines.count == values.count)
      try tool.write(lines.reversed().joined(separator: "\n"), to: "values.txt")
      let made = try tool.run(
        ["import", "values", "i", "values.txt", "--output", "back.json"] + from)
      #expect(made.code == 0, "\(made.errors)")
      #expect(made.output.hasPrefix("objective "))
      #expect(try tool.read("back.json") == tool.read("plan.json"))
      let verify = try tool.run(["verify", "i", "back.json"] + from)
      #expect(verify.code == 0, "\(verify.errors)")
    }

    private func instanceFile(_ format: String, _ tool: CommandLineTool) throws -> [UInt8] {
      switch format {
      case "fleet":
        try tool.run("generate", "placement", "--size", "tiny", "--seed", "3", "--output", "i")
      case "gap": try tool.write(Benchmarks.gap, to: "i")
      default: try tool.write(Benchmarks.facility, to: "i")
      }
      return Array(try tool.read("i").utf8)
    }

    private static func instance(
      _ bytes: [UInt8], _ format: String, _ tool: CommandLineTool
    ) throws -> PlacementInstance {
      var instance: PlacementInstance
      switch format {
      case "fleet":
        let fleet = try FleetReader.read(files: [tool.folder.appendingPathComponent("i")])
        return try PlacementDerivation(fleet: fleet).instance(threads: 2)
      case "gap": instance = try GAPReader().read(bytes, file: "i")
      case "sscflp":
        instance = try FacilityReader(service: .singleSource).read(bytes, file: "i")
      default: instance = try FacilityReader(service: .multiSource).read(bytes, file: "i")
      }
      instance.name = "i"
      return instance
    }

    /// The columns of an exported program, in order.
    private static func columns(_ mps: String) -> [String] {
      let lines = mps.split(separator: "\n")
      guard let start = lines.firstIndex(of: "COLUMNS"), let end = lines.firstIndex(of: "RHS")
      else { return [] }
      var names: [String] = []
      for line in lines[start + 1..<end] where !line.contains("'MARKER'") {
        let name = String(line.split(separator: " ")[0])
        if names.last != name { names.append(name) }
      }
      return names
    }

    /// What another solver finds is a plan that holds, at the smallest sum there is.
    @Test func anotherSolversPlanHolds() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "i")
      let export = try tool.run(
        "export", "i", "--from", "gap", "--format", "mps", "--output", "i.mps")
      #expect(export.code == 0, "\(export.errors)")
      let solver = try tool.shell(
        "command -v glpsol >/dev/null || exit 99; glpsol --freemps i.mps --write raw >/dev/null")
      guard solver.code != 99 else {
        print("glpsol is not installed: its plan of an exported program is not imported")
        return
      }
      let values = try tool.read("raw").split(separator: "\n").filter { $0.hasPrefix("j ") }
        .map { $0.split(separator: " ")[2] }
      let lines = zip(Self.columns(try tool.read("i.mps")), values).map { "\($0)\t\($1)\r" }
      try tool.write(lines.joined(separator: "\n"), to: "values.txt")
      let made = try tool.run(
        "import", "values", "i", "values.txt", "--output", "plan.json", "--from", "gap")
      #expect(made.output == "objective 47\n", "\(made.errors)")
      #expect(try tool.run("verify", "i", "plan.json", "--from", "gap").code == 0)
    }

    /// Nobody is served: the file is written, and says what it breaks as verify does.
    @Test func aBrokenPlanIsWrittenAndRefused() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "i")
      // Agents are fixed at one.
      try tool.write("\ny[agent0] 1\ny[agent1] 1\ny[agent2] 1\n", to: "values.txt")
      let made = try tool.run(
        "import", "values", "i", "values.txt", "--output", "plan.json", "--from", "gap")
      #expect(made.code == 0)
      #expect(made.errors.contains("plan.json: the plan breaks P1"), "\(made.errors)")
      #expect(try tool.run("verify", "i", "plan.json", "--from", "gap").code == 5)
    }

    @Test func badValuesAreTwo() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "i")
      let arguments = [
        "import", "values", "i", "values.txt", "--output", "plan.json", "--from", "gap",
      ]
      let name = try #require(
        Self.columns(try tool.run("export", "i", "--from", "gap", "--format", "mps").output).first)
      let cases = [
        ("nobody 1", "nobody = 1"), ("\(name) one", "\(name) = one"),
        ("\(name) nan", "not a number"), ("\(name) 0.5", "\(name) = 0.5"),
        ("\(name) 0.9999", "from a whole number"), ("\(name) 1e30", "outside"),
        ("\(name)", "one number"), ("\(name) 1 2", "one number"),
        ("\(name) 1\n\(name) 1", "has a line already"),
      ]
      for (text, reason) in cases {
        try tool.write("\n" + text + "\n", to: "values.txt")
        let result = try tool.run(arguments)
        #expect(result.code == 2, "\(text): \(result.errors)")
        let line = text.contains("\n") ? 3 : 2
        #expect(result.errors.contains("values.txt:\(line): "), "\(result.errors)")
        #expect(result.errors.contains(reason), "\(result.errors)")
        #expect(result.errors.contains("Maybe"), "\(result.errors)")
        #expect(!tool.has("plan.json"))
      }
      try tool.remove("values.txt")
      #expect(try tool.run(arguments).code == 2)
      #expect(
        try tool.run("import", "values", "i", "--output", "plan.json", "--from", "gap").code == 2)
      #expect(try tool.run("import", "values", "i", "values.txt").code == 64)
    }
  }
}
