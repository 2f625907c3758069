import EmplaceCore
import EmplaceGLPK
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

/// What proves against enumeration of every decision: the same optimum, the same bound, and a
/// certificate that the checker replays.
@Suite struct ExactOracleTests {
  /// What came of some hundred instances.
  private struct Tally {
    var feasible = 0
    var solved = 0
    var infeasible = 0
    var proven = 0
  }

  /// Instances whose tree does not end within the limit: their bound stays below the optimum.
  private static let unfinished: Set<UInt64> = [56]

  @Test(arguments: ["auto", "lagrangian"])
  func optimumAndVerifiedBoundAreThoseOfEnumeration(algorithm: String) async throws {
    var tally = Tally()
    for seed in UInt64(0)..<300 {
      let (optimum, result) = try await solved(seed, algorithm)
      guard let optimum else {
        tally.infeasible += 1
        if result.status == .infeasible { tally.proven += 1 }
        continue
      }
      tally.feasible += 1
      // The Lagrangian search alone looks for plans only where its blocks lead.
      if algorithm == "auto" { #expect(result.incumbent?.objective == optimum, "seed \(seed)") }
      if result.incumbent?.objective == optimum { tally.solved += 1 }
      guard !Self.unfinished.contains(seed) else { continue }
      #expect(result.bound?.value == optimum, "seed \(seed)")
      #expect(result.bound?.isVerified == true, "seed \(seed)")
    }
    print(algorithm, tally)
    #expect(tally.feasible >= 150)
    #expect(tally.solved * 100 >= tally.feasible * 97)
    // Where the relaxation has solutions but whole numbers have none, a proof may be missing.
    #expect(tally.proven * 100 >= tally.infeasible * 80)
  }

  /// The backend's own bound is a claim; the duals of its root are certified and may lie below.
  @Test func theBackendClaimsTheOptimumOfEnumeration() async throws {
    var tally = Tally()
    for seed in UInt64(0)..<300 {
      let (optimum, result) = try await solved(seed, "mip")
      guard let optimum else {
        tally.infeasible += 1
        if result.termination == .infeasible { tally.proven += 1 }
        continue
      }
      tally.feasible += 1
      #expect(result.bound?.isVerified == true, "seed \(seed)")
      #expect((result.claim ?? result.bound)?.value == optimum, "seed \(seed)")
      if result.incumbent?.objective == optimum { tally.solved += 1 }
    }
    print("mip", tally)
    #expect(tally.feasible >= 150)
    #expect(tally.solved == tally.feasible)
    #expect(tally.proven == tally.infeasible)
  }

  /// The optimum by enumeration beside the result, of which all is checked that must hold anyway.
  private func solved(_ seed: UInt64, _ algorithm: String) async throws
    -> (optimum: Int64?, result: SolveResult<Placement>)
  {
    let instance = RandomPlacement.micro.instance(seed: seed)
    var oracle = PlacementBruteForce(instance)
    let optimum = oracle.optimum()?.objective
    let entry = try #require(AlgorithmCatalog<Placement>.placement[algorithm])
    let driver = SolveDriver<Placement>(
      solver: entry.make(GLPKBackend()), limits: Limits(iterations: 20_000), seed: seed)
    let program = PlacementFormulation.forBounds(of: instance).program
    let result = try await driver.solve(instance, program: { program })
    #expect(result.failure == nil, "seed \(seed)")
    #expect(result.refusal == nil, "seed \(seed): \(result.refusal ?? "")")
    #expect(
      result.firstRejection == nil, "seed \(seed): \(result.firstRejection?.violations ?? [])")
    #expect(result.incumbent?.objective ?? .max >= optimum ?? .max, "seed \(seed)")
    if let (certificate, proof) = result.certificate {
      #expect(try certificate.replay(on: program) == proof, "seed \(seed)")
      switch proof {
      case .bound(let value): #expect(value <= optimum ?? .max, "seed \(seed)")
      case .infeasible: #expect(optimum == nil, "seed \(seed)")
      }
    }
    return (optimum, result)
  }
}
