import Emplace
import Foundation
import Testing

@Suite("README")
struct ReadmeTests {
  // The lines between the markers stand in the README.
  // snippet
  func plan(_ file: URL) async throws -> String {
    let fleet = try FleetReader.read(files: [file])
    let instance = try PlacementDerivation(fleet: fleet).instance(threads: 2)
    let driver = SolveDriver<Placement>(
      solver: LocalSearchPlacement(), limits: Limits(iterations: 2_000), seed: 1)
    let result = try await driver.solve(
      instance, program: { PlacementFormulation.forBounds(of: instance).program })
    guard let incumbent = result.incumbent else { return "nothing found" }
    let verdict = Placement.verify(incumbent.solution, against: instance)
    return "\(instance.printed(verdict.objective)) \(instance.currency) per hour"
  }
  // snippet

  @Test func theSnippetRuns() async throws {
    let file = FileManager.default.temporaryDirectory
      .appendingPathComponent("readme-\(UUID().uuidString).json")
    defer { try? FileManager.default.removeItem(at: file) }
    try FleetWriter.write(PlacementGenerator(size: .tiny, seed: 1).fleet(), to: file)
    #expect(try await plan(file).hasSuffix(" EUR per hour"))
  }

  @Test func theReadmeShowsTheSnippet() throws {
    let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent()
    let readme = try String(contentsOf: root.appendingPathComponent("README.md"), encoding: .utf8)
    let source = try String(contentsOf: URL(fileURLWithPath: #filePath), encoding: .utf8)
    let parts = source.components(separatedBy: "  // snippet\n")
    let snippet = try #require(parts.count == 3 ? parts[1] : nil)
    let lines = snippet.split(separator: "\n").map { String($0.dropFirst(2)) }
    #expect(readme.contains(lines.joined(separator: "\n")))
  }
}
