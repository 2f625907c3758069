import Emplace
import EmplaceTestSupport
import Foundation
import Testing

extension CommandLineSuite {
  /// Files that are made to break it, through the real command: no signal, no hang, and one of four
  /// ends, each with what belongs to it.
  ///
  /// `EMPLACE_HOSTILE_CASES` asks for more cases, `EMPLACE_HOSTILE_SEED` for others,
  /// `EMPLACE_HOSTILE_SECONDS` for longer searches; files of cases that fail are left in
  /// `EMPLACE_HOSTILE_FOLDER`.
  @Suite("Hostile files, through the command")
  struct HostileCommandTests {
    /// Seconds beyond its limit after which a command counts as hanging.
    private static let patience = Effort.measuresSpeed ? 5.0 : 60.0
    private let tool: CommandLineTool
    private let seconds = Effort.number("EMPLACE_HOSTILE_SECONDS") ?? 0.25

    init() throws { tool = try CommandLineTool() }

    @Test func everyCaseEndsWell() throws {
      let first = UInt64(Effort.number("EMPLACE_HOSTILE_SEED") ?? 1)
      let count = UInt64(Effort.number("EMPLACE_HOSTILE_CASES") ?? 150)
      var ends: [Int32: Int] = [:]
      var longest = 0.0
      for seed in first..<first + count {
        let (result, failures) = try attempt(seed)
        ends[result.code, default: 0] += 1
        longest = max(longest, result.seconds)
        for failure in failures { Issue.record("seed \(seed): \(failure)") }
        if !failures.isEmpty { try keep(seed) }
      }
      print("exit codes", ends.sorted { $0.key < $1.key }, "longest", longest, "s")
      // The corpus must reach both the readers' messages and the solvers.
      if count >= 150 {
        #expect(ends[0] ?? 0 > Int(count) / 5)
        #expect(ends[2] ?? 0 > Int(count) / 5)
      }
    }

    /// Batch limits and prefills far beyond any hardware: the reasons why demands are not served
    /// take no longer than the search.
    @Test func unreasonableProfilesEndSoon() throws {
      let fleet = PlacementGenerator(size: .tiny, family: .lumpy, seed: 1).fleet()
      var document = DocumentValue(String(decoding: FleetWriter.bytes(of: fleet), as: UTF8.self))
      for place in document.all {
        switch place.steps.last {
        case .key("batchLimit") where place.value.isNumber:
          document = DocumentValue(document.replacing(place.steps, with: "1000000"))
        case .key("prefillPerTokenMs"):
          document = DocumentValue(document.replacing(place.steps, with: "1000"))
        default: break
        }
      }
      try tool.write(document.text, to: "fleet.json")
      let result = try tool.run("solve", "fleet.json", "--time-limit", "1", "--algorithm", "greedy")
      #expect(result.code == 0, "\(result.errors)")
      #expect(result.seconds < 1 + Self.patience)
    }

    // MARK: One case

    /// Solves a case and says what is wrong with how it ended.
    private func attempt(_ seed: UInt64) throws
      -> (result: CommandLineTool.Result, failures: [String])
    {
      let attack = HostileCase(seed: seed)
      for name in tool.names where name != Self.otherPlan && name != Self.otherProof {
        try tool.remove(name)
      }
      for (name, bytes) in attack.files { try tool.write(bytes, to: name) }
      var arguments =
        ["solve"] + attack.names + attack.reading
        + [
          "--algorithm", attack.algorithm, "--threads", "1", "--time-limit", "\(seconds)",
          "--seed", "\(seed)", "--format", seed % 2 == 0 ? "json" : "text", "--output", "plan.json",
          "--certificate", "proof.json",
        ]
      if seed % 3 == 0, tool.has(Self.otherPlan) { arguments += ["--warm-start", Self.otherPlan] }
      let result = try tool.run(arguments, patience: 60)
      var failures = judged(result)
      if result.seconds > seconds + Self.patience { failures.append("took \(result.seconds) s") }
      if result.code == 0 || result.code == 3 {
        let instance = attack.names + attack.reading
        failures += try verified(instance, hasPlan: result.code == 0)
        failures += try refused(instance)
        if result.code == 0 { try tool.rename("plan.json", to: Self.otherPlan) }
        if tool.has("proof.json") { try tool.rename("proof.json", to: Self.otherProof) }
      }
      return (result, failures.map { "\(arguments.joined(separator: " ")): \($0)" })
    }

    private static let otherPlan = "other-plan.json"
    private static let otherProof = "other-proof.json"

    /// What must go with each exit code.
    private func judged(_ result: CommandLineTool.Result) -> [String] {
      if result.wasKilled { return ["ended by signal \(result.code)"] }
      var failures: [String] = []
      if result.errors.contains(" fails at ") { failures.append(result.errors) }
      let (hasPlan, hasProof) = (tool.has("plan.json"), tool.has("proof.json"))
      switch result.code {
      case 0 where !hasPlan: failures.append("no plan is written")
      case 2:
        if !result.output.isEmpty || hasPlan || hasProof { failures.append("something is written") }
        let lines = result.errors.split(separator: "\n")
        if lines.isEmpty || !lines.allSatisfy({ $0.hasPrefix("emplace: ") }) {
          failures.append("no message: \(result.errors)")
        }
      case 3 where !hasProof || hasPlan: failures.append("no certificate, or a plan")
      case 4 where hasPlan: failures.append("a plan is written")
      case 0, 3, 4: break
      default: failures.append("exit code \(result.code): \(result.errors)")
      }
      return failures
    }

    /// The answer holds, as `emplace verify` says.
    private func verified(_ instance: [String], hasPlan: Bool) throws -> [String] {
      let proof = tool.has("proof.json") ? ["--certificate", "proof.json"] : []
      let result = try tool.run(
        ["verify"] + instance + (hasPlan ? ["plan.json"] : []) + proof, patience: 60)
      if result.wasKilled || result.code != 0 {
        return ["verify ends with \(result.code): \(result.errors)"]
      }
      return result.seconds > Self.patience ? ["verify took \(result.seconds) s"] : []
    }

    /// Answers of another instance do not hold.
    private func refused(_ instance: [String]) throws -> [String] {
      var failures: [String] = []
      let own = try digest(tool.has("plan.json") ? "plan.json" : "proof.json")
      if try digest(Self.otherPlan) ?? own != own {
        let result = try tool.run(["verify"] + instance + [Self.otherPlan], patience: 60)
        if result.wasKilled || result.code != 5 {
          failures.append("another's plan: \(result.code), \(result.errors)")
        }
      }
      if try digest(Self.otherProof) ?? own != own {
        let plan = tool.has("plan.json") ? ["plan.json"] : []
        let result = try tool.run(
          ["verify"] + instance + plan + ["--certificate", Self.otherProof], patience: 60)
        if result.wasKilled || result.code != 5 && result.code != 2 {
          failures.append("another's proof: \(result.code), \(result.errors)")
        }
      }
      return failures
    }

    /// The line of a file's instance; small changes may lead to the same one twice.
    private func digest(_ name: String) throws -> Substring? {
      guard tool.has(name) else { return nil }
      return try tool.read(name).split(separator: "\n").first { $0.hasPrefix("\"digest\"") }
    }

    /// Leaves the files of a failed case where somebody asked for them.
    private func keep(_ seed: UInt64) throws {
      guard let folder = Effort.text("EMPLACE_HOSTILE_FOLDER") else { return }
      let target = URL(fileURLWithPath: folder).appendingPathComponent("\(seed)")
      try? FileManager.default.removeItem(at: target)
      try FileManager.default.copyItem(at: tool.folder, to: target)
    }
  }
}
