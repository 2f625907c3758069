import EmplaceCore
import EmplaceFleet
import EmplaceGLPK
import EmplaceProblems
import EmplaceTestSupport
import Testing

@testable import EmplaceSolvers

/// Changes to fleets so small that every plan can be enumerated: the true change of the optimum lies in
/// the interval that plans and proven bounds on both sides give.
@Suite struct ChangeIntervalTests {
  /// Two sites with one kind of node, two models, three demands of few parts.
  static func fleet(seed: UInt64) -> Fleet {
    var random = RandomGenerator(seed: seed)
    func draw(_ range: ClosedRange<Int64>) -> Int64 {
      range.lowerBound + Int64(random.below(Int(range.upperBound - range.lowerBound + 1)))
    }
    var fleet = Fleet()
    fleet.policy.waitingRule = "batch"
    fleet.policy.batchLimitsPerProfile = 1
    fleet.policy.migrationPricePerGiB = draw(0...40) * 1_000_000
    fleet.policy.evictionPrice = draw(0...40) * 1_000_000
    fleet.policy.accuracyPrice = 0
    fleet.accelerators = [
      Accelerator(
        id: "gpu", memoryMiB: 16_000, sharing: [.exclusive], idleMilliwatts: 20_000,
        peakMilliwatts: 120_000)
    ]
    fleet.nodeTypes = [
      NodeType(
        id: "single", accelerator: 0, devices: 1, cpuMilliCores: 16_000, memoryMiB: 64_000)
    ]
    fleet.tenants = [Tenant(id: "tenant")]
    fleet.regions = [Region(id: "here"), Region(id: "there")]
    for (index, name) in ["lyon", "paris"].enumerated() {
      var site = Site(id: name, tier: .edge, jurisdiction: "FR")
      site.energyPricePerKWh = .constant(draw(50_000...400_000))
      site.openingPricePerHour = draw(0...1) * draw(0...2_000_000)
      fleet.sites.append(site)
      fleet.pools.append(
        Pool(
          id: "\(name)/single", site: index, nodeType: 0, owned: draw(0...1), rentable: draw(1...2),
          rentPricePerHour: draw(500_000...4_000_000)))
    }
    for (index, name) in ["chat", "detect"].enumerated() {
      var variant = Variant(
        id: "\(name)/a", model: index, version: 1, accuracyMillionths: 900_000,
        artifactMiB: draw(500...4000), devices: 1, memoryMiB: 4000, milliShares: 1000,
        cpuMilliCores: 1000, hostMemoryMiB: 2000, profiles: [])
      variant.profiles = [
        VariantProfile(
          hardware: .accelerator(0),
          profile: .affine(baseMicroseconds: 10_000, slopeMicroseconds: 1000, batchLimit: 8))
      ]
      fleet.variants.append(variant)
      fleet.models.append(
        InferenceModel(id: name, tenant: 0, family: name, variants: index..<index + 1))
    }
    for (index, model) in [0, 1, 0].enumerated() {
      var demand = Demand(
        id: "d\(index)", region: index % 2, model: model,
        objective: .latency(microseconds: 200_000),
        valuePerThousand: draw(200...4000), rateMicro: .constant(draw(50...600) * 1_000_000))
      demand.parts = draw(1...2)
      fleet.demands.append(demand)
    }
    if draw(0...1) == 1 {
      var incumbent = IncumbentPlan()
      incumbent.artifacts = [.init(variant: 0, site: Int(draw(0...1)))]
      fleet.incumbent = incumbent
    }
    fleet.network.roundTripMicroseconds = [5_000, 20_000, 25_000, 8_000]
    return fleet
  }

  /// One or two changes of any kind.
  static func changes(seed: UInt64) -> [FleetChange] {
    var random = RandomGenerator(seed: seed ^ 0xC4A9)
    func one(_ names: [String]) -> String { names[random.below(names.count)] }
    func factor() -> FleetChange.Factor? {
      FleetChange.Factor(["+20%", "-35%", "x1.5", "x0.8", "+3%", "x0"][random.below(6)])
    }
    return (0..<1 + random.below(2)).compactMap { _ in
      let (model, site) = (one(["chat", "detect"]), one(["lyon", "paris"]))
      switch random.below(5) {
      case 0: return .pin(model: model, site: site)
      case 1: return .forbid(model: model, site: site)
      case 2: return .remove(site: site)
      case 3:
        let demand = one(["d0", "d1", "d*"])
        return factor().map { .rate(demand: demand, by: $0) }
      default: return factor().map { .price(type: one(["gpu", "single"]), by: $0) }
      }
    }
  }

  private static func searched(
    _ instance: PlacementInstance, _ iterations: Int
  ) throws -> (range: OptimumRange, isInfeasible: Bool) {
    let run = Run<Placement>(instance: instance, limits: Limits(iterations: iterations), seed: 1)
    _ = try AutoPlacement(backend: GLPKBackend()).search(run)
    var (bound, isInfeasible): (Int64?, Bool) = (nil, false)
    if case .certificate(let certificate, _)? = run.certifiedBound?.evidence {
      let program = PlacementFormulation.forBounds(of: instance).program
      switch try certificate.stated(on: program).0.replay(on: program) {
      case .bound(let value): bound = value
      case .infeasible: isInfeasible = true
      }
    }
    return (OptimumRange(bound: bound, objective: run.incumbent?.objective), isInfeasible)
  }

  @Test func theTrueChangeLiesInTheInterval() throws {
    var (decided, open, lost, contradictions) = (0, 0, 0, 0)
    for seed in UInt64(0)..<60 {
      let fleet = Self.fleet(seed: seed)
      let changes = Self.changes(seed: seed)
      let before = try PlacementDerivation(fleet: fleet).instance(threads: 1)
      let changed: Fleet
      do throws(FleetChangeError) {
        changed = try fleet.changed(by: changes)
      } catch {
        contradictions += 1
        continue
      }
      let after = try PlacementDerivation(fleet: changed).instance(threads: 1)
      var (first, second) = (PlacementBruteForce(before), PlacementBruteForce(after))
      let (old, new) = (try #require(first.optimum()?.objective), second.optimum()?.objective)
      // Few iterations leave gaps, many close them.
      for iterations in [1, 20] {
        let (from, to) = (
          try Self.searched(before, iterations), try Self.searched(after, iterations)
        )
        guard let new else {
          lost += 1
          #expect(to.range.objective == nil, "seed \(seed)")
          continue
        }
        #expect(!to.isInfeasible, "seed \(seed)")
        let truth = Int128(new) - Int128(old)
        for direction in [nil, fleet.direction(of: changes)] {
          let change = OptimumChange(from: from.range, to: to.range, direction: direction)
          #expect(change.lower ?? .min <= truth, "seed \(seed): \(changes)")
          #expect(change.upper ?? .max >= truth, "seed \(seed): \(changes)")
          if change.answer == .dearer { #expect(truth > 0) }
          if change.answer == .cheaper { #expect(truth < 0) }
          if change.answer == .undecided { open += 1 } else { decided += 1 }
        }
      }
    }
    print("decided \(decided), open \(open), lost \(lost), contradictions \(contradictions)")
    #expect(decided > 60 && open > 0)
  }

  /// Pins, forbidden and removed sites do what they say in every plan found.
  @Test func changesHoldInPlans() throws {
    for seed in UInt64(0)..<20 {
      let fleet = Self.fleet(seed: seed)
      func plan(_ change: FleetChange) throws -> (PlacementInstance, PlacementSolution)? {
        let instance = try PlacementDerivation(fleet: fleet.changed(by: [change]))
          .instance(threads: 1)
        let run = Run<Placement>(instance: instance, limits: Limits(iterations: 10), seed: seed)
        _ = try AutoPlacement().search(run)
        return run.incumbent.map { (instance, $0.solution) }
      }
      func runs(_ found: (PlacementInstance, PlacementSolution), _ model: Int32, _ site: Int32)
        -> Bool
      {
        found.1.replicas.contains {
          found.0.pin(ofLane: $0.lane) == .init(model: model, site: site)
        }
      }
      if let found = try plan(.pin(model: "detect", site: "lyon")) {
        #expect(runs(found, 1, 0), "seed \(seed)")
      }
      let forbidden = try #require(try plan(.forbid(model: "chat", site: "paris")))
      #expect(!runs(forbidden, 0, 1), "seed \(seed)")
      let removed = try #require(try plan(.remove(site: "lyon")))
      #expect(removed.1.replicas.allSatisfy { removed.0.site(ofLane: $0.lane) == 1 })
      #expect(removed.1.artifacts.allSatisfy { removed.0.artifacts[$0].site == 1 })
    }
  }
}
