import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Testing

/// A fingerprint of everything that decides feasibility or cost, in a fixed order.
private func fingerprint(_ fleet: Fleet) -> UInt64 {
  var hash: UInt64 = 0xCBF2_9CE4_8422_2325
  func mix(_ value: Int64) {
    for shift in stride(from: 0, to: 64, by: 8) {
      hash = (hash ^ (UInt64(bitPattern: value) >> UInt64(shift)) & 0xFF) &* 0x100_0000_01B3
    }
  }
  func mix(_ text: String) { for byte in text.utf8 { mix(Int64(byte)) } }
  for site in fleet.sites {
    mix(site.id)
    mix(site.powerCapMilliwatts ?? -1)
    mix(site.storageMiB ?? -1)
    for hour in fleet.horizon.hoursUTC.indices { mix(site.energyPricePerKWh[hour]) }
  }
  for pool in fleet.pools {
    mix(pool.owned)
    mix(pool.rentable)
    mix(pool.rentPricePerHour)
  }
  for variant in fleet.variants { mix("\(variant.id)\(variant.profiles)") }
  for demand in fleet.demands {
    mix(demand.id)
    mix("\(demand.objective)")
    mix("\(demand.residency?.sorted() ?? [])")
    for hour in fleet.horizon.hoursUTC.indices { mix(demand.rateMicro[hour]) }
    mix(demand.valuePerThousand)
  }
  for value in fleet.network.roundTripMicroseconds ?? [] { mix(value) }
  for element in fleet.incumbent?.replicas ?? [] {
    mix(Int64(element.variant))
    mix(Int64(element.pool))
    mix(element.count)
  }
  return hash
}

@Suite struct PlacementGeneratorTests {
  typealias Size = PlacementGenerator.Size
  typealias Family = PlacementGenerator.Family

  static let small: [Size] = [.tiny, .s, .m]

  /// Fewer seeds of what takes longer.
  private static func seeds(_ size: Size) -> UInt64 { size == .tiny ? 10 : size == .s ? 4 : 1 }

  private func counts(_ size: Size) -> (sites: Int, models: Int, regions: Int, demands: Int) {
    switch size {
    case .tiny: (6, 4, 10, 40)
    case .s: (20, 10, 30, 150)
    case .m: (100, 50, 100, 2_000)
    case .l: (300, 100, 300, 15_000)
    case .xl: (1_000, 300, 1_000, 100_000)
    }
  }

  /// The largest size takes minutes without optimisation.
  static var sizes: [Size] {
    #if DEBUG
      [.tiny, .s, .m, .l]
    #else
      Size.allCases
    #endif
  }

  @Test(arguments: sizes, Family.allCases)
  func sizesAreAsStated(size: Size, family: Family) {
    // The larger sizes once: the families share their geography and demand.
    if size == .l || size == .xl, family == .lumpy { return }
    let clock = ContinuousClock()
    var fleet = Fleet()
    let time = clock.measure {
      fleet = PlacementGenerator(size: size, family: family, seed: 3).fleet()
    }
    if Effort.measuresSpeed { #expect(time < .seconds(60)) }
    let counts = counts(size)
    #expect(fleet.sites.count == counts.sites)
    #expect(fleet.models.count == counts.models)
    #expect(fleet.regions.count == counts.regions)
    #expect(fleet.demands.count >= counts.demands)
    #expect(fleet.models.allSatisfy { $0.variants.count >= 3 })
    #expect(fleet.horizon.hoursUTC.count <= 24 && fleet.horizon.hoursUTC.count >= 4)
    for tier in Site.Tier.allCases { #expect(fleet.sites.contains { $0.tier == tier }) }
    #expect(fleet.nodeTypes.contains { $0.accelerator == nil })
    let profiles = fleet.variants.flatMap(\.profiles)
    #expect(profiles.contains { if case .tokens = $0.profile { true } else { false } })
    #expect(profiles.contains { if case .affine = $0.profile { true } else { false } })
  }

  @Test(arguments: small, Family.allCases)
  func referencesAreValidAndIdsUnique(size: Size, family: Family) {
    for seed in 1...Self.seeds(size) {
      let fleet = PlacementGenerator(size: size, family: family, seed: seed).fleet()
      #expect(Set(fleet.sites.map(\.id)).count == fleet.sites.count)
      #expect(Set(fleet.regions.map(\.id)).count == fleet.regions.count)
      #expect(Set(fleet.pools.map(\.id)).count == fleet.pools.count)
      #expect(Set(fleet.demands.map(\.id)).count == fleet.demands.count)
      #expect(Set(fleet.variants.map(\.id)).count == fleet.variants.count)
      #expect(Set(fleet.models.map(\.id)).count == fleet.models.count)
      #expect(Set(fleet.tenants.map(\.id)).count == fleet.tenants.count)
      #expect(fleet.pools.allSatisfy { $0.owned >= 0 && $0.rentPricePerHour >= 0 })
      for (index, model) in fleet.models.enumerated() {
        #expect(model.variants.allSatisfy { fleet.variants[$0].model == index })
        #expect(fleet.tenants.indices.contains(model.tenant))
        #expect((model.affinity + model.antiAffinity).allSatisfy { $0 != index })
      }
      for demand in fleet.demands {
        #expect(fleet.regions.indices.contains(demand.region))
        #expect(fleet.models.indices.contains(demand.model))
        #expect(fleet.horizon.hoursUTC.indices.allSatisfy { demand.rateMicro[$0] > 0 })
        #expect(demand.valuePerThousand > 0)
        if case .tokens(_, _, let lengths) = demand.objective {
          #expect(lengths.reduce(0) { $0 + $1.shareMillionths } == 1_000_000)
        }
      }
      #expect(
        fleet.network.roundTripMicroseconds?.count == fleet.regions.count * fleet.sites.count)
      #expect(
        fleet.horizon.scenarios.reduce(0) { $0 + $1.probabilityMillionths } == 1_000_000)
    }
  }

  @Test(arguments: small, Family.allCases)
  func theDocumentReadsBackAsTheSameFleet(size: Size, family: Family) throws {
    for seed in 1...Self.seeds(size) {
      let fleet = PlacementGenerator(size: size, family: family, seed: seed).fleet()
      var back = try FleetReader.read(
        documents: [("fleet.json", FleetWriter.bytes(of: fleet))])
      back.digest = fleet.digest
      back.assumptions = fleet.assumptions
      #expect(back.demands == fleet.demands && back.sites == fleet.sites)
      #expect(back.models == fleet.models && back.variants == fleet.variants)
      #expect(back == fleet)
    }
  }

  @Test(arguments: small, Family.allCases)
  func demandsHaveManyArcs(size: Size, family: Family) throws {
    for seed in 1...Self.seeds(size) {
      let fleet = PlacementGenerator(size: size, family: family, seed: seed).fleet()
      let instance = try PlacementDerivation(fleet: fleet).instance(threads: 2)
      let description = FleetDescription(fleet: fleet, instance: instance)
      let mean = try #require(description.arcsPerDemandMillionths)
      #expect(mean >= 20_000_000, "\(fleet.name): \(mean)")
      let served = Set(instance.arcDemand).count
      #expect(
        instance.demands.count - served <= max(1, instance.demands.count / 60),
        "\(fleet.name): \(served)")
    }
  }

  @Test func everyRuleOccurs() {
    for family in Family.allCases {
      let fleets = (1...10 as ClosedRange<UInt64>).map {
        PlacementGenerator(size: .tiny, family: family, seed: $0).fleet()
      }
      func share(_ holds: (Fleet) -> Bool) -> Int { fleets.count(where: holds) }
      #expect(share { $0.models.contains { $0.failureDomains > 1 } } >= 7)
      #expect(share { $0.models.contains { $0.licenceCopies != nil } } == 10)
      #expect(share { $0.models.contains { !$0.affinity.isEmpty } } == 10)
      #expect(share { $0.models.contains { $0.liveVersions != nil } } == 10)
      #expect(share { $0.policy.moveBudget != nil } == 10)
      #expect(share { !$0.policy.survive.isEmpty } >= 7)
      #expect(share { $0.demands.contains(where: \.isCritical) } >= 7)
      #expect(share { $0.tenants.contains { $0.quotaMilliShares != nil } } == 10)
      #expect(share { $0.tenants.contains { $0.isolation != .none } } == 10)
      #expect(share { $0.demands.contains { $0.residency != nil } } == 10)
    }
  }

  @Test func theIncumbentFitsItsSites() {
    for size in Self.small {
      let fleet = PlacementGenerator(size: size, seed: 5).fleet()
      let plan = fleet.incumbent
      var storage = [Int64](repeating: 0, count: fleet.sites.count)
      for artifact in plan?.artifacts ?? [] {
        storage[artifact.site] += fleet.variants[artifact.variant].artifactMiB
      }
      for (site, used) in zip(fleet.sites, storage) { #expect(used <= site.storageMiB ?? .max) }
      var shares = [Int64](repeating: 0, count: fleet.pools.count)
      for element in plan?.replicas ?? [] {
        let variant = fleet.variants[element.variant]
        shares[element.pool] += element.count * variant.devices * variant.milliShares
        let hasArtifact = plan?.artifacts.contains {
          $0.variant == element.variant && $0.site == fleet.pools[element.pool].site
        }
        #expect(hasArtifact == true)
      }
      for (pool, used) in zip(fleet.pools, shares) {
        let devices = fleet.nodeTypes[pool.nodeType].devices
        #expect(used <= (pool.owned + pool.rentable) * devices * 1000)
      }
      #expect((plan?.replicas.count ?? 0) >= fleet.models.count)
    }
  }

  @Test func equalSeedsGiveEqualFleetsAndOthersDiffer() {
    for size in Self.small {
      let first = fingerprint(PlacementGenerator(size: size, seed: 7).fleet())
      #expect(first == fingerprint(PlacementGenerator(size: size, seed: 7).fleet()))
      #expect(first != fingerprint(PlacementGenerator(size: size, seed: 8).fleet()))
      #expect(first != fingerprint(PlacementGenerator(size: size, family: .lumpy, seed: 7).fleet()))
    }
  }
}
