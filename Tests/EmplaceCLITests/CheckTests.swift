import Foundation
import Testing

extension CommandLineSuite {
  @Suite("emplace verify")
  struct CheckTests {
    private func solved(_ tool: CommandLineTool) throws {
      try tool.write(Benchmarks.gap, to: "gap.txt")
      let solve = try tool.run(
        "solve", "gap.txt", "--from", "gap", "--output", "plan.json", "--certificate", "proof.json")
      #expect(solve.code == 0, "\(solve.errors)")
    }

    private func verify(_ tool: CommandLineTool) throws -> CommandLineTool.Result {
      try tool.run(
        "verify", "gap.txt", "plan.json", "--from", "gap", "--certificate", "proof.json")
    }

    /// One digit changed in either file is refused; every fifth digit, as each takes a process.
    @Test(arguments: ["plan.json", "proof.json"])
    func forgeriesAreRefused(file: String) throws {
      let tool = try CommandLineTool()
      try solved(tool)
      #expect(try verify(tool).code == 0)
      let original = try tool.read(file)
      let digits = original.indices.filter { original[$0].isNumber }
      for (count, index) in digits.enumerated() where count % 5 == 0 {
        var forged = original
        let digit = original[index] == "7" ? "3" : "7"
        forged.replaceSubrange(index...index, with: digit)
        try tool.write(forged, to: file)
        let result = try verify(tool)
        let isSchema =
          original[..<index].hasSuffix("emplace/solution/")
          || original[..<index].hasSuffix("emplace/certificate/")
        #expect(result.code == (isSchema ? 2 : 5), "\(result.errors)")
        #expect(result.errors.contains(file))
      }
    }

    @Test func aBrokenPlanNamesItsConstraint() throws {
      let tool = try CommandLineTool()
      try solved(tool)
      // Capacities shrink after the plan was made: another digest.
      try tool.write(
        Benchmarks.gap.replacingOccurrences(of: "14 13 13", with: "14 13 12"), to: "gap.txt")
      let result = try verify(tool)
      #expect(result.code == 5)
      #expect(result.errors.contains("the instance was changed after this file was made"))
    }

    @Test func unreadableAnswersAreTwo() throws {
      let tool = try CommandLineTool()
      try solved(tool)
      let plan = try tool.read("plan.json")
      for text in ["", "{", "[]", "{}", String(plan.dropLast(20)), plan + "x"] {
        try tool.write(text, to: "plan.json")
        let result = try verify(tool)
        #expect(result.code == 2, "\(result.errors)")
        #expect(result.errors.contains("plan.json"))
      }
      #expect(try tool.run("verify", "gap.txt", "--from", "gap").code == 2)
      #expect(try tool.run("verify", "gap.txt", "none.json", "--from", "gap").code == 2)
    }

    @Test func comparesAndExplains() throws {
      let tool = try CommandLineTool()
      try tool.run("generate", "placement", "--size", "tiny", "--seed", "1", "--output", "f.json")
      try tool.run(
        "solve", "f.json", "--algorithm", "greedy-nearest", "--iteration-limit", "1", "--output",
        "a.json")
      try tool.run("solve", "f.json", "--iteration-limit", "400", "--output", "b.json")
      let compare = try tool.run("compare", "f.json", "a.json", "b.json")
      #expect(compare.code == 0, "\(compare.errors)")
      #expect(compare.output.hasPrefix("b.json is better than a.json by "))
      for title in ["Cost, EUR per hour", "Replicas", "Demands"] {
        #expect(compare.output.contains(title))
      }
      let same = try tool.run("compare", "f.json", "b.json", "b.json")
      #expect(same.output.hasPrefix("The two plans are the same."))
      let text = try tool.read("b.json")
      let demand = try #require(
        text.split(separator: "{\"demand\": \"", maxSplits: 1).last?.split(separator: "\"").first)
      let explain = try tool.run("explain", "f.json", "b.json", "--demand", String(demand))
      #expect(explain.code == 0, "\(explain.errors)")
      #expect(explain.output.hasPrefix("\(demand): "))
      #expect(explain.output.contains("Served"))
      #expect(
        explain.output.contains("would cost") || explain.output.contains("would break")
          || explain.output.contains("not admissible"))
      let site = try tool.run("explain", "f.json", "b.json", "--site", "dublin-cloud")
      #expect(site.code == 0, "\(site.errors)")
      #expect(site.output.contains("Used of what it has"))
      let both = try tool.run(
        "explain", "f.json", "b.json", "--demand", String(demand), "--site", "dublin-cloud")
      #expect(both.code == 0, "\(both.errors)")
      let wrong = try tool.run("explain", "f.json", "b.json", "--site", "dublin-clod")
      #expect(wrong.code == 2)
      #expect(wrong.errors.contains("Maybe dublin-cloud."))
      #expect(try tool.run("explain", "f.json", "b.json").code == 0)
    }

    @Test func validateSaysWhatThereIs() throws {
      let tool = try CommandLineTool()
      try tool.run("generate", "placement", "--size", "tiny", "--seed", "1", "--output", "f.json")
      let result = try tool.run("validate", "f.json")
      #expect(result.code == 0)
      #expect(result.output.hasPrefix("metro-tiny-1: valid\ndigest "))
      #expect(result.output.contains("arcs per demand, mean"))
    }
  }
}

extension CommandLineSuite {
  @Suite("emplace generate and export")
  struct ExchangeTests {
    @Test func generatesTheSameFleetEverywhere() throws {
      let tool = try CommandLineTool()
      let arguments = [
        "generate", "placement", "--size", "tiny", "--family", "lumpy", "--seed", "9",
      ]
      let printed = try tool.run(arguments)
      #expect(printed.code == 0)
      #expect(try tool.run(arguments + ["--output", "f.json"]).output == "")
      #expect(try tool.read("f.json") == printed.output)
      let figures = try tool.run(arguments + ["--describe"])
      #expect(figures.code == 0)
      #expect(figures.output.contains("share of the cost for unserved demand"))
    }

    @Test(arguments: ["mps", "lp"])
    func exportsTheWholeProgram(format: String) throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "gap.txt")
      let arguments = ["export", "gap.txt", "--from", "gap", "--format", format]
      let printed = try tool.run(arguments)
      #expect(printed.code == 0)
      #expect(printed.output.contains("P1"))
      try tool.run(arguments + ["--output", "program"])
      #expect(try tool.read("program") == printed.output)
      let tight = try tool.run(arguments + ["--links", "disaggregated"])
      #expect(tight.code == 0)
    }

    /// Another solver reads what is written and finds the same optimum.
    @Test func anotherSolverAgrees() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "gap.txt")
      try tool.run(
        "export", "gap.txt", "--from", "gap", "--format", "mps", "--output", "gap.mps")
      let solver = try tool.shell(
        "command -v glpsol >/dev/null || exit 99; glpsol --freemps gap.mps")
      guard solver.code != 99 else {
        print("glpsol is not installed: its answer to the exported MPS is not compared")
        return
      }
      #expect(solver.output.contains("4.700000000e+01"), "\(solver.output)")
    }

    @Test(
      arguments: [
        "solve", "verify", "validate", "explain", "compare", "export", "generate placement",
        "import values",
      ])
    func helpTeaches(command: String) throws {
      let tool = try CommandLineTool()
      let result = try tool.run(command.split(separator: " ").map(String.init) + ["--help"])
      #expect(result.code == 0)
      #expect(result.output.contains("OVERVIEW"))
      #expect(result.output.contains("emplace \(command)"))
      for option in result.output.split(separator: "\n") where option.contains("--from <") {
        #expect(result.output.contains("--sense"))
      }
    }
  }
}
