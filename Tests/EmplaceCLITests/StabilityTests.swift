import Emplace
import Foundation
import Testing

extension CommandLineSuite {
  @Suite("emplace solve --stability")
  struct StabilityTests {
    @Test func fewReplicasMove() throws {
      let tool = try CommandLineTool()
      let monday = PlacementGenerator(size: .tiny, seed: 1).fleet()
      let factor = try #require(FleetChange.Factor("x2"))
      let tuesday = try monday.changed(by: [.rate(demand: monday.demands[0].id, by: factor)])
      try tool.write(FleetWriter.bytes(of: monday), to: "monday.json")
      try tool.write(FleetWriter.bytes(of: tuesday), to: "tuesday.json")
      let search = ["--algorithm", "local-search", "--iteration-limit"]
      let first = try tool.run(
        ["solve", "monday.json", "--output", "monday.plan.json"] + search + ["2000"])
      #expect(first.code == 0, "\(first.errors)")
      func solve(_ more: [String]) throws -> ResultObject {
        let result = try tool.run(
          [
            "solve", "tuesday.json", "--warm-start", "monday.plan.json", "--output", "plan.json",
            "--format", "json",
          ] + search + ["4000"] + more)
        #expect(result.code == 0, "\(result.errors)")
        let verify = try tool.run("verify", "tuesday.json", "plan.json")
        #expect(verify.code == 0, "\(verify.errors)")
        return try ResultObject(result.output)
      }
      func moves(_ result: ResultObject) throws -> Double {
        try #require(result.number("replicasStarted")) + #require(result.number("replicasStopped"))
      }
      let free = try solve([])
      let best = try #require(free.number("objective"))
      #expect(free.number("bestObjective") == best)
      let stable = try solve(["--stability", "0.02"])
      #expect(stable.number("bestObjective") == best)
      #expect(try #require(stable.number("objective")) <= best * 1.02 + 1e-6)
      #expect(try moves(stable) < moves(free))
      let same = try solve(["--stability", "0.02"])
      #expect(same.number("objective") == stable.number("objective"))
      #expect(try moves(same) == moves(stable))
    }

    @Test(arguments: [
      (["--stability", "0.1"], "Maybe --warm-start"),
      (["--stability", "1", "--warm-start", "a"], "a fraction from 0 up to 1"),
      (["--stability", "nan", "--warm-start", "a"], "a fraction from 0 up to 1"),
    ]) func mistakesAreExplained(arguments: [String], message: String) throws {
      let tool = try CommandLineTool()
      let result = try tool.run(["solve", "fleet.json"] + arguments)
      #expect(result.code == 64)
      #expect(result.errors.contains(message), "\(result.errors)")
    }
  }
}
