import EmplaceFleet
import EmplaceProblems
import Testing

@Suite("Costs, in micro-units per hour of the whole flow")
struct DerivationCostTests {
  /// Cost of one part on each arc, after a change of the fleet with one of everything.
  func costs(_ change: (inout Fleet) -> Void) throws -> [Int64] {
    var fleet = SmallFleet.one()
    change(&fleet)
    return try PlacementDerivation.derive(fleet).arcCost
  }

  @Test("Energy: busy watts x work x overhead x price")
  func energy() throws {
    // 28.125 W busy for 2.25 ms: 63,281.25 uJ, up to 63,282. 1,000 a second: 63.282 W, at 0.2 a
    // kWh and 1.5 of overhead 0.0189846 an hour, a thousandth of it 18.98 micro-units.
    #expect(try costs { _ in } == [19])
    #expect(try costs { $0.demands[0].parts = 1 } == [18_985])
    // The price is the mean over the hours, weighted with the rate in each.
    #expect(
      try costs {
        $0.horizon.hoursUTC = [0, 12]
        $0.sites[0].energyPricePerKWh = .hourly([100_000, 300_000])
        $0.demands[0].parts = 1
      } == [18_985])
    // 500 a second at 0.1 and 1,500 at 0.3: the mean of 50 and 450 against 1,000 x 0.2.
    #expect(
      try costs {
        $0.horizon.hoursUTC = [0, 12]
        $0.sites[0].energyPricePerKWh = .hourly([100_000, 300_000])
        $0.demands[0].rateMicro = .hourly([500_000_000, 1_500_000_000])
        $0.demands[0].parts = 1
      } == [23_731])
  }

  @Test("Carbon: grams per kWh x price of a kilogram, on the same energy")
  func carbon() throws {
    // 400 g/kWh at 0.25 a kg is 0.1 a kWh: half of the energy's 0.2.
    #expect(
      try costs {
        $0.policy.carbonPricePerKg = 250_000
        $0.sites[0].carbonMilligramsPerKWh = .constant(400_000)
        $0.demands[0].parts = 1
      } == [28_477])
  }

  @Test("Latency: price x rate x mean latency, way included")
  func latency() throws {
    // 20 ms and 1.5 x 14 ms at batch limit 4: 41 ms for 1,000 a second are 41 request-seconds.
    let costs = try costs {
      $0.policy.latencyPrice = 1000
      $0.sites[0].energyPricePerKWh = .constant(0)
      $0.demands[0].parts = 1
    }
    #expect(costs == [41_000, 44_000, 47_000])
  }

  @Test("Egress: bytes of the answer from the site, bytes of the data from where it lies")
  func egress() throws {
    // 1 MiB each, 3.6 million an hour: 3,515.625 GiB at 0.01.
    #expect(
      try costs {
        $0.sites[0].energyPricePerKWh = .constant(0)
        $0.network.egressPricePerGiB = [10_000]
        $0.demands[0].requestBytes = 1 << 20
        $0.demands[0].parts = 1
      } == [35_156_250])
    #expect(
      try costs {
        $0.sites[0].energyPricePerKWh = .constant(0)
        $0.sites.append(Site(id: "vault", tier: .cloud, jurisdiction: "FR"))
        $0.network.roundTripMicroseconds = [20_000, 1000]
        $0.network.egressPricePerGiB = [0, 20_000]
        $0.demands[0].dataSite = 1
        $0.demands[0].dataBytesPerRequest = 1 << 19
        $0.demands[0].parts = 1
      } == [35_156_250])
  }

  @Test("Accuracy: price x rate x what the best admissible variant has more")
  func accuracy() throws {
    func costs(best: Int64) throws -> [Int64] {
      var fleet = SmallFleet.one()
      fleet.policy.accuracyPrice = 1_000_000
      fleet.sites[0].energyPricePerKWh = .constant(0)
      fleet.demands[0].parts = 1
      fleet.models[0].variants = 0..<3
      fleet.variants.append(SmallFleet.variant("model/b", model: 0, accuracy: best))
      // The most accurate of all fits no device.
      fleet.variants.append(SmallFleet.variant("model/c", model: 0, accuracy: 990_000))
      fleet.variants[2].memoryMiB = 99_000
      return try PlacementDerivation.derive(fleet).arcCost
    }
    // 0.05 short for 1,000 a second: 50 a second at a whole unit, 50 x 1.0.
    #expect(try costs(best: 950_000) == [50_000_000, 0])
    #expect(try costs(best: 850_000) == [0, 50_000_000])
  }

  @Test("Unserved demand: value per thousand x requests per hour")
  func unserved() throws {
    var fleet = SmallFleet.one()
    // 3,600 thousand an hour at 0.05, in thousandths.
    #expect(try PlacementDerivation.derive(fleet).demands[0].unservedCost == 180_000)
    fleet.demands[0].parts = 7
    #expect(try PlacementDerivation.derive(fleet).demands[0].unservedCost == 25_714_286)
    fleet.horizon.hoursUTC = [0, 8, 16]
    fleet.demands[0].rateMicro = .hourly([0, 0, 1_000_000_000])
    fleet.demands[0].parts = 1000
    #expect(try PlacementDerivation.derive(fleet).demands[0].unservedCost == 60_000)
  }

  @Test("Nodes: idle energy of owned ones is constant, of rented ones part of the rent")
  func nodes() throws {
    var fleet = SmallFleet.one()
    var instance = try PlacementDerivation.derive(fleet)
    // 100 W and two devices of 20 W, 1.5 of overhead: 0.21 kW at 0.2 is 0.042 an hour.
    #expect(instance.pools[0].nodeMilliwatts == 210_000)
    #expect(instance.pools[0].rentCost == 3_042_000)
    #expect(instance.constant == 84_000)
    #expect(instance.pools[0].owned == 2 && instance.pools[0].rentable == 1)
    #expect(instance.pools[0].devices == 2 && instance.pools[0].deviceMiB == 16_000)
    #expect(instance.pools[0].cpuMilliCores == 16_000 && instance.pools[0].hostMiB == 64_000)
    fleet.policy.carbonPricePerKg = 250_000
    fleet.sites[0].carbonMilligramsPerKWh = .constant(400_000)
    fleet.sites[0].openingPricePerHour = 77
    fleet.sites[0].powerCapMilliwatts = 1_000_000
    fleet.sites[0].storageMiB = 5000
    fleet.sites[0].uplinkChangeMiB = 3000
    fleet.sites[0].failureDomains = ["grid", "quake"]
    instance = try PlacementDerivation.derive(fleet)
    #expect(instance.pools[0].rentCost == 3_063_000)
    #expect(instance.constant == 126_000)
    let site = instance.sites[0]
    #expect(site.openingCost == 77 && site.powerCap == 1_000_000)
    #expect(site.storageMiB == 5000 && site.uplinkMiB == 3000)
    #expect(site.domain == 0 && instance.domains == ["grid", "quake"])
  }

  @Test("Artifacts: what must move, what lies there, what removing it costs")
  func artifacts() throws {
    var fleet = SmallFleet.one()
    fleet.policy.migrationPricePerGiB = 1_000_000
    fleet.policy.evictionPrice = 500
    fleet.policy.windowHours = 100
    fleet.models[0].variants = 0..<2
    fleet.variants.append(SmallFleet.variant("model/b", model: 0, version: 2))
    var instance = try PlacementDerivation.derive(fleet)
    // 2 GiB at 1.0 over 100 hours.
    #expect(instance.artifacts.map(\.addCost) == [20_000, 20_000])
    #expect(instance.artifacts.map(\.transferMiB) == [2048, 2048])
    #expect(instance.artifacts.map(\.sizeMiB) == [2048, 2048])
    #expect(instance.artifacts.map(\.removeCost) == [0, 0])
    #expect(instance.artifacts.allSatisfy { !$0.isIncumbent })
    #expect(instance.variants.map(\.version) == [0, 1] && instance.models[0].versions == 2)

    var plan = IncumbentPlan()
    plan.artifacts = [.init(variant: 0, site: 0)]
    fleet.incumbent = plan
    fleet.variants[1].deltaMiB = [1: 512, 7: 1]
    instance = try PlacementDerivation.derive(fleet)
    #expect(instance.artifacts.map(\.isIncumbent) == [true, false])
    #expect(instance.artifacts.map(\.addCost) == [0, 5000])
    #expect(instance.artifacts.map(\.transferMiB) == [0, 512])
    #expect(instance.artifacts.map(\.removeCost) == [5, 0])

    // What lies there stays in the list, though nothing can use it; replicas count as present.
    fleet.demands[0].oldestVersion = 2
    plan.artifacts = []
    plan.replicas = [.init(variant: 0, pool: 0, batch: nil, count: 1)]
    fleet.incumbent = plan
    instance = try PlacementDerivation.derive(fleet)
    #expect(instance.artifacts.map(\.variant) == [0, 1])
    #expect(instance.artifacts[0].isIncumbent)
    #expect(Set(instance.lanes.map(\.artifact)) == [1])
  }

  @Test("Populations: bytes on every device, load and share of one device, no node of ours")
  func endpoint() throws {
    var fleet = SmallFleet.one()
    fleet.sites[0].tier = .endpoint
    fleet.sites[0].population = .init(count: 10_000, onlineMillionths: 250_000, region: 0)
    fleet.policy.migrationPricePerGiB = 1_000_000
    fleet.demands[0].parts = 999
    fleet.regions.append(Region(id: "elsewhere"))
    fleet.network.roundTripMicroseconds = [0, 0]
    fleet.demands.append(SmallFleet.demand("elsewhere", region: 1, model: 0))
    let instance = try PlacementDerivation.derive(fleet)
    #expect(instance.arcDemand == [0])
    // A quarter of 999 parts, rounded down.
    #expect(instance.arcLimit == [249])
    // 2.25 ms among 2,500 devices on line.
    #expect(instance.arcWork == [900])
    #expect(instance.lanes[0].most == 1)
    #expect(instance.pools[0].owned == 1 && instance.pools[0].rentable == 0)
    #expect(instance.pools[0].nodeMilliwatts == 0 && instance.constant == 0)
    #expect(instance.artifacts[0].sizeMiB == 20_480_000)
    #expect(instance.artifacts[0].transferMiB == 20_480_000)
    // 20,000 GiB at 1.0 over 168 hours, rounded up.
    #expect(instance.artifacts[0].addCost == 119_047_620)
    // The energy is that of all requests: 18,984.6 micro-units in 999 parts.
    #expect(instance.arcCost == [20])
    // An arc from another site beside it may carry all its parts.
    fleet.sites.append(Site(id: "nice", tier: .edge, jurisdiction: "FR"))
    fleet.network.roundTripMicroseconds = [0, 0, 0, 0]
    fleet.pools.append(
      Pool(id: "nice/pair", site: 1, nodeType: 0, owned: 1, rentable: 0, rentPricePerHour: 0))
    let both = try PlacementDerivation.derive(fleet)
    #expect(both.arcDemand == [0, 0, 1])
    #expect(both.arcLimit == [249, 999, 1000])
  }

  @Test("What does not fit the integers is refused with its place")
  func tooLarge() {
    func message(_ change: (inout Fleet) -> Void) -> String? {
      var fleet = SmallFleet.one()
      change(&fleet)
      do throws(DerivationError) {
        _ = try PlacementDerivation(fleet: fleet).instance(threads: 1)
        return nil
      } catch {
        return error.description
      }
    }
    let huge: Int64 = 1 << 60
    #expect(
      message {
        $0.demands[0].rateMicro = .constant(huge)
        $0.demands[0].valuePerThousand = huge
      }?.hasPrefix("demands[0].value: ") == true)
    #expect(
      message {
        $0.demands[0].rateMicro = .constant(huge)
        $0.demands[0].valuePerThousand = 0
        $0.sites[0].energyPricePerKWh = .constant(1 << 50)
      }?.hasPrefix("demands[0]: the cost or load of one of 1000 parts at site paris") == true)
    #expect(
      message { $0.sites[0].energyPricePerKWh = .constant(huge) }?
        .hasPrefix("sites[0].energyPrice: ") == true)
    #expect(
      message {
        $0.nodeTypes[0].idleMilliwatts = huge
        $0.sites[0].energyPricePerKWh = .constant(1 << 50)
        $0.demands = []
      }?.hasPrefix("pools[0].rentPrice: ") == true)
    #expect(
      message { $0.policy.waitingRule = "m/d/1" }
        == "policy.waitingRule: there is no rule named \"m/d/1\". Maybe one of md1, mg1, batch, "
        + "inferno.")
    #expect(
      message { $0.demands[0].region = 1 }
        == "demands[0].region: index 1 does not fit the fleet. Maybe an index below 1.")
    #expect(message { $0.demands[0].parts = 0 }?.hasPrefix("demands[0].parts: 0 ") == true)
    #expect(
      message { $0.network.roundTripMicroseconds = [] }?.hasPrefix("network.roundTrip: 0 ") == true)
    #expect(message { $0.sites[0].energyPricePerKWh = .hourly([]) }?.contains("0 values") == true)
    #expect(message { $0.variants[0].model = 3 }?.contains("variants[0].model: ") == true)
    #expect(
      message { $0.models.append(InferenceModel(id: "b", tenant: 0, family: "", variants: 0..<1)) }?
        .contains("variants[0].model: 0") == true)
    #expect(message { $0.variants[0].memoryMiB = -1 }?.hasPrefix("variants[0]: -1 ") == true)
  }
}
