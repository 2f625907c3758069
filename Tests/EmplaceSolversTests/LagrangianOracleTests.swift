import EmplaceCore
import EmplaceGLPK
import EmplaceMIP
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

/// Bounds, certificates and the portfolio against enumeration of every decision.
@Suite struct LagrangianOracleTests {
  enum Backing: CaseIterable {
    case none, sound, failing

    func backend(seed: UInt64) -> (any MIPBackend)? {
      switch self {
      case .none: nil
      case .sound: GLPKBackend()
      case .failing: FailingBackend(GLPKBackend(), after: Int(seed % 50))
      }
    }
  }

  /// Bound <= optimum <= incumbent, the certificate proves what was raised, and the portfolio
  /// closes most micro instances: without a backend, with one, and with one that fails on the way.
  @Test(arguments: Backing.allCases) func autoAgreesWithBruteForce(backing: Backing) throws {
    var (closed, feasible) = (0, 0)
    for seed in UInt64(0)..<150 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      var oracle = PlacementBruteForce(instance)
      let optimum = oracle.optimum()?.objective
      let run = Run<Placement>(
        instance: instance, limits: Limits(iterations: 3000), seed: seed)
      let termination = try AutoPlacement(backend: backing.backend(seed: seed)).search(run)
      #expect(run.firstRejection == nil, "seed \(seed): \(run.firstRejection?.violations ?? [])")
      if termination == .infeasible { #expect(optimum == nil, "seed \(seed)") }
      if let bound = run.certifiedBound, case .certificate(let certificate, _) = bound.evidence {
        let program = PlacementFormulation.forBounds(of: instance).program
        let stated = try certificate.stated(on: program)
        #expect(try stated.certificate.replay(on: program) == stated.proof, "seed \(seed)")
        switch stated.proof {
        case .bound(let value):
          #expect(value >= bound.value, "seed \(seed)")
          if let optimum { #expect(value <= optimum, "seed \(seed)") }
        case .infeasible: #expect(optimum == nil, "seed \(seed)")
        }
      }
      guard let optimum else { continue }
      feasible += 1
      if run.objective != .max { #expect(run.objective >= optimum, "seed \(seed)") }
      if termination == .optimal {
        closed += 1
        #expect(run.objective == optimum, "seed \(seed)")
      }
    }
    print("closed \(closed) of \(feasible)")
    #expect(feasible >= 80)
    #expect(closed * 2 >= feasible)
  }

  /// A number changed anywhere in a certificate never proves more than the optimum.
  @Test func forgedCertificatesProveNothingWrong() throws {
    var forged = 0
    for seed in UInt64(0)..<60 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      var oracle = PlacementBruteForce(instance)
      guard let optimum = oracle.optimum()?.objective else { continue }
      let run = Run<Placement>(instance: instance, limits: Limits(iterations: 400), seed: seed)
      _ = try LagrangianPlacement().search(run)
      guard case .certificate(let certificate, _)? = run.certifiedBound?.evidence else { continue }
      let program = PlacementFormulation.forBounds(of: instance).program
      var random = RandomGenerator(seed: seed)
      for _ in 0..<20 {
        var other = try certificate.stated(on: program).certificate
        let node = random.below(other.nodes.count)
        if !other.nodes[node].changes.isEmpty, random.below(2) == 0 {
          let place = random.below(other.nodes[node].changes.count)
          other.nodes[node].changes[place] += Int64(random.below(2000)) - 1000
        } else if case .bound(let value) = other.nodes[node].kind, let number = Int128(value) {
          other.nodes[node].kind = .bound(value: "\(number + Int128(random.below(1000)) + 1)")
          #expect(throws: CertificateError.self) { try other.replay(on: program) }
        } else if case .split(var split) = other.nodes[node].kind {
          split.at += Int64(random.below(3)) - 1
          other.nodes[node].kind = .split(split)
        }
        forged += 1
        if let proof = try? other.stated(on: program).proof {
          guard case .bound(let value) = proof else {
            Issue.record("seed \(seed): a forgery proves that nothing is feasible")
            continue
          }
          #expect(value <= optimum, "seed \(seed)")
        }
      }
    }
    #expect(forged >= 500)
  }

  /// The same seed and iteration limit give the same plan, whatever the threads.
  @Test func iterationLimitsRepeat() throws {
    let instance = RandomPlacement.micro.instance(seed: 11)
    let plans = try (1...4).map { threads in
      let run = Run<Placement>(
        instance: instance, limits: Limits(iterations: 500, threads: threads), seed: 3)
      _ = try AutoPlacement().search(run)
      return run.incumbent?.solution
    }
    #expect(plans.allSatisfy { $0 == plans[0] })
  }
}
