import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import Testing

@testable import EmplaceSolvers

/// Searches that begin from the plan and the multipliers of another day.
@Suite struct WarmStartTests {
  private static func fleet(seed: UInt64) -> Fleet {
    PlacementGenerator(size: .tiny, family: .metro, seed: seed).fleet()
  }

  private static func instance(_ fleet: Fleet) throws -> PlacementInstance {
    try PlacementDerivation(fleet: fleet).instance(threads: 1)
  }

  private static func reread(
    _ certificate: Certificate, from one: PlacementFormulation, on other: PlacementFormulation
  ) throws -> (certificate: Certificate, dropped: Int) {
    var bytes: [UInt8] = []
    MultipliersFile(certificate, on: one).write { bytes += $0 }
    return try MultipliersFile.read(bytes, file: "dual.json", on: other)
  }

  /// A bound is proven again by the first evaluation at its multipliers, once they went through a
  /// file.
  @Test func multipliersProveTheirBoundAtOnce() throws {
    for seed in UInt64(1)...3 {
      let instance = try Self.instance(Self.fleet(seed: seed))
      let formulation = PlacementFormulation.forBounds(of: instance)
      let cold = Run<Placement>(instance: instance, limits: Limits(iterations: 150), seed: seed)
      _ = try LagrangianPlacement().search(cold)
      guard case .certificate(let certificate, _)? = cold.certifiedBound?.evidence else {
        Issue.record("seed \(seed): no certificate")
        continue
      }
      #expect(certificate.nodes.count == 1, "seed \(seed): the root took longer")
      let (known, dropped) = try Self.reread(certificate, from: formulation, on: formulation)
      #expect(dropped == 0)
      #expect(known.kept == certificate.kept)
      #expect(known.nodes[0].rows == certificate.nodes[0].rows)
      #expect(known.nodes[0].changes == certificate.nodes[0].changes)

      let warm = Run<Placement>(
        instance: instance, limits: Limits(iterations: 1), seed: seed,
        warmStart: WarmStart(multipliers: known))
      _ = try LagrangianPlacement().search(warm)
      let first = Run<Placement>(instance: instance, limits: Limits(iterations: 1), seed: seed)
      _ = try LagrangianPlacement().search(first)
      #expect(Double(warm.bound) >= Double(cold.bound) * (1 - 1e-6), "seed \(seed)")
      #expect(first.bound < cold.bound, "seed \(seed): there was nothing to know")
    }
  }

  /// With a demand more, all rows but its own are found again; what is gone is counted.
  @Test func rowsAreKnownByTheirNames() throws {
    let whole = Self.fleet(seed: 1)
    var less = whole
    less.demands.removeLast()
    let formulation = PlacementFormulation.forBounds(of: try Self.instance(whole))
    let program = formulation.program
    let other = PlacementFormulation.forBounds(of: try Self.instance(less))
    let all = Certificate(
      denominator: 8,
      nodes: [
        .init(
          rows: Array(0..<program.rowCount), changes: (0..<program.rowCount).map { Int64($0 + 1) },
          kind: .bound(value: ""))
      ])
    let (known, dropped) = try Self.reread(all, from: formulation, on: other)
    #expect(dropped > 0)
    #expect(known.nodes[0].rows.count + dropped == program.rowCount)
    #expect(known.denominator == 8)
    let numerators = Dictionary(
      uniqueKeysWithValues: (0..<program.rowCount).map { (program.rowName($0), Int64($0 + 1)) })
    for (row, numerator) in zip(known.nodes[0].rows, known.nodes[0].changes) {
      #expect(numerators[other.program.rowName(row)] == numerator)
    }
  }

  @Test(arguments: [
    ("\"denominator\": 0", "a positive number"), ("\"denominator\": -3", "a positive number"),
    ("\"denominator\": 1, \"coarseBits\": 63", "0 to 62"),
    ("\"denominator\": 1, \"rows\": [[\"P1\"]]", "a pair"),
    ("\"denominator\": 1, \"rows\": [[\"P1\", 1, 2]]", "a pair"),
    ("\"denominator\": 1, \"rows\": [[\"P1\", 1.5]]", "whole number"),
  ]) func flawsAreNamed(members: String, expected: String) throws {
    let formulation = PlacementFormulation.forBounds(of: try Self.instance(Self.fleet(seed: 1)))
    let header = """
      "schema": "emplace/multipliers/1", "problem": "placement", "instance": "", "digest": "", \
      "sense": "min", "currency": "EUR"
      """
    let bytes = Array("{\(header), \(members)}".utf8)
    let error = #expect(throws: AnswerError.self) {
      try MultipliersFile.read(bytes, file: "dual.json", on: formulation)
    }
    #expect(error.map { "\($0)" }?.contains(expected) == true, "\(String(describing: error))")
  }

  /// A plan that serves more than its replicas carry is mended, not thrown away.
  @Test func brokenPlansAreMended() throws {
    for seed in UInt64(1)...5 {
      let instance = try Self.instance(Self.fleet(seed: seed))
      let index = try PlacementIndex(instance)
      let first = Run<Placement>(instance: instance, limits: Limits(iterations: 20_000), seed: seed)
      _ = try LocalSearchPlacement().search(first)
      var plan = try #require(first.incumbent).solution
      plan.replicas.removeFirst()
      #expect(!Placement.verify(plan, against: instance).isFeasible)
      let run = Run<Placement>(
        instance: instance, limits: Limits(), seed: seed, warmStart: WarmStart(solution: plan))
      let state = run.startingState(index)
      #expect(state.isFeasible, "seed \(seed)")
      let mended = try #require(run.incumbent).solution
      // Nearly all of it is still there.
      let kept = Set(mended.replicas.map(\.lane)).intersection(plan.replicas.map(\.lane))
      #expect(kept.count * 10 >= plan.replicas.count * 9, "seed \(seed)")
      let greedy = Run<Placement>(instance: instance, limits: Limits(), seed: seed)
      _ = try GreedyPlacement.best.search(greedy)
      #expect(run.objective < greedy.objective, "seed \(seed)")
    }
  }
}
