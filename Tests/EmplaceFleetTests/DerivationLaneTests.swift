import EmplaceFleet
import EmplaceProblems
import Testing

@Suite("Lanes: batch limits, memory, counts")
struct DerivationLaneTests {
  @Test("One lane at the largest batch where it matches the smaller ones in everything")
  func one() throws {
    let instance = try PlacementDerivation.derive(SmallFleet.one())
    #expect(instance.laneNames == ["model/a@paris/pair/b8"])
    #expect(instance.arcDemand == [0])
    let lane = instance.lanes[0]
    #expect(lane.pool == 0 && lane.artifact == 0 && lane.batch == 8)
    #expect(lane.capacity == 800_000_000)
    #expect(lane.devices == 1 && lane.deviceMiB == 4000 && lane.milliShares == 250)
    #expect(lane.cpuMilliCores == 1000 && lane.hostMiB == 2000)
    // 18 ms for 8 requests: 2.25 ms each, so 1,000 a second keep 2.25 replicas busy.
    #expect(instance.arcWork == [2_250_000])
    #expect(instance.load(ofArc: 0, hour: 0) == 2_250_000)
    // 2.25 / 0.8 rounded up.
    #expect(lane.most == 3)
    #expect(lane.least == 0 && lane.cost == 0)
    // A quarter of (120 - 20) W and a sixteenth of 50 W, times the overhead of 1.5: 42.1875 W.
    #expect(lane.milliwatts == 42_188)
    #expect(instance.arcLimit.isEmpty)
    #expect(instance.name == "one" && instance.digest == "d1" && instance.currency == "EUR")
    #expect(instance.objectiveUnit == 1_000_000 && instance.rateScale == 1_000_000)
  }

  @Test("Smaller batches stay where they reach further: lowest, geometric middle, highest")
  func shortList() throws {
    var fleet = SmallFleet.one()
    // Twice 14, 16 and 18 ms: 72, 68 and 64 ms are left for the way.
    SmallFleet.addRegion("near 68", microseconds: 66_000, to: &fleet)
    SmallFleet.addRegion("near 72", microseconds: 70_000, to: &fleet)
    SmallFleet.addRegion("too far", microseconds: 79_000, to: &fleet)
    for region in 1...3 {
      fleet.demands.append(SmallFleet.demand("ask \(region)", region: region, model: 0))
    }
    let instance = try PlacementDerivation.derive(fleet)
    #expect(
      instance.laneNames == [
        "model/a@paris/pair/b4", "model/a@paris/pair/b6", "model/a@paris/pair/b8",
      ])
    #expect(instance.demands(ofLane: "model/a@paris/pair/b8") == [0])
    #expect(instance.demands(ofLane: "model/a@paris/pair/b6") == [0, 1])
    #expect(instance.demands(ofLane: "model/a@paris/pair/b4") == [0, 1, 2])
    // 3.5 ms, 16/6 ms rounded up to a nanosecond, 2.25 ms.
    #expect(instance.arcWork == [3_500_000, 3_500_000, 3_500_000, 2_666_667, 2_666_667, 2_250_000])

    fleet.policy.batchLimitsPerProfile = 2
    #expect(
      try PlacementDerivation.derive(fleet).laneNames
        == ["model/a@paris/pair/b4", "model/a@paris/pair/b8"])
    fleet.policy.batchLimitsPerProfile = 1
    #expect(try PlacementDerivation.derive(fleet).laneNames == ["model/a@paris/pair/b4"])
    // The smallest limit goes as low as it must to lose no demand.
    fleet.network.roundTripMicroseconds = [20_000, 66_000, 77_000, 79_000]
    #expect(try PlacementDerivation.derive(fleet).laneNames == ["model/a@paris/pair/b1"])
  }

  @Test("A latency price keeps the faster lane beside the more efficient one")
  func latencyPriceKeepsLanes() throws {
    var fleet = SmallFleet.one()
    fleet.policy.latencyPrice = 1
    #expect(
      try PlacementDerivation.derive(fleet).lanes.map(\.batch) == [4, 6, 8])
  }

  @Test("Measured batches are the only ones, never faster than smaller ones")
  func measured() throws {
    var fleet = SmallFleet.one()
    fleet.variants[0].profiles[0].profile = .measured([
      MeasuredPoint(batch: 2, meanMicroseconds: 12_000, p95Microseconds: 12_000),
      MeasuredPoint(batch: 5, meanMicroseconds: 11_000, p95Microseconds: 11_000),
      MeasuredPoint(batch: 64, meanMicroseconds: 60_000, p95Microseconds: 60_000),
    ])
    let instance = try PlacementDerivation.derive(fleet)
    // 64 at once are beyond 100 ms; 5 at once take at least the 12 ms of 2.
    #expect(instance.laneNames == ["model/a@paris/pair/b5"])
    #expect(instance.arcWork == [2_400_000])
  }

  @Test("Language models: KV cache at the batch limit, over two tensor-parallel devices")
  func tokens() throws {
    var fleet = SmallFleet.one()
    fleet.policy.waitingRule = "md1"
    fleet.nodeTypes[0].fastInterconnect = true
    fleet.variants[0].devices = 2
    fleet.variants[0].milliShares = 900
    fleet.variants[0].profiles[0].profile = .tokens(SmallFleet.tokenProfile(batch: 16))
    fleet.demands[0].objective = .tokens(
      firstTokenMicroseconds: 60_000_000, perTokenMicroseconds: 200_000,
      lengths: [.init(input: 1000, output: 200, shareMillionths: 1_000_000)])
    fleet.demands[0].rateMicro = .constant(1_000_000)
    let instance = try PlacementDerivation.derive(fleet)
    let batches = instance.lanes.map(\.batch)
    #expect(batches.last == 16)
    for (index, lane) in instance.lanes.enumerated() {
      // Contexts run from 1,000 to 1,200 tokens: mean 1,100, deviation 200 / sqrt 12.
      let deviation = 200 / 12.0.squareRoot()
      let margin = 3 * deviation / Double(lane.batch).squareRoot()
      let context = min(1200, 1100 + margin)
      let tokens = (context * Double(lane.batch)).rounded(.up)
      // 1 MiB a token over both devices: half of it on each.
      #expect(lane.deviceMiB == 4000 + Int64((tokens / 2).rounded(.up)))
      #expect(lane.devices == 2 && lane.milliShares == 900)
      // Prefill 110 ms, and 200 tokens of (20 / b + 0.1 + 0.2 x 1.1) ms.
      let work = 110e6 + 200 * (20e6 / Double(lane.batch) + 0.1e6 + 0.22e6)
      let arc = instance.arcs(ofLane: index).lowerBound
      #expect(abs(Double(instance.arcWork[arc]) - work) <= 1)
    }
  }

  @Test("Memory decides the largest batch limit of a language model")
  func tokenMemory() throws {
    var fleet = SmallFleet.one()
    fleet.policy.waitingRule = "md1"
    fleet.variants[0].profiles[0].profile = .tokens(SmallFleet.tokenProfile(batch: 64))
    fleet.demands[0].objective = .tokens(
      firstTokenMicroseconds: 60_000_000, perTokenMicroseconds: 200_000,
      lengths: [.init(input: 1000, output: 200, shareMillionths: 1_000_000)])
    // 12,000 MiB beside the weights hold 10 contexts of 1,155 tokens, not 12 of 1,150.
    let instance = try PlacementDerivation.derive(fleet)
    #expect(instance.lanes.map(\.batch).max() == 8)
    #expect(instance.lanes.allSatisfy { $0.deviceMiB <= 16_000 })
  }

  @Test("Most replicas: devices, memory, shares, host, licence of the load")
  func counts() throws {
    func most(_ change: (inout Fleet) -> Void) throws -> Int64 {
      var fleet = SmallFleet.one()
      fleet.demands[0].rateMicro = .constant(1_000_000_000_000)
      change(&fleet)
      return try PlacementDerivation.derive(fleet).lanes[0].most
    }
    // Three nodes of two devices, four quarters each.
    #expect(try most { _ in } == 24)
    #expect(try most { $0.variants[0].milliShares = 400 } == 12)
    #expect(try most { $0.variants[0].memoryMiB = 6000 } == 12)
    #expect(try most { $0.variants[0].cpuMilliCores = 5000 } == 9)
    #expect(try most { $0.variants[0].hostMemoryMiB = 30_000 } == 6)
    #expect(try most { $0.accelerators[0].sharing = [.exclusive] } == 6)
    #expect(try most { $0.pools[0].rentable = 0 } == 16)
    #expect(
      try most {
        $0.nodeTypes[0].devices = 8
        $0.nodeTypes[0].fastInterconnect = true
        $0.variants[0].devices = 3
      } == 6)
    // Four devices on two nodes of two: three nodes hold one such replica.
    #expect(
      try most {
        $0.nodeTypes[0].fastInterconnect = true
        $0.variants[0].devices = 4
      } == 1)
  }

  @Test("Exclusive devices are taken whole")
  func exclusive() throws {
    var fleet = SmallFleet.one()
    fleet.accelerators[0].sharing = [.exclusive]
    let lane = try PlacementDerivation.derive(fleet).lanes[0]
    #expect(lane.milliShares == 1000)
    // What it draws is what it computes.
    #expect(lane.milliwatts == 42_188)
  }

  @Test("CPU serving goes by node type, with host memory and no device")
  func processors() throws {
    var fleet = SmallFleet.one()
    fleet.nodeTypes.append(SmallFleet.node("cpu", devices: 0, accelerator: nil))
    fleet.pools.append(
      Pool(
        id: "paris/cpu", site: 0, nodeType: 1, owned: 1, rentable: 0, rentPricePerHour: 0))
    fleet.variants[0].devices = 0
    fleet.variants[0].cpuMilliCores = 6000
    fleet.variants[0].profiles = [
      VariantProfile(
        hardware: .nodeType(1),
        profile: .affine(baseMicroseconds: 30_000, slopeMicroseconds: 0, batchLimit: 1))
    ]
    let instance = try PlacementDerivation.derive(fleet)
    #expect(instance.laneNames == ["model/a@paris/cpu/b1"])
    let lane = instance.lanes[0]
    #expect(lane.devices == 0 && lane.deviceMiB == 0 && lane.milliShares == 0)
    #expect(lane.cpuMilliCores == 6000 && lane.hostMiB == 2000)
    #expect(lane.most == 2)
    // Six of sixteen cores of 50 W, times 1.5.
    #expect(lane.milliwatts == 28_125)
    #expect(instance.pools[1].devices == 0 && instance.pools[1].deviceMiB == 0)
  }

  @Test("Lanes stand by pool, then variant, then batch; artifacts by site, then variant")
  func order() throws {
    var fleet = SmallFleet.one()
    fleet.policy.latencyPrice = 1
    fleet.sites.append(Site(id: "nice", tier: .edge, jurisdiction: "FR"))
    fleet.network.roundTripMicroseconds = [20_000, 5000]
    fleet.pools.insert(
      Pool(
        id: "nice/pair", site: 1, nodeType: 0, owned: 1, rentable: 0, rentPricePerHour: 0), at: 0)
    fleet.variants.append(SmallFleet.variant("model/b", model: 0))
    fleet.models[0].variants = 0..<2
    let instance = try PlacementDerivation.derive(fleet)
    #expect(instance.lanes.map(\.pool) == [0, 0, 0, 0, 0, 0, 1, 1, 1, 1, 1, 1])
    #expect(
      instance.artifacts.indices.map { instance.name(ofArtifact: $0) } == [
        "model/a@paris", "model/b@paris", "model/a@nice", "model/b@nice",
      ])
    #expect(instance.lanes.map(\.artifact) == [2, 2, 2, 3, 3, 3, 0, 0, 0, 1, 1, 1])
    #expect(instance.arcStart == Array(0...12))
    #expect(instance.arc(lane: 3, demand: 0) == 3)
  }

  @Test("Demands without a request and lanes without a demand are left out")
  func empty() throws {
    var fleet = SmallFleet.one()
    fleet.demands[0].rateMicro = .constant(0)
    let instance = try PlacementDerivation.derive(fleet)
    #expect(instance.lanes.isEmpty && instance.artifacts.isEmpty)
    #expect(instance.demands.count == 1 && instance.demands[0].unservedCost == 0)
    #expect(try PlacementDerivation.derive(Fleet()).lanes.isEmpty)
  }
}
