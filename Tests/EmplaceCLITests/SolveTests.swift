import EmplaceTestSupport
import Foundation
import Testing

extension CommandLineSuite {
  @Suite("emplace solve")
  struct SolveTests {
    @Test func provesABenchmarkAndWritesItsFiles() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "gap.txt")
      let solve = try tool.run(
        "solve", "gap.txt", "--from", "gap", "--format", "json", "--certificate", "proof.json")
      #expect(solve.code == 0, "\(solve.errors)")
      #expect(solve.errors == "")
      let result = try ResultObject(solve.output)
      #expect(result.members.keys.sorted() == ResultObject.keys)
      #expect(result.string("schema") == "emplace/result/1")
      #expect(result.string("problem") == "placement")
      #expect(result.string("instance") == "gap.txt")
      #expect(result.string("digest")?.count == 64)
      #expect(result.string("algorithm") == "auto")
      #expect(result.string("backend") == "glpk")
      #expect(result.string("status") == "optimal")
      #expect(result.number("objective") == 47)
      #expect(result.number("bound") == 47)
      #expect(result.string("boundEvidence") == "verified")
      #expect(result.string("currency") == "")
      #expect(result.number("gap") == 0)
      #expect(result.number("closedGap") == 0)
      #expect(result.number("seed") == 1)
      #expect(result.string("version") == "0.1.0")
      #expect(result.string("output") == "gap.solution.json")
      let verify = try tool.run(
        "verify", "gap.txt", "gap.solution.json", "--from", "gap", "--certificate", "proof.json")
      #expect(verify.code == 0, "\(verify.errors)")
      #expect(verify.output.hasSuffix("bound proven\n"))
      #expect(tool.names == ["gap.solution.json", "gap.txt", "proof.json"])
    }

    @Test func maximisesWhereAsked() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "gap.txt")
      let options = ["--from", "gap", "--sense", "max"]
      let solve = try tool.run(
        ["solve", "gap.txt", "--format", "json", "--certificate", "proof.json"] + options)
      let result = try ResultObject(solve.output)
      #expect(result.string("status") == "optimal")
      #expect(result.number("objective") == 53)
      #expect(result.number("bound") == 53)
      let solution = try tool.read("gap.solution.json")
      #expect(solution.contains(#""sense": "max""#))
      #expect(solution.contains(#""objective": 53,"#))
      let verify = try tool.run(
        ["verify", "gap.txt", "gap.solution.json", "--certificate", "proof.json"] + options)
      #expect(verify.code == 0, "\(verify.errors)")
      let other = try tool.run("verify", "gap.txt", "gap.solution.json", "--from", "gap")
      #expect(other.code == 5)
      #expect(other.errors.contains("Maybe --sense max"))
    }

    @Test func fleetsSayWhatIsNotServedAndWhy() throws {
      let tool = try CommandLineTool()
      #expect(
        try tool.run("generate", "placement", "--size", "tiny", "--seed", "1", "--output", "f.json")
          .code == 0)
      let solve = try tool.run(
        "solve", "f.json", "--iteration-limit", "200", "--format", "json", "--output", "plan.json")
      #expect(solve.code == 0, "\(solve.errors)")
      let result = try ResultObject(solve.output)
      #expect(result.members.keys.sorted() == (ResultObject.keys + ["unserved"]).sorted())
      #expect(result.string("currency") == "EUR")
      #expect(result.string("output") == "plan.json")
      let rows = try #require(result.members["unserved"] as? [[String: Any]])
      #expect(!rows.isEmpty)
      for row in rows {
        #expect(
          row.keys.sorted() == ["class", "demands", "reasons", "requestsPerSecond", "share"])
        let demands = try #require(row["demands"] as? Int)
        let reasons = try #require(row["reasons"] as? [String: Int])
        #expect(reasons.values.reduce(0, +) == demands)
        let share = try #require(row["share"] as? Double)
        #expect((0...1).contains(share))
        #expect((demands == 0) == (share == 0))
      }
      #expect(try tool.run("verify", "f.json", "plan.json").code == 0)
    }

    @Test func textOpensWithDecisions() throws {
      let tool = try CommandLineTool()
      try tool.run("generate", "placement", "--size", "tiny", "--seed", "2", "--output", "f.json")
      let solve = try tool.run("solve", "f.json", "--iteration-limit", "200")
      #expect(solve.code == 0, "\(solve.errors)")
      let titles = [
        "What runs where", "Not served", "Cost, EUR per hour", "Changes from what runs now",
        "How it ended",
      ]
      let places = titles.map { solve.output.range(of: $0)?.lowerBound }
      for (title, place) in zip(titles, places) { #expect(place != nil, "\(title)") }
      #expect(places.compactMap { $0 } == places.compactMap { $0 }.sorted())
      #expect(solve.output.hasPrefix("metro-tiny-2: "))
      #expect(solve.output.contains("f.solution.json"))
    }

    @Test func withoutALimitItSaysWhenItStops() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.gap, to: "gap.txt")
      let solve = try tool.run("solve", "gap.txt", "--from", "gap")
      #expect(solve.code == 0)
      #expect(solve.output.contains("it stops after 60 s or at a gap of 0.1 %"))
    }

    @Test func theIterationLimitRepeatsToTheByte() throws {
      let tool = try CommandLineTool()
      try tool.run("generate", "placement", "--size", "tiny", "--seed", "3", "--output", "f.json")
      var files: Set<String> = []
      for _ in 0..<4 {
        let solve = try tool.run("solve", "f.json", "--iteration-limit", "300", "--seed", "7")
        #expect(solve.code == 0, "\(solve.errors)")
        files.insert(try tool.read("f.solution.json"))
      }
      #expect(files.count == 1)
    }

    @Test func aWarmStartIsTaken() throws {
      let tool = try CommandLineTool()
      try tool.run("generate", "placement", "--size", "tiny", "--seed", "4", "--output", "f.json")
      let first = try tool.run(
        "solve", "f.json", "--iteration-limit", "600", "--output", "a.json", "--format", "json")
      let second = try tool.run(
        "solve", "f.json", "--iteration-limit", "1", "--warm-start", "a.json", "--output", "b.json",
        "--algorithm", "local-search", "--format", "json")
      let better = try #require(try ResultObject(first.output).number("objective"))
      let result = try ResultObject(second.output)
      #expect(try #require(result.number("objective")) <= better)
    }

    @Test(arguments: [1.0, 3.0])
    func theTimeLimitCoversTheWholeCommand(limit: Double) throws {
      let tool = try CommandLineTool()
      try tool.run("generate", "placement", "--size", "s", "--seed", "1", "--output", "f.json")
      let solve = try tool.run(
        "solve", "f.json", "--time-limit", "\(limit)", "--certificate", "proof.json", "--format",
        "json")
      #expect(solve.code == 0, "\(solve.errors)")
      let result = try ResultObject(solve.output)
      #expect(result.string("termination") == "timeLimit")
      guard Effort.measuresSpeed else { return }
      #expect(solve.seconds < limit + 0.5)
      #expect(try #require(result.number("wallSeconds")) <= limit + 0.3)
    }

    @Test(arguments: ["mip"])
    func provenInfeasibleIsThree(algorithm: String) throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.infeasibleGap, to: "gap.txt")
      let solve = try tool.run(
        "solve", "gap.txt", "--from", "gap", "--time-limit", "20", "--certificate", "proof.json",
        "--format", "json", "--algorithm", algorithm)
      #expect(solve.code == 3, "\(solve.output)\(solve.errors)")
      let result = try ResultObject(solve.output)
      #expect(result.string("status") == "infeasible")
      #expect(result.isNull("objective"))
      #expect(result.isNull("output"))
      let conflict = try #require(result.members["conflict"] as? [String])
      #expect(!conflict.isEmpty)
      #expect(!tool.has("gap.solution.json"))
      let verify = try tool.run("verify", "gap.txt", "--from", "gap", "--certificate", "proof.json")
      #expect(verify.code == 0, "\(verify.errors)")
      #expect(verify.output.hasPrefix("infeasibility proven"))
    }

    @Test func nothingFoundIsFour() throws {
      let tool = try CommandLineTool()
      try tool.write(Benchmarks.infeasibleGap, to: "gap.txt")
      let solve = try tool.run(
        "solve", "gap.txt", "--from", "gap", "--algorithm", "greedy", "--format", "json")
      #expect(solve.code == 4)
      #expect(try ResultObject(solve.output).string("status") == "unknown")
      #expect(!tool.has("gap.solution.json"))
    }
  }
}
