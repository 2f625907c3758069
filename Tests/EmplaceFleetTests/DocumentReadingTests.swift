import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Testing

/// What the values of a document become.
@Suite struct DocumentReadingTests {
  private let fleet: Fleet

  init() throws { fleet = try DocumentFixtures.read(DocumentFixtures.complete) }

  @Test func headAndRules() {
    #expect(fleet.name == "Complete")
    #expect(fleet.currency == "EUR")
    let policy = fleet.policy
    #expect(policy.utilisationCapMillionths == 750_000)
    #expect(policy.latencyPrice == 20_000)
    #expect(policy.carbonPricePerKg == 80_000)
    #expect(policy.hostingBudget == 120_500_000)
    #expect(policy.budgetsPerPeriod == [1_000_000_000_000, 500_000_000_000])
    #expect(policy.carbonCapsGramsPerPeriod == [25_000_500])
    #expect(policy.safetyDeviationsMillionths == 1_645_000)
    #expect(policy.priorityClasses.map(\.id) == ["gold", "best-effort"])
    #expect(policy.priorityClasses[1].unservedPricePerThousand == 125_000)
    #expect(policy.moveBudget == 40)
    #expect(policy.survive == ["zone-a"])
  }

  @Test func time() {
    let horizon = fleet.horizon
    #expect(horizon.periods == ["2026Q1", "2026Q2"])
    #expect(horizon.periodStarts == ["2026-01-01", "2026-04-01"])
    #expect(horizon.hoursUTC == [8, 20])
    #expect(horizon.scenarios.map(\.probabilityMillionths) == [700_000, 300_000])
    #expect(horizon.scenarios[1].rateMultipliersMillionths == [1_500_000, 2_250_000])
    #expect(horizon.curves["office"]?[9] == 2_000_000)
  }

  @Test func hardware() {
    let a100 = fleet.accelerators[0]
    #expect(a100.memoryMiB == 81_920)
    #expect(a100.sharing == [.exclusive, .mps, .mig])
    #expect(
      a100.migProfiles
        == [.init(name: "3g.40gb", computeSlices: 3, memorySlices: 4, starts: [0, 4])])
    #expect(a100.idleMilliwatts == 55_500)
    #expect(a100.embodiedCarbonGrams == 150_250)
    #expect(fleet.accelerators[1].memoryMiB == 7_680)
    #expect(fleet.nodeTypes.map(\.devices) == [8, 1, 0])
    #expect(fleet.nodeTypes.map(\.accelerator) == [0, 1, nil])
    #expect(fleet.nodeTypes[2].cpuMilliCores == 63_500)
  }

  @Test func placesAndPools() {
    let paris = fleet.sites[0]
    #expect(paris.powerCapMilliwatts == 40_000_000)
    #expect(paris.energyPricePerKWh == .hourly([110_000, 145_000]))
    #expect(paris.carbonMilligramsPerKWh == .constant(56_500))
    #expect(paris.storageMiB == 2_048_000)
    #expect(paris.uplinkKilobitsPerSecond == 10_000_000)
    #expect(paris.autonomousRegions == [0])
    #expect(fleet.network.egressPricePerGiB == [50_000, 0, 0])
    // An endpoint without coordinates stands where its region is.
    #expect(fleet.sites[2].coordinates == Coordinates(latitude: 45.75, longitude: 4.85))
    #expect(
      fleet.sites[2].population
        == .init(count: 100_000, onlineMillionths: 350_000, region: 1))
    #expect(fleet.pools.map(\.id) == ["main", "lyon/cpu", "phones/phone"])
    #expect(fleet.pools[0].owned == 6)
    #expect(fleet.pools[0].reserved == 2)
    // (8 devices at 2.1 + the node at 1.5) times the premium 1.1.
    #expect(fleet.pools[0].rentPricePerHour == 20_130_000)
    #expect(fleet.pools[1].rentPricePerHour == 1_375_000)
  }

  @Test func models() {
    #expect(fleet.models.map(\.variants) == [0..<1, 1..<3, 3..<4])
    #expect(fleet.models.map(\.tenant) == [1, 0, 0])
    #expect(fleet.models.map(\.family) == ["llama", "detect", "spare"])
    #expect(fleet.models[0].jurisdictions == ["FR", "DE"])
    #expect(fleet.models[0].affinity == [1])
    #expect(fleet.models[1].antiAffinity == [2])
    #expect(
      fleet.variants.map(\.id) == ["chat/fp16-tp2", "detect/fp16", "detect/cpu", "spare/only"])
    #expect(fleet.variants[0].deltaMiB == [1: 40_960, 2: 12_800])
    #expect(fleet.variants[0].warmUpSeconds == 90.5)
    #expect(fleet.variants.map(\.devices) == [2, 1, 0, 1])
    #expect(fleet.variants.map(\.milliShares) == [1000, 250, 0, 1000])
    guard case .tokens(let tokens) = fleet.variants[0].profiles[0].profile else {
      Issue.record("no tokens")
      return
    }
    #expect(tokens.prefillPerTokenNanoseconds == 85_000)
    #expect(tokens.stepPerKiloContextNanoseconds == 12_500)
    #expect(tokens.kvBytesPerToken == 327_680)
    #expect(fleet.variants[1].profiles.map(\.hardware) == [.accelerator(0), .accelerator(1)])
    #expect(
      fleet.variants[1].profiles[1].profile
        == .measured([
          .init(batch: 1, meanMicroseconds: 14_000, p95Microseconds: 17_500),
          .init(batch: 4, meanMicroseconds: 41_000, p95Microseconds: 47_000),
        ]))
    #expect(fleet.variants[2].profiles.map(\.hardware) == [.nodeType(2)])
  }

  @Test func demands() {
    #expect(
      fleet.demands.map(\.id) == [
        "chat-paris", "rhone/detect", "ile-de-france/detect", "rhone/spare/table",
        "ile-de-france/spare/table", "ile-de-france/chat/table",
      ])
    let first = fleet.demands[0]
    // The daily curve at 9 and 21 local time, for 8 and 20 UTC.
    #expect(first.rateMicro == .hourly([7_000_000, 875_000]))
    #expect(first.percentileMillionths == 990_000)
    guard case .tokens(let start, let each, let lengths) = first.objective else {
      Issue.record("no tokens")
      return
    }
    #expect(start == 800_000)
    #expect(each == 60_000)
    #expect(lengths.map(\.shareMillionths) == [750_000, 250_000])
    #expect(first.residency == ["FR"])
    #expect(first.dataSite == 0)
    #expect(first.priorityClass == 1)
    #expect(first.isCritical)
    #expect(first.valuePerThousand == 4_000_000)
    #expect(first.parts == 1)
    #expect(
      first.scenarioRates
        == [.init(period: 1, scenario: 1, rateMicro: .hourly([4_000_000, 9_000_000]))])
    #expect(fleet.demands[1].objective == .latency(microseconds: 150_000))
    #expect(fleet.demands[1].valuePerThousand == 2_500_000)
    #expect(fleet.demands[1].percentileMillionths == 950_000)
    // The mean of 10, 20 and 40, rounded up.
    #expect(fleet.demands[2].rateMicro == .constant(23_333_334))
    #expect(fleet.demands[3].parts == 100)
    #expect(fleet.demands[3].objective == .latency(microseconds: 1_000_000))
    #expect(fleet.demands[5].rateMicro == .constant(2_000_000))
  }

  @Test func networkAndTheRest() {
    #expect(fleet.network.roundTripMicroseconds == [2000, 9500, -1, 9000, 1500, 0])
    #expect(fleet.network.siteRoundTripMicroseconds == [0, 8000, -1, 8000, 0, -1, -1, -1, -1])
    #expect(fleet.network.kilometresPerMillisecond == 95.5)
    #expect(fleet.network.siteLinks == [.init(from: 0, to: 1, kilobitsPerSecond: 8_000_000)])
    #expect(fleet.interference.map(\.slowdownMillionths) == [1_300_000])
    #expect(fleet.interferenceModels[0].parameters == ["alpha": 0.5, "beta": -0.002])
    #expect(fleet.history[0].ratesMicro == [10_000_000, 20_000_000, 40_000_000])
    #expect(fleet.history[0].seasonality == [.daily])
    #expect(fleet.incumbent?.replicas == [.init(variant: 2, pool: 1, batch: 2, count: 3)])
    #expect(fleet.incumbent?.artifacts == [.init(variant: 0, site: 0)])
    #expect(
      fleet.incumbent?.routes == [.init(demand: 1, variant: 2, pool: 1, parts: 700)])
    #expect(fleet.incumbent?.reservations == [.init(pool: 0, nodes: 2, periods: 4)])
    #expect(fleet.assumptions.map(\.path) == ["demands[2].ratePerSecond"])
  }

  @Test func defaultsOfTheLeastFleet() throws {
    let fleet = try DocumentFixtures.read(DocumentFixtures.minimal)
    #expect(fleet.currency == "EUR")
    #expect(fleet.horizon == Horizon())
    #expect(fleet.tenants == [Tenant(id: "default")])
    #expect(fleet.policy.priorityClasses.map(\.id) == ["standard"])
    #expect(fleet.demands[0].valuePerThousand == 1_000_000)
    #expect(fleet.assumptions.map(\.path) == ["policy.priorityClasses"])
    #expect(fleet.network.roundTripMicroseconds == nil)
    #expect(fleet.incumbent == nil)
  }

  /// Needs round up, room rounds down.
  @Test func roundingFollowsTheDirectionOfTheKey() throws {
    let document = DocumentFixtures.minimal
      .replacing(
        #""cpuCores": 4, "memoryGiB": 16"#, with: #""cpuCores": 4.0009, "memoryGiB": 16.0009"#
      )
      .replacing(#""artifactGiB": 1"#, with: #""artifactGiB": 1.0001"#)
      .replacing(#""baseMs": 5"#, with: #""baseMs": 5.0001"#)
      .replacing(#""latencyMs": 100"#, with: #""latencyMs": 100.0009"#)
      .replacing(#""ratePerSecond": 1"#, with: #""ratePerSecond": 1.0000001"#)
    let fleet = try DocumentFixtures.read(document)
    #expect(fleet.nodeTypes[0].cpuMilliCores == 4_000)
    #expect(fleet.nodeTypes[0].memoryMiB == 16_384)
    #expect(fleet.variants[0].artifactMiB == 1_025)
    #expect(
      fleet.variants[0].profiles[0].profile
        == .affine(baseMicroseconds: 5_001, slopeMicroseconds: 1_000, batchLimit: 4))
    #expect(fleet.demands[0].objective == .latency(microseconds: 100_000))
    #expect(fleet.demands[0].rateMicro == .constant(1_000_001))
  }

  /// Thirds sum to one after rounding, and stay so when read again.
  @Test func sharesThatMissOneByRoundingAreMadeWhole() throws {
    let document = DocumentFixtures.complete.replacing(
      #"{"id": "base", "probability": 0.7}"#,
      with: #"{"id": "base", "probability": 0.3333333}, {"id": "x", "probability": 0.36666666666}"#)
    let fleet = try DocumentFixtures.read(document)
    let shares = fleet.horizon.scenarios.map(\.probabilityMillionths)
    #expect(shares.reduce(0, +) == 1_000_000)
    #expect(shares == [333_334, 366_666, 300_000])
    let again = try FleetReader.read(documents: [("c.json", FleetWriter.bytes(of: fleet))])
    #expect(again == fleet)
  }

  /// A local hour wraps around midnight in both directions.
  @Test(arguments: [(-12, 8), (-9, 11), (0, 20), (3, 23), (4, 0), (14, 10)])
  func curvesFollowLocalTime(offset: Int, local: Int) throws {
    let curve = (0..<24).map { String($0) }.joined(separator: ", ")
    let document = DocumentFixtures.minimal
      .replacing(#""ratePerSecond": 1"#, with: #""ratePerSecond": 1, "curve": "ramp""#)
      .replacing(#""longitude": 2.5"#, with: #""longitude": 2.5, "utcOffsetHours": \#(offset)"#)
      .replacing(
        #""nodeTypes""#,
        with: #""horizon": {"hoursUTC": [20], "curves": {"ramp": [\#(curve)]}}, "nodeTypes""#)
    let fleet = try DocumentFixtures.read(document)
    #expect(fleet.demands[0].rateMicro == .hourly([Int64(local) * 1_000_000]))
  }

  @Test func rentWithoutAnyPriceIsAProblem() {
    let document = DocumentFixtures.minimal.replacing(#""owned": 1"#, with: #""rentable": 1"#)
    #expect(
      DocumentFixtures.problems(document).map(\.short) == [
        "pools[0].rentPricePerHour: missing; and neither \"cpu\" nor its accelerator has "
          + "onDemandPricePerHour. Maybe 0 where rent is free"
      ])
  }

  @Test func coordinatesAreNeededWithoutRoundTrips() throws {
    let document = DocumentFixtures.minimal.replacing(
      #""latitude": 1, "longitude": 2.5"#, with: #""jurisdiction": "FR""#)
    #expect(DocumentFixtures.problems(document).map(\.path) == ["regions[0].latitude"])
    let given = document.replacing(
      #""nodeTypes""#,
      with:
        #""network": {"roundTripMs": {"entries": [{"region": "r", "site": "here", "ms": 5}]}}, "nodeTypes""#
    )
    #expect(try DocumentFixtures.read(given).network.roundTripMicroseconds == [5_000])
  }

  @Test(arguments: ["sites", "nodeTypes", "pools", "models", "regions", "demands"])
  func emptyFleetsAreProblems(_ key: String) {
    let steps = [DocumentValue.Step.key(key)]
    let document = DocumentValue(DocumentFixtures.minimal)
    let empty = DocumentFixtures.problems(document.replacing(steps, with: "[]"))
    #expect(empty.contains { $0.path == key && $0.message.hasPrefix("an empty list: a fleet has") })
    let missing = DocumentFixtures.problems(document.removing(steps))
    #expect(missing.contains { $0.path == key && $0.message.hasPrefix("missing; a fleet has") })
  }
}
