import Emplace
import EmplaceTestSupport
import Foundation
import Testing

extension CommandLineSuite {
  /// The same instance, seed and iteration limit give the same files to the byte, with one thread
  /// as with two.
  ///
  /// `EMPLACE_REPEATS` asks for more runs with each number of threads.
  @Suite("Runs repeat to the byte")
  struct RepeatabilityTests {
    /// Instances of different shapes.
    enum Shape: String, CaseIterable {
      case metroTiny, lumpyTiny, metroSmall, assignment, location

      fileprivate var reading: [String] {
        switch self {
        case .metroTiny, .lumpyTiny, .metroSmall: []
        case .assignment: ["--from", "gap"]
        case .location: ["--from", "sscflp"]
        }
      }

      fileprivate func write(to name: String, _ tool: CommandLineTool) throws {
        switch self {
        case .metroTiny: try generate("tiny", "metro", name, tool)
        case .lumpyTiny: try generate("tiny", "lumpy", name, tool)
        case .metroSmall: try generate("s", "metro", name, tool)
        case .assignment: try tool.write(Benchmarks.gap, to: name)
        case .location: try tool.write(Benchmarks.facility, to: name)
        }
      }

      private func generate(
        _ size: String, _ family: String, _ name: String, _ tool: CommandLineTool
      ) throws {
        let result = try tool.run(
          "generate", "placement", "--size", size, "--family", family, "--seed", "5", "--output",
          name)
        #expect(result.code == 0, "\(result.errors)")
      }
    }

    @Test(
      arguments: Shape.allCases,
      [
        ("greedy", 1), ("local-search", 300), ("lagrangian", 60), ("mip", 3), ("auto", 60),
      ])
    func filesRepeat(shape: Shape, algorithm: (name: String, iterations: Int)) throws {
      let tool = try CommandLineTool()
      try shape.write(to: "instance", tool)
      let repeats = Int(Effort.number("EMPLACE_REPEATS") ?? 1)
      var files: Set<String> = []
      for threads in 1...2 {
        for _ in 0..<repeats {
          let result = try tool.run(
            ["solve", "instance", "--algorithm", algorithm.name, "--seed", "11"]
              + ["--iteration-limit", "\(algorithm.iterations)", "--threads", "\(threads)"]
              + ["--output", "plan.json", "--certificate", "proof.json"] + shape.reading)
          // One algorithm alone may find nothing within the limit; it repeats that, too.
          #expect([0, 4].contains(result.code), "\(result.errors)")
          let written = try ["plan.json", "proof.json"].map { name in
            guard tool.has(name) else { return "" }
            defer { try? tool.remove(name) }
            return try tool.read(name)
          }
          files.insert("\(result.code)\(written)")
        }
      }
      #expect(files.count == 1, "\(shape), \(algorithm.name)")
    }
  }
}
