internal import EmplaceFleet

/// Hardware, models and demands of the fleet over central Melbourne.
enum MelbourneHardware {
  /// The fleet without stations and users.
  static func fleet() -> Fleet {
    var fleet = Fleet()
    fleet.name = "melbourne"
    fleet.currency = "AUD"
    fleet.policy.latencyPrice = 60_000
    fleet.policy.accuracyPrice = 20_000
    fleet.policy.priorityClasses = [
      PriorityClass(
        id: "users", unservedPricePerThousand: 20_000, leastServedMillionths: 0,
        survivingMillionths: 0)
    ]
    fleet.accelerators = [
      Accelerator(
        id: "orin", memoryMiB: 28_672, sharing: [.exclusive, .timeSlicing], idleMilliwatts: 9_000,
        peakMilliwatts: 40_000),
      Accelerator(
        id: "l4", memoryMiB: 23_034, sharing: [.exclusive, .timeSlicing, .mps],
        idleMilliwatts: 16_000, peakMilliwatts: 72_000),
    ]
    var small = NodeType(
      id: "orin-box", accelerator: 0, devices: 1, cpuMilliCores: 12_000, memoryMiB: 30_720)
    (small.idleMilliwatts, small.busyMilliwatts) = (12_000, 15_000)
    var large = NodeType(
      id: "l4x4", accelerator: 1, devices: 4, cpuMilliCores: 64_000, memoryMiB: 196_608)
    (large.idleMilliwatts, large.busyMilliwatts) = (180_000, 300_000)
    fleet.nodeTypes = [small, large]
    fleet.tenants = [Tenant(id: "city")]
    addModels(to: &fleet)
    addCloud("melbourne-cloud", Coordinates(latitude: -37.67, longitude: 144.85), 1.15, &fleet)
    addCloud("sydney-cloud", Coordinates(latitude: -33.87, longitude: 151.21), 1, &fleet)
    return fleet
  }

  private static func addModels(to fleet: inout Fleet) {
    fleet.models = [
      InferenceModel(id: "detect", tenant: 0, family: "vision-detection", variants: 0..<2),
      InferenceModel(id: "assist", tenant: 0, family: "llm-3b", variants: 2..<4),
    ]
    func affine(_ base: Int64, _ slope: Int64) -> Profile {
      .affine(baseMicroseconds: base, slopeMicroseconds: slope, batchLimit: 4)
    }
    func tokens(_ percent: Int64) -> Profile {
      .tokens(
        TokenProfile(
          prefillBaseNanoseconds: 120_000 * percent, prefillPerTokenNanoseconds: 1_000 * percent,
          stepBaseNanoseconds: 140_000 * percent, stepPerSequenceNanoseconds: 3_500 * percent,
          stepPerKiloContextNanoseconds: 300 * percent, kvBytesPerToken: 57_344, batchLimit: 32))
    }
    func variant(
      _ id: String, _ model: Int, _ accuracy: Int64, _ artifact: Int64, memory: Int64,
      shares: Int64, cores: Int64, _ orin: Profile, _ l4: Profile
    ) -> Variant {
      Variant(
        id: id, model: model, version: 1, accuracyMillionths: accuracy, artifactMiB: artifact,
        devices: 1, memoryMiB: memory, milliShares: shares, cpuMilliCores: cores,
        hostMemoryMiB: 2_000,
        profiles: [
          VariantProfile(hardware: .accelerator(0), profile: orin),
          VariantProfile(hardware: .accelerator(1), profile: l4),
        ])
    }
    fleet.variants = [
      variant(
        "detect/nano", 0, 372_000, 1_900, memory: 800, shares: 150, cores: 600,
        affine(5_500, 2_800), affine(2_000, 1_000)),
      variant(
        "detect/small", 0, 447_000, 2_300, memory: 1_300, shares: 250, cores: 800,
        affine(8_000, 4_300), affine(2_900, 1_500)),
      variant(
        "assist/int4", 1, 571_000, 3_200, memory: 3_000, shares: 400, cores: 1_000, tokens(150),
        tokens(100)),
      variant(
        "assist/int8", 1, 596_000, 4_600, memory: 4_400, shares: 500, cores: 1_000, tokens(175),
        tokens(115)),
    ]
  }

  /// A station: one small node, which costs something while it is in use.
  static func addStation(_ id: String, _ place: Coordinates, to fleet: inout Fleet) {
    var site = Site(id: id, tier: .edge, jurisdiction: "AU")
    site.coordinates = place
    site.pueMillionths = 1_200_000
    site.energyPricePerKWh = .constant(190_000)
    site.carbonMilligramsPerKWh = .constant(550_000)
    site.openingPricePerHour = 150_000
    site.powerCapMilliwatts = 75_000
    site.storageMiB = 12_000
    let index = fleet.sites.count
    fleet.sites.append(site)
    fleet.pools.append(
      Pool(
        id: "\(id)/orin-box", site: index, nodeType: 0, owned: 1, rentable: 0, rentPricePerHour: 0))
  }

  private static func addCloud(
    _ id: String, _ place: Coordinates, _ premium: Double, _ fleet: inout Fleet
  ) {
    var site = Site(id: id, tier: .cloud, jurisdiction: "AU")
    site.coordinates = place
    site.pueMillionths = 1_150_000
    site.energyPricePerKWh = .constant(170_000)
    site.carbonMilligramsPerKWh = .constant(550_000)
    site.locationPremiumMillionths = Int64(premium * 1_000_000)
    let index = fleet.sites.count
    fleet.sites.append(site)
    fleet.pools.append(
      Pool(
        id: "\(id)/l4x4", site: index, nodeType: 1, owned: 0, rentable: 6,
        rentPricePerHour: 4 * Int64(premium * 1_000_000)))
  }

  /// Detection close by and an assistant for the users of a cell.
  static func addDemands(
    region: Int, named name: String, detection: Int64, assistant: Int64, to fleet: inout Fleet
  ) {
    var detect = Demand(
      id: "\(name)/detect", region: region, model: 0,
      objective: .latency(microseconds: 90_000), valuePerThousand: 9_000,
      rateMicro: .constant(max(1, detection)))
    detect.requestBytes = 60_000
    var assist = Demand(
      id: "\(name)/assist", region: region, model: 1,
      objective: .tokens(
        firstTokenMicroseconds: 1_200_000, perTokenMicroseconds: 90_000,
        lengths: [
          .init(input: 200, output: 60, shareMillionths: 600_000),
          .init(input: 700, output: 160, shareMillionths: 400_000),
        ]), valuePerThousand: 2_000_000, rateMicro: .constant(max(1, assistant)))
    assist.percentileMillionths = 900_000
    fleet.demands += [detect, assist]
  }
}
