import Foundation
import Testing

extension CommandLineSuite {
  @Suite("Shipped instances")
  struct ShippedInstancesTests {
    /// What fits on paper is solved, proven and checked as its README computes it.
    @Test(arguments: try ["tiny-hand", "tiny-benchmarks"].flatMap(ShippedInstance.rows))
    func tinyInstancesAreAsComputed(instance: ShippedInstance) throws {
      let tool = try CommandLineTool()
      let reading = instance.files + ["--from", instance["from"]]
      let solve = try tool.run(
        ["solve"] + reading + [
          "--iteration-limit", "2000", "--output", "plan.json", "--certificate", "proof.json",
          "--format", "json",
        ])
      let result = try ResultObject(solve.output)
      #expect(result.string("digest") == instance["digest"])
      #expect(result.number("objective") == Double(instance["objective"]))
      #expect(result.string("status") == instance["status"], "\(solve.output)")
      #expect(result.number("bound") == Double(instance["bound"]))
      if instance["status"] == "infeasible" {
        try checkConflict(solve, result)
      } else {
        #expect(solve.code == 0, "\(solve.errors)")
        #expect(result.string("boundEvidence") == "verified")
      }
      guard tool.has("plan.json") else { return }
      let verify = try tool.run(
        ["verify"] + reading + ["plan.json", "--certificate", "proof.json"])
      #expect(verify.code == 0, "\(verify.errors)")
      #expect(verify.output.hasSuffix("bound proven\n"))
    }

    /// What contradicts what: all of the demand, one copy, and what a copy carries.
    private func checkConflict(_ solve: CommandLineTool.Result, _ result: ResultObject) throws {
      #expect(solve.code == 3, "\(solve.errors)")
      let conflict = try #require(result.members["conflict"] as? [String])
      for label in ["P1[", "P2[", "P11["] {
        #expect(conflict.contains { $0.hasPrefix(label) }, "\(conflict)")
      }
    }

    /// The MIP backend proves it.
    @Test func theConflictHasAProof() throws {
      let row = try #require(
        try ShippedInstance.rows(of: "tiny-hand").first { $0["status"] == "infeasible" })
      let tool = try CommandLineTool()
      let solve = try tool.run(
        ["solve"] + row.files + [
          "--algorithm", "mip", "--certificate", "proof.json", "--format", "json",
        ])
      try checkConflict(solve, try ResultObject(solve.output))
      let verify = try tool.run(["verify"] + row.files + ["--certificate", "proof.json"])
      #expect(verify.code == 0, "\(verify.errors)")
      #expect(verify.output.hasPrefix("infeasibility proven"))
    }

    /// A generated instance is what its command makes, to the byte.
    @Test(
      arguments: try ShippedInstance.sets.flatMap(ShippedInstance.rows)
        .filter { !$0.making.isEmpty })
    func generatedInstancesAreMadeByTheirCommand(instance: ShippedInstance) throws {
      let tool = try CommandLineTool()
      let made = try tool.run(instance.making + ["--output", "made.json"])
      #expect(made.code == 0, "\(made.errors)")
      let text = try tool.read("made.json")
      for file in instance.files {
        #expect(try String(contentsOfFile: file, encoding: .utf8) == text)
      }
      let validate = try tool.run("validate", "made.json")
      #expect(validate.output.contains("digest \(instance["digest"])\n"), "\(validate.output)")
    }

    @Test func everySetSaysWhatItIs() throws {
      #expect(ShippedInstance.sets.count >= 6)
      for set in ShippedInstance.sets {
        let readme = ShippedInstance.root.appendingPathComponent("\(set)/README.md")
        let text = try String(contentsOf: readme, encoding: .utf8)
        for row in try ShippedInstance.rows(of: set) {
          for file in row.files { #expect(FileManager.default.fileExists(atPath: file)) }
          #expect(text.contains(row["name"]), "\(row.testDescription)")
          if let objective = Double(row["objective"]), let bound = Double(row["bound"]) {
            #expect(bound <= objective)
          }
        }
      }
    }
  }
}
