import EmplaceFleet
import EmplaceProblems

/// Fleets small enough to compute by hand, and what is asked of their instances.
enum SmallFleet {
  /// One site in France 20 ms from one region, two nodes with two devices each and one to rent, one
  /// model in one variant, one demand of 1,000 requests per second within 100 ms. The waiting rule
  /// is `batch`, so that latencies are twice the batch's.
  static func one() -> Fleet {
    var fleet = Fleet()
    fleet.name = "one"
    fleet.digest = "d1"
    fleet.policy.waitingRule = "batch"
    fleet.accelerators = [
      Accelerator(
        id: "gpu", memoryMiB: 16_000, sharing: [.mps], idleMilliwatts: 20_000,
        peakMilliwatts: 120_000)
    ]
    fleet.nodeTypes = [node("pair", devices: 2)]
    var site = Site(id: "paris", tier: .edge, jurisdiction: "FR")
    site.energyPricePerKWh = .constant(200_000)
    site.pueMillionths = 1_500_000
    fleet.sites = [site]
    fleet.pools = [
      Pool(
        id: "paris/pair", site: 0, nodeType: 0, owned: 2, rentable: 1,
        rentPricePerHour: 3_000_000)
    ]
    fleet.tenants = [Tenant(id: "tenant")]
    fleet.models = [InferenceModel(id: "model", tenant: 0, family: "f", variants: 0..<1)]
    fleet.variants = [variant("model/a", model: 0)]
    fleet.regions = [Region(id: "lyon")]
    fleet.demands = [demand("ask", region: 0, model: 0)]
    fleet.network.roundTripMicroseconds = [20_000]
    return fleet
  }

  static func node(_ id: String, devices: Int64, accelerator: Int? = 0) -> NodeType {
    var type = NodeType(
      id: id, accelerator: accelerator, devices: devices, cpuMilliCores: 16_000,
      memoryMiB: 64_000)
    type.idleMilliwatts = 100_000
    type.busyMilliwatts = 50_000
    return type
  }

  /// 4,000 MiB, a quarter of a device, 10 ms + 1 ms a request in batches of up to 8.
  static func variant(_ id: String, model: Int, version: Int64 = 1, accuracy: Int64 = 900_000)
    -> Variant
  {
    Variant(
      id: id, model: model, version: version, accuracyMillionths: accuracy, artifactMiB: 2048,
      devices: 1, memoryMiB: 4000, milliShares: 250, cpuMilliCores: 1000, hostMemoryMiB: 2000,
      profiles: [
        VariantProfile(
          hardware: .accelerator(0),
          profile: .affine(baseMicroseconds: 10_000, slopeMicroseconds: 1000, batchLimit: 8))
      ])
  }

  static func demand(_ id: String, region: Int, model: Int) -> Demand {
    Demand(
      id: id, region: region, model: model, objective: .latency(microseconds: 100_000),
      valuePerThousand: 50_000, rateMicro: .constant(1_000_000_000))
  }

  /// Adds a region that is `microseconds` from the only site.
  static func addRegion(_ id: String, microseconds: Int64, to fleet: inout Fleet) {
    fleet.regions.append(Region(id: id))
    fleet.network.roundTripMicroseconds?.append(microseconds)
  }

  /// A language model's replica: 10 ms a prefill and 0.1 ms a token of it, 20 ms a step.
  static func tokenProfile(batch: Int) -> TokenProfile {
    TokenProfile(
      prefillBaseNanoseconds: 10_000_000, prefillPerTokenNanoseconds: 100_000,
      stepBaseNanoseconds: 20_000_000, stepPerSequenceNanoseconds: 100_000,
      stepPerKiloContextNanoseconds: 200_000, kvBytesPerToken: 1 << 20, batchLimit: batch)
  }
}

extension PlacementDerivation {
  /// The instance of a fleet.
  static func derive(_ fleet: Fleet, threads: Int = 1) throws -> PlacementInstance {
    try PlacementDerivation(fleet: fleet).instance(threads: threads)
  }
}

extension PlacementInstance {
  /// Names of all lanes.
  var laneNames: [String] { lanes.indices.map { name(ofLane: $0) } }
  /// Demands of the lane of that name, nil where there is none.
  func demands(ofLane name: String) -> [Int]? {
    laneNames.firstIndex(of: name).map { arcs(ofLane: $0).map { Int(arcDemand[$0]) } }
  }
  /// Names of the demands that each lane serves.
  var arcNames: [String] {
    lanes.indices.flatMap { lane in
      arcs(ofLane: lane).map { "\(name(ofLane: lane)) <- \(demands[Int(arcDemand[$0])].name)" }
    }
  }
}
