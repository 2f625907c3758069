import Emplace
import EmplaceTestSupport
import Foundation
import Testing

extension CommandLineSuite {
  /// One number changed anywhere in a plan or a proof is refused by the real command.
  ///
  /// `EMPLACE_FORGERIES` asks for more forgeries of each file; with a thousand of them every number
  /// of every file has its turn.
  @Suite("Forged numbers")
  struct ForgeryTests {
    /// Answers of different shapes.
    enum Answer: String, CaseIterable {
      case metro, lumpy, assignment, branching, location
      case infeasibleFleet, infeasibleAssignment

      /// The options that say how the instance is read.
      var reading: [String] {
        switch self {
        case .metro, .lumpy, .infeasibleFleet: []
        case .assignment, .branching, .infeasibleAssignment: ["--from", "gap"]
        case .location: ["--from", "cflp"]
        }
      }

      /// The instance.
      var text: String {
        switch self {
        case .metro: Self.fleet(.metro)
        case .lumpy: Self.fleet(.lumpy)
        case .assignment: Benchmarks.gap
        case .branching: Benchmarks.branchingGap
        case .location: Benchmarks.facility
        case .infeasibleFleet: Self.overloadedFleet
        case .infeasibleAssignment: Benchmarks.infeasibleGap
        }
      }

      private static func fleet(_ family: PlacementGenerator.Family) -> String {
        let fleet = PlacementGenerator(size: .tiny, family: family, seed: 3).fleet()
        return String(decoding: FleetWriter.bytes(of: fleet), as: UTF8.self)
      }

      /// A fleet that must serve everything on one node a pool, which is too little.
      private static var overloadedFleet: String {
        var document = DocumentValue(fleet(.lumpy))
        for place in document.all {
          switch place.steps.last {
          case .key("owned"): document = DocumentValue(document.replacing(place.steps, with: "1"))
          case .key("rentable"):
            document = DocumentValue(document.replacing(place.steps, with: "0"))
          case .key("unservedPricePerThousand"):
            document = DocumentValue(
              document.adding("leastServedShare", "1", to: place.steps.dropLast()))
          default: break
          }
        }
        return document.text
      }
    }

    /// Makes an instance with its answer; says which files the answer is.
    private func made(_ answer: Answer, _ tool: CommandLineTool) throws -> [String] {
      try tool.write(answer.text, to: "instance")
      let isInfeasible = answer == .infeasibleFleet || answer == .infeasibleAssignment
      let solve = try tool.run(
        ["solve", "instance", "--output", "plan.json", "--certificate", "proof.json"]
          + ["--iteration-limit", "300", "--algorithm", isInfeasible ? "mip" : "auto"]
          + answer.reading)
      #expect(solve.code == (isInfeasible ? 3 : 0), "\(solve.output)\(solve.errors)")
      #expect(try verify(answer, tool).code == 0)
      return isInfeasible ? ["proof.json"] : ["plan.json", "proof.json"]
    }

    private func verify(_ answer: Answer, _ tool: CommandLineTool) throws
      -> CommandLineTool.Result
    {
      let plan = tool.has("plan.json") ? ["plan.json"] : []
      return try tool.run(
        ["verify", "instance"] + plan + ["--certificate", "proof.json"] + answer.reading)
    }

    @Test(arguments: Answer.allCases)
    func oneNumberChangedIsRefused(answer: Answer) throws {
      let tool = try CommandLineTool()
      let most = Int(Effort.number("EMPLACE_FORGERIES") ?? 12)
      for file in try made(answer, tool) {
        let original = try tool.read(file)
        let forgeries = Forgeries(original)
        var kinds: Set<String> = []
        var count = 0
        for place in forgeries.places.indices {
          // One of each kind, and others at even distances.
          let isFirst = kinds.insert(forgeries.kind(ofPlace: place)).inserted
          let step = max(1, forgeries.places.count / most)
          guard isFirst || place % step == 0 else { continue }
          let way = Forgeries.Way.allCases[(place / step) % Forgeries.Way.allCases.count]
          try tool.write(forgeries.changed(place, way), to: file)
          let result = try verify(answer, tool)
          let what = "\(answer) \(file) \(forgeries.kind(ofPlace: place)) \(place) \(way)"
          #expect(!result.wasKilled && [2, 5].contains(result.code), "\(what): \(result.errors)")
          #expect(result.errors.contains(file), "\(what): \(result.errors)")
          count += 1
        }
        try tool.write(original, to: file)
        print("\(answer) \(file): \(count) of \(forgeries.places.count) numbers, \(kinds.sorted())")
        #expect(count >= min(most, forgeries.places.count))
      }
    }

    /// What a forger who knows how the checksum is made may change, because what he gets holds as
    /// well: decisions, the name of the instance, and multipliers and steps of cuts that the proof's
    /// value does not depend on.
    private static let free: Set<String> = [
      "plan.json instance", "plan.json replicas.count", "plan.json routes.parts",
      "plan.json isolatedUnits.count", "plan.json failureCases.routes.parts",
      "proof.json instance", "proof.json nodes.rows", "proof.json nodes.changes",
      "proof.json cuts.rows", "proof.json cuts.multipliers", "proof.json cuts.complemented",
      "proof.json cuts.divisor", "proof.json cuts.scale",
    ]

    /// He meets the verifier and the replay: no stated figure can be another one.
    @Test(arguments: Answer.allCases)
    func aNewChecksumDoesNotHelp(answer: Answer) throws {
      let tool = try CommandLineTool()
      let files = try made(answer, tool)
      let instance = try instance(answer, tool)
      let plan = files.count == 2 ? Array(try tool.read("plan.json").utf8) : nil
      let proof = Array(try tool.read("proof.json").utf8)
      #expect(Forgeries.resealed(proof) == proof)
      #expect(holds(plan, proof, instance))
      var passed: [String: Int] = [:]
      var count = 0
      let ways = Forgeries.Way.allCases
      let isThorough = Effort.number("EMPLACE_FORGERIES") != nil
      for file in files {
        let forgeries = Forgeries(try tool.read(file))
        let step = isThorough ? 1 : max(1, forgeries.places.count / 2000)
        for place in stride(from: 0, to: forgeries.places.count, by: step) {
          let kind = "\(file) \(forgeries.kind(ofPlace: place))"
          guard !kind.hasSuffix("checksum") else { continue }
          for way in isThorough ? ways : [ways[place % ways.count]] {
            let forged = Forgeries.resealed(forgeries.changed(place, way))
            count += 1
            if file == "plan.json"
              ? holds(forged, proof, instance) : holds(plan, forged, instance)
            {
              passed[kind, default: 0] += 1
            }
          }
        }
      }
      print("\(answer): \(count) resealed, of which hold", passed.sorted { $0.key < $1.key })
      #expect(Self.free.isSuperset(of: passed.keys), "\(passed.keys.sorted())")
    }

    /// Whether an answer would be taken, by the same calls as the command makes.
    private func holds(_ plan: [UInt8]?, _ proof: [UInt8], _ instance: PlacementInstance) -> Bool {
      do {
        let file = try CertificateFile.read(proof, file: "", for: instance)
        guard let plan else {
          return try file.check(on: instance) == .infeasible
        }
        let solution = try SolutionFile.read(plan, file: "", for: instance)
        let verdict = Placement.verify(solution.solution, against: instance)
        guard verdict.isFeasible, solution.states(verdict.objective, of: instance) else {
          return false
        }
        _ = try file.check(
          on: instance, holding: solution.solution, objective: verdict.objective)
        return true
      } catch {
        return false
      }
    }

    private func instance(_ answer: Answer, _ tool: CommandLineTool) throws -> PlacementInstance {
      let bytes = Array(try tool.read("instance").utf8)
      switch answer {
      case .metro, .lumpy, .infeasibleFleet:
        let fleet = try FleetReader.read(documents: [(name: "instance", bytes: bytes)])
        return try PlacementDerivation(fleet: fleet).instance(threads: 1)
      case .assignment, .branching, .infeasibleAssignment:
        return try GAPReader().read(bytes, file: "instance")
      case .location:
        return try FacilityReader(service: .multiSource).read(bytes, file: "instance")
      }
    }
  }
}
