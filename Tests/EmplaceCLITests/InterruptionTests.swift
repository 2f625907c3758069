import EmplaceTestSupport
import Foundation
import Testing

extension CommandLineSuite {
  @Suite("emplace solve, interrupted")
  struct InterruptionTests {
    /// A search that goes on until something ends it, with its first plan on disk.
    private func begin(_ tool: CommandLineTool) throws -> RunningCommand {
      try tool.run("generate", "placement", "--size", "s", "--seed", "5", "--output", "f.json")
      let running = try tool.start([
        "solve", "f.json", "--time-limit", "300", "--format", "json", "--output", "plan.json",
      ])
      let plan = tool.folder.appendingPathComponent("plan.json").path
      #expect(waitUntil(seconds: 60) { FileManager.default.fileExists(atPath: plan) })
      return running
    }

    @Test(arguments: [SIGINT, SIGTERM])
    func aSignalReturnsTheBestPlan(signal: Int32) throws {
      let tool = try CommandLineTool()
      let running = try begin(tool)
      Thread.sleep(forTimeInterval: 0.5)
      running.send(signal)
      let sent = ContinuousClock.now
      let solve = try running.wait(patience: 30)
      if Effort.measuresSpeed { #expect((ContinuousClock.now - sent) < .seconds(8)) }
      #expect(solve.code == 0, "\(solve.errors)")
      #expect(!solve.wasKilled)
      let result = try ResultObject(solve.output)
      #expect(result.string("termination") == "cancelled")
      #expect(result.string("status") == "feasible")
      let verify = try tool.run("verify", "f.json", "plan.json")
      #expect(verify.code == 0, "\(verify.errors)")
      let objective = try #require(result.number("objective"))
      #expect(try tool.read("plan.json").contains("\"objective\": \(objective)"))
      #expect(tool.names == ["f.json", "plan.json"])
    }

    @Test func aKilledProcessLeavesAWholeVerifiedPlan() throws {
      for pause in [0.0, 0.7, 1.6] {
        let tool = try CommandLineTool()
        let running = try begin(tool)
        Thread.sleep(forTimeInterval: pause)
        running.send(SIGKILL)
        let solve = try running.wait(patience: 10)
        #expect(solve.wasKilled)
        let verify = try tool.run("verify", "f.json", "plan.json")
        #expect(verify.code == 0, "\(verify.errors)")
      }
    }
  }
}
