import EmplaceCore
import EmplaceFleet
import EmplaceProblems
import Testing

@Suite("Why an arc is missing")
struct DerivationReasonTests {
  /// The reason of the only pair, after a change; the arcs must agree.
  func reason(_ change: (inout Fleet) -> Void) throws -> Inadmissible? {
    var fleet = SmallFleet.one()
    change(&fleet)
    let derivation = PlacementDerivation(fleet: fleet)
    let reason = derivation.admissibility(demand: 0, variant: 0, pool: 0)
    #expect(try derivation.instance(threads: 1).arcCount == (reason == nil ? 1 : 0))
    let counts = derivation.reasonCounts(demands: [0])[0]
    #expect(counts.map(\.kind) == (reason.map { [$0.kind] } ?? []))
    #expect(counts.allSatisfy { $0.count == 1 })
    return reason
  }

  @Test("Admissible as it is")
  func none() throws {
    #expect(try reason { _ in } == nil)
  }

  @Test("Rules of the place")
  func place() throws {
    #expect(
      try reason { $0.demands[0].residency = ["DE", "BE"] }
        == .residency(site: "FR", allowed: ["BE", "DE"]))
    #expect(try reason { $0.demands[0].residency = ["FR"] } == nil)
    #expect(
      try reason { $0.models[0].jurisdictions = [] }
        == .weightsJurisdiction(site: "FR", allowed: []))
    #expect(try reason { $0.models[0].trust = 2 } == .trust(site: 0, needed: 2))
    #expect(
      try reason {
        $0.sites[0].trust = 2
        $0.models[0].trust = 2
      } == nil)
  }

  @Test("Rules of the variant")
  func variant() throws {
    #expect(
      try reason { $0.demands[0].leastAccuracyMillionths = 950_000 }
        == .accuracy(variant: 900_000, needed: 950_000))
    #expect(try reason { $0.demands[0].leastAccuracyMillionths = 900_000 } == nil)
    #expect(
      try reason { $0.demands[0].oldestVersion = 2 } == .version(variant: 1, oldest: 2))
    #expect(try reason { $0.demands[0].oldestVersion = 1 } == nil)
    #expect(
      try reason { $0.variants[0].profiles = [] } == .noProfile(hardware: "gpu"))
    #expect(
      try reason { $0.variants[0].devices = 0 } == .noProfile(hardware: "pair"))
    #expect(
      try reason {
        $0.variants[0].profiles[0].profile = .tokens(SmallFleet.tokenProfile(batch: 4))
      } == .otherObjective)
    #expect(
      try reason {
        $0.demands[0].objective = .tokens(
          firstTokenMicroseconds: 1_000_000, perTokenMicroseconds: 1_000_000,
          lengths: [.init(input: 1, output: 1, shareMillionths: 1_000_000)])
      } == .otherObjective)
  }

  @Test("Rules of the hardware")
  func hardware() throws {
    #expect(
      try reason { $0.variants[0].memoryMiB = 16_001 }
        == .deviceMemory(needed: 16_001, there: 16_000))
    #expect(try reason { $0.variants[0].milliShares = 1001 } == .share(needed: 1001))
    #expect(
      try reason { $0.variants[0].cpuMilliCores = 16_001 }
        == .hostCPU(needed: 16_001, there: 16_000))
    #expect(
      try reason { $0.variants[0].hostMemoryMiB = 64_001 }
        == .hostMemory(needed: 64_001, there: 64_000))
    #expect(try reason { $0.variants[0].devices = 2 } == .interconnect(devices: 2))
    #expect(
      try reason {
        $0.variants[0].devices = 3
        $0.nodeTypes[0].fastInterconnect = true
      } == .devices(needed: 3, there: 2))
    #expect(
      try reason {
        $0.variants[0].devices = 8
        $0.nodeTypes[0].fastInterconnect = true
      } == .nodes(needed: 4, there: 3))
    #expect(
      try reason {
        $0.pools[0].owned = 0
        $0.pools[0].rentable = 0
      } == .noNodes)
    // One sequence of 1,200 tokens is 1,200 MiB of cache, more than is left beside the weights.
    #expect(
      try reason {
        $0.policy.waitingRule = "md1"
        $0.variants[0].memoryMiB = 15_000
        $0.variants[0].profiles[0].profile = .tokens(SmallFleet.tokenProfile(batch: 4))
        $0.demands[0].objective = .tokens(
          firstTokenMicroseconds: 60_000_000, perTokenMicroseconds: 200_000,
          lengths: [.init(input: 1000, output: 200, shareMillionths: 1_000_000)])
      } == .deviceMemory(needed: 16_200, there: 16_000))
  }

  @Test("Rules of the way")
  func way() throws {
    #expect(
      try reason { $0.network.roundTripMicroseconds = [-1] } == .unreachable)
    #expect(
      try reason { $0.network.roundTripMicroseconds = nil } == .unreachable)
    #expect(
      try reason {
        $0.network.roundTripMicroseconds = nil
        $0.sites[0].coordinates = Coordinates(latitude: 48.86, longitude: 2.35)
        $0.regions[0].coordinates = Coordinates(latitude: 45.76, longitude: 4.84)
      } == nil)
    #expect(try reason { $0.demands[0].rateMicro = .constant(0) } == .noRequests)
  }

  @Test("A late answer, with the figures of the batch limit that comes closest")
  func late() throws {
    // Twice 11 ms for one request at a time and 20 ms of network.
    let late = try reason { $0.demands[0].objective = .latency(microseconds: 41_999) }
    #expect(
      late
        == .latency(
          .init(
            percentileMillionths: 950_000, promisedMicroseconds: 42_000,
            limitMicroseconds: 41_999, networkMicroseconds: 20_000, batch: 1)))
    #expect(
      late?.description
        == "P95 of the latency is 42 ms, of it 20 ms network, above the limit 41.999 ms at batch "
        + "limit 1")
    #expect(try reason { $0.demands[0].objective = .latency(microseconds: 42_000) } == nil)
  }

  @Test("Where longer batches are planned with, the figures are theirs")
  func latePlanned() throws {
    var fleet = SmallFleet.one()
    fleet.sites.append(Site(id: "far", tier: .edge, jurisdiction: "FR"))
    fleet.network.roundTripMicroseconds = [20_000, 72_001]
    fleet.pools.append(
      Pool(id: "far/pair", site: 1, nodeType: 0, owned: 1, rentable: 0, rentPricePerHour: 0))
    // One request at a time would do, but the smallest batch limit that is planned with is 4.
    #expect(
      PlacementDerivation(fleet: fleet).admissibility(demand: 0, variant: 0, pool: 1)
        == .latency(
          .init(
            percentileMillionths: 950_000, promisedMicroseconds: 100_001,
            limitMicroseconds: 100_000, networkMicroseconds: 72_001, batch: 4)))
  }

  @Test("Late tokens: the first, and each further one")
  func lateTokens() throws {
    func tokens(first: Int64, each: Int64) throws -> Inadmissible? {
      try reason {
        $0.policy.waitingRule = "md1"
        $0.variants[0].profiles[0].profile = .tokens(SmallFleet.tokenProfile(batch: 8))
        $0.demands[0].objective = .tokens(
          firstTokenMicroseconds: first, perTokenMicroseconds: each,
          lengths: [.init(input: 1000, output: 200, shareMillionths: 1_000_000)])
      }
    }
    #expect(try tokens(first: 60_000_000, each: 200_000) == nil)
    guard case .firstToken(let first) = try tokens(first: 120_000, each: 200_000) else {
      Issue.record("not the first token")
      return
    }
    #expect(first.limitMicroseconds == 120_000 && first.networkMicroseconds == 20_000)
    // The own prefill alone takes 110 ms.
    #expect(try #require(first.promisedMicroseconds) > 130_000)
    guard case .perToken(let each) = try tokens(first: 60_000_000, each: 20_000) else {
      Issue.record("not each token")
      return
    }
    // One step of one sequence with up to 1,200 tokens of context: 20 + 0.1 + 0.24 ms.
    #expect(each.batch == 1 && each.networkMicroseconds == 0)
    #expect(each.promisedMicroseconds == 20_340)
  }

  @Test("Data that lies elsewhere: a round trip, the slower uplink, and no way")
  func data() throws {
    func data(_ bytes: Int64, _ change: (inout Fleet) -> Void = { _ in }) throws -> Inadmissible? {
      try reason {
        var vault = Site(id: "vault", tier: .cloud, jurisdiction: "FR")
        vault.uplinkKilobitsPerSecond = 8000
        $0.sites.append(vault)
        $0.network.roundTripMicroseconds = [20_000, 12_000]
        $0.demands[0].dataSite = 1
        $0.demands[0].dataBytesPerRequest = bytes
        change(&$0)
      }
    }
    #expect(try data(0) == nil)
    // By way of the region 12 + 20 ms, and 1 ms a 1,000 bytes: with the way of 20 ms and twice
    // 11 ms, 26,000 bytes are the most within 100 ms.
    #expect(try data(25_000) == nil)
    #expect(try data(26_001)?.kind == .latency)
    #expect(
      try data(25_000) { $0.sites[1].uplinkKilobitsPerSecond = 0 }
        == .dataUnreachable(from: "vault"))
    #expect(
      try data(1) { $0.network.roundTripMicroseconds = [20_000, -1] }
        == .dataUnreachable(from: "vault"))
    #expect(try data(1_000_000) { $0.demands[0].dataSite = 0 } == nil)
    #expect(try data(25_000) { $0.sites[0].uplinkKilobitsPerSecond = 4000 }?.kind == .latency)
    // A stated way and a stated link take the place of both guesses.
    #expect(
      try data(26_001) { $0.network.siteRoundTripMicroseconds = [0, 12_000, 12_000, 0] } == nil)
    #expect(
      try data(1) { $0.network.siteRoundTripMicroseconds = [0, -1, -1, 0] }
        == .dataUnreachable(from: "vault"))
    #expect(
      try data(50_000) {
        $0.network.siteLinks = [SiteLink(from: 1, to: 0, kilobitsPerSecond: 16_000)]
      } == nil)
    #expect(
      try data(50_000) {
        $0.network.siteLinks = [SiteLink(from: 0, to: 1, kilobitsPerSecond: 16_000)]
      }?.kind == .latency)
  }

  @Test("Populations of devices")
  func endpoint() throws {
    func endpoint(_ change: (inout Fleet) -> Void) throws -> Inadmissible? {
      try reason {
        $0.sites[0].tier = .endpoint
        $0.sites[0].population = .init(count: 1000, onlineMillionths: 400_000, region: 0)
        change(&$0)
      }
    }
    #expect(try endpoint { _ in } == nil)
    #expect(
      try endpoint {
        $0.regions.append(Region(id: "nice"))
        $0.network.roundTripMicroseconds = [20_000, 20_000]
        $0.sites[0].population?.region = 1
      } == .endpointRegion(demand: "lyon", population: "nice"))
    #expect(
      try endpoint { $0.sites[0].population?.count = 0 }
        == .endpointOffline(devices: 0, onlineMillionths: 400_000))
    #expect(
      try endpoint { $0.demands[0].parts = 2 }
        == .endpointOffline(devices: 1000, onlineMillionths: 400_000))
    #expect(try endpoint { $0.demands[0].parts = 3 } == nil)
  }

  @Test("Pairs that belong to no question, and every sentence")
  func sentences() throws {
    var fleet = SmallFleet.one()
    fleet.models.append(InferenceModel(id: "other", tenant: 0, family: "g", variants: 1..<2))
    fleet.variants.append(SmallFleet.variant("other/a", model: 1))
    let derivation = PlacementDerivation(fleet: fleet)
    #expect(derivation.admissibility(demand: 0, variant: 1, pool: 0) == .otherModel)
    #expect(derivation.admissibility(demand: 7, variant: 0, pool: 0) == .otherModel)
    #expect(derivation.admissibility(demand: 0, variant: 0, pool: -1) == .otherModel)
    #expect(derivation.reasonCounts(demands: [-1]) == [[]])
    #expect(
      Inadmissible.accuracy(variant: 912_500, needed: 1_000_000).description
        == "the variant's accuracy is 91.25 %, the demand needs 100 %")
    #expect(
      Inadmissible.residency(site: "FR", allowed: ["BE", "DE"]).description
        == "the demand may not be served in FR, only in BE, DE")
    #expect(
      Inadmissible.weightsJurisdiction(site: "FR", allowed: []).description
        == "the weights may not lie in FR, only in no jurisdiction")
    let late = Inadmissible.Late(
      percentileMillionths: 999_000, promisedMicroseconds: nil, limitMicroseconds: 50,
      networkMicroseconds: 0, batch: 3)
    #expect(
      Inadmissible.perToken(late).description
        == "P99.9 of the time per output token has no bound at batch limit 3, limit 0.05 ms")
    #expect(Set(Inadmissible.Kind.allCases.map(\.rawValue)).count == 19)
  }

  @Test("Arcs and reasons agree on every pair of fleets drawn at random")
  func agreement() throws {
    for seed in 1...4 as ClosedRange<UInt64> {
      var fleet = SyntheticFleet(sites: 8, models: 4, regions: 6, demands: 24, seed: seed).make()
      fleet.policy.waitingRule = ["md1", "mg1", "batch", "inferno"][Int(seed) % 4]
      fleet.policy.latencyPrice = seed % 2 == 0 ? 0 : 1000
      fleet.sites[3].population = .init(count: 50, onlineMillionths: 700_000, region: 2)
      fleet.demands[5].dataSite = 1
      fleet.demands[5].dataBytesPerRequest = 5000
      let derivation = PlacementDerivation(fleet: fleet)
      let instance = try derivation.instance(threads: 2)
      var served: Set<[Int]> = []
      for lane in instance.lanes.indices {
        for arc in instance.arcs(ofLane: lane) {
          served.insert([
            Int(instance.arcDemand[arc]), instance.variant(ofLane: lane),
            Int(instance.lanes[lane].pool),
          ])
        }
      }
      #expect(!served.isEmpty)
      for demand in fleet.demands.indices {
        var counts: [Inadmissible.Kind: Int] = [:]
        for variant in fleet.models[fleet.demands[demand].model].variants {
          for pool in fleet.pools.indices {
            let reason = derivation.admissibility(demand: demand, variant: variant, pool: pool)
            #expect((reason == nil) == served.contains([demand, variant, pool]))
            if let reason { counts[reason.kind, default: 0] += 1 }
          }
        }
        let listed = derivation.reasonCounts(demands: [demand])[0]
        #expect(Dictionary(uniqueKeysWithValues: listed.map { ($0.kind, $0.count) }) == counts)
      }
    }
  }

  @Test("The same where every demand has lengths and limits of its own")
  func manyClasses() throws {
    var fleet = SmallFleet.one()
    fleet.policy.waitingRule = "md1"
    fleet.policy.utilisationCapMillionths = 400_000
    fleet.variants[0].profiles[0].profile = .tokens(SmallFleet.tokenProfile(batch: 2))
    fleet.demands = (0..<270).map { number in
      var demand = SmallFleet.demand("ask \(number)", region: 0, model: 0)
      demand.objective = .tokens(
        firstTokenMicroseconds: Int64(1_000_000 + 20_000 * number),
        perTokenMicroseconds: Int64(40_000 - 80 * number),
        lengths: [
          .init(
            input: Int64(100 + number), output: Int64(50 + number % 7), shareMillionths: 900_000),
          .init(input: 800, output: 90, shareMillionths: 100_000),
        ])
      return demand
    }
    let derivation = PlacementDerivation(fleet: fleet)
    let instance = try derivation.instance(threads: 2)
    let served = Set(instance.arcDemand.map(Int.init))
    #expect(served.count > 10 && served.count < 260)
    for demand in stride(from: 0, to: 270, by: 45) {
      let reason = derivation.admissibility(demand: demand, variant: 0, pool: 0)
      #expect((reason == nil) == served.contains(demand))
    }
  }

  @Test("A table of very many lengths ends in few, none of them shorter")
  func manyLengths() throws {
    var fleet = SmallFleet.one()
    fleet.policy.waitingRule = "md1"
    fleet.variants[0].profiles[0].profile = .tokens(SmallFleet.tokenProfile(batch: 2))
    let lengths = (0..<1000).map {
      Demand.LengthBucket(input: Int64(1 + $0), output: Int64(2 + $0 % 50), shareMillionths: 1000)
    }
    fleet.demands[0].objective = .tokens(
      firstTokenMicroseconds: 60_000_000, perTokenMicroseconds: 60_000_000, lengths: lengths)
    let instance = try PlacementDerivation.derive(fleet)
    let arc = try #require(instance.arcWork.first)
    // The work is that of the table as it stands: prefill of 500.5 tokens, 26.5 tokens of output.
    let context = lengths.reduce(0.0) {
      $0 + Double($1.output) * (Double($1.input) + Double($1.output) / 2) / 1000
    }
    let batch = Double(instance.lanes[0].batch)
    let work = 10e6 + 50.05e6 + 26.5 * (20e6 / batch + 0.1e6) + 0.2e3 * context
    #expect(abs(Double(arc) - work) <= 1)
  }
}
