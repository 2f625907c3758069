import Foundation
import Testing

extension CommandLineSuite {
  /// On fleets whose changes can be computed on paper: see the README of `tiny-hand`.
  @Suite("emplace whatif")
  struct WhatIfTests {
    /// A fleet with its optimal plan and the proof of it.
    private static func solved(_ name: String) throws -> CommandLineTool {
      let tool = try CommandLineTool()
      let file = ShippedInstance.root.appendingPathComponent("tiny-hand/\(name).json")
      try tool.write(try String(contentsOf: file, encoding: .utf8), to: "fleet.json")
      let solve = try tool.run(
        "solve", "fleet.json", "--iteration-limit", "50", "--output", "plan.json",
        "--certificate", "proof.json")
      #expect(solve.code == 0, "\(solve.errors)")
      return tool
    }

    private static let base = [
      "whatif", "fleet.json", "plan.json", "--iteration-limit", "50", "--certificate", "proof.json",
    ]

    /// Three sites that may hold an artifact: two of them do, for 5.90.
    @Test(arguments: [
      (["--pin", "rank=b"], 0.0, "same"), (["--forbid", "rank=c"], 1, "dearer"),
      (["--remove", "c"], 1, "dearer"), (["--remove", "a", "--remove", "b"], 3, "dearer"),
      (["--pin", "rank=a", "--pin", "rank=b", "--pin", "rank=c"], 1, "dearer"),
      (["--rate", "*=+50%"], 0.95, "dearer"), (["--rate", "at-c/rank=x0"], -2.3, "cheaper"),
    ]) func theChangeIsThatOfPaper(changes: [String], expected: Double, word: String) throws {
      let tool = try Self.solved("artifact-sharing")
      let answer = try tool.run(Self.base + changes + ["--format", "json"])
      #expect(answer.code == 0, "\(answer.errors)")
      let result = try ResultObject(answer.output)
      #expect(result.string("answer") == word)
      for key in ["least", "most"] {
        #expect(abs(try #require(result.number(key)) - expected) < 1e-9, "\(key)")
      }
    }

    /// Two nodes rented at 3 and two at 5.
    @Test func pricesOfNodesScaleRents() throws {
      let tool = try Self.solved("cover-and-load")
      let fleet = try JSONSerialization.jsonObject(with: Data(try tool.read("fleet.json").utf8))
      let types = (fleet as? [String: Any])?["nodeTypes"] as? [[String: Any]]
      let type = try #require(types?.first?["id"] as? String)
      let answer = try tool.run(Self.base + ["--price", "\(type)=-10%", "--format", "json"])
      #expect(answer.code == 0, "\(answer.errors)")
      let result = try ResultObject(answer.output)
      #expect(result.string("answer") == "cheaper")
      #expect(try #require(result.number("most")) == -1.6)
    }

    @Test func theAnswerHasItsMembers() throws {
      let tool = try Self.solved("artifact-sharing")
      let answer = try tool.run(Self.base + ["--rate", "*=+50%", "--format", "json"])
      let result = try ResultObject(answer.output)
      #expect(
        result.members.keys.sorted() == [
          "after", "answer", "before", "changes", "constantChange", "currency", "instance", "least",
          "most", "replicasStarted", "replicasStopped", "schema", "seed", "termination", "version",
          "wallSeconds",
        ])
      #expect(result.string("schema") == "emplace/whatif/1")
      #expect(result.members["changes"] as? [String] == ["rate *=+50%"])
      let before = try #require(result.members["before"] as? [String: Any])
      #expect(before.keys.sorted() == ["bound", "boundBy", "digest", "gap", "objective"])
      #expect((before["objective"] as? NSNumber)?.doubleValue == 5.9)
      #expect(before["boundBy"] as? String == "the certificate given")
      // Nothing is written that was not asked for.
      #expect(tool.names == ["fleet.json", "plan.json", "proof.json"])
    }

    @Test func theTextOpensWithTheAnswer() throws {
      let tool = try Self.solved("artifact-sharing")
      let text = try tool.run(Self.base + ["--forbid", "rank=c"])
      #expect(
        text.output.hasPrefix("forbid rank=c:\nThe best plan becomes dearer by +1.000000 EUR"))
      #expect(text.output.contains("rank/only at c"))
      let again = try tool.run(Self.base + ["--forbid", "rank=c"])
      #expect(again.output == text.output)
      // Without a certificate a bound is searched for.
      let other = try tool.run(
        "whatif", "fleet.json", "plan.json", "--time-limit", "3", "--forbid", "rank=c")
      #expect(other.output.contains("by +1.000000 EUR"))
      #expect(other.output.contains("by lagrangian"))
      #expect(other.seconds < 4)
    }

    /// Fleet, plan and proof after the change are checked by verify like any others.
    @Test(arguments: [
      ["--forbid", "rank=c"], ["--remove", "b"], ["--pin", "rank=b", "--rate", "at-*=x0.9"],
    ]) func bothSidesCanBeChecked(changes: [String]) throws {
      let tool = try Self.solved("artifact-sharing")
      let answer = try tool.run(
        Self.base + changes + [
          "--fleet-out", "changed.json", "--output", "changed.plan.json", "--certificate-out",
          "changed.proof.json", "--format", "json",
        ])
      #expect(answer.code == 0, "\(answer.errors)")
      let verify = try tool.run(
        "verify", "changed.json", "changed.plan.json", "--certificate", "changed.proof.json")
      #expect(verify.code == 0, "\(verify.errors)")
      let after = try #require(try ResultObject(answer.output).members["after"] as? [String: Any])
      let digest = try #require(after["digest"] as? String)
      #expect(try tool.read("changed.plan.json").contains(digest))
    }

    /// What is pinned where nothing can run leaves no plan, which is proven: code 3.
    @Test func whatLeavesNoPlanIsProven() throws {
      let tool = try Self.solved("artifact-sharing")
      let changes = ["--pin", "rank=c", "--remove", "c"]
      let text = try tool.run(
        Self.base + changes + [
          "--fleet-out", "changed.json", "--certificate-out", "changed.proof.json",
        ])
      #expect(text.code == 3, "\(text.output) \(text.errors)")
      #expect(text.output.contains("There is no plan after the change"))
      #expect(text.output.contains("P16[model=rank,site=c]"))
      let verify = try tool.run("verify", "changed.json", "--certificate", "changed.proof.json")
      #expect(verify.code == 0, "\(verify.errors)")
      let json = try tool.run(Self.base + changes + ["--format", "json"])
      let result = try ResultObject(json.output)
      #expect(result.string("answer") == "infeasible" && result.isNull("least"))
      #expect(result.members["conflict"] as? [String] == ["P16[model=rank,site=c]"])
    }

    @Test(arguments: [
      (["--pin", "rank"], Int32(64), "model=site is needed"),
      (["--rate", "x=20%"], 64, "+20%, -10% or x1.2"), (["--price", "=+2%"], 64, "Maybe"),
      ([], 64, "nothing is changed"),
      (["--from", "gap", "--remove", "a"], 64, "only fleets can be changed"),
      (["--remove", "d"], 2, "--remove d: the fleet has no such site. Maybe a."),
      (["--remove", "a", "--output", "plan.json"], 2, "would be overwritten"),
      (["--rate", "none*=+1%"], 2, "the fleet has no such demand"),
      (["--price", "servr=x1"], 2, "Maybe server."), (["--pin", "rnk=a"], 2, "Maybe rank."),
      (["--pin", "rank=a", "--forbid", "rank=a"], 2, "pinned at a and forbidden there"),
      (["--rate=*=x1000", "--rate=*=x1000", "--rate=*=x1000", "--rate=*=x1000"], 2, "too large"),
    ]) func mistakesAreExplained(arguments: [String], code: Int32, message: String) throws {
      let tool = try Self.solved("artifact-sharing")
      let result = try tool.run(
        ["whatif", "fleet.json", "plan.json", "--iteration-limit", "1"] + arguments)
      #expect(result.code == code, "\(result.errors)")
      #expect(result.errors.contains(message), "\(result.errors)")
    }

    /// Plans and proofs of other fleets, and of forged ones, are refused.
    @Test func theBaseIsJudgedFirst() throws {
      let tool = try Self.solved("artifact-sharing")
      let proof = try tool.read("proof.json")
      try tool.write(proof.replacingOccurrences(of: "5.9", with: "5.8"), to: "proof.json")
      let forged = try tool.run(Self.base + ["--remove", "a"])
      #expect(forged.code == 5 || forged.code == 2, "\(forged.errors)")
      #expect(forged.errors.contains("proof.json"))
      let plan = try tool.read("plan.json")
      try tool.write(plan.replacingOccurrences(of: "5.9", with: "5.8"), to: "plan.json")
      let other = try tool.run(Self.base + ["--remove", "a"])
      #expect(other.code == 2, "\(other.errors)")
      #expect(other.errors.contains("plan.json"))
    }
  }
}
