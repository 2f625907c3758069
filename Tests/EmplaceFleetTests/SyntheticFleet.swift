import EmplaceCore
import EmplaceFleet

/// A large fleet made in code: cities on a grid of clusters, several kinds of nodes, models with
/// three variants each, batch and token profiles, hourly rates.
struct SyntheticFleet {
  var sites: Int
  var models: Int
  var regions: Int
  var demands: Int
  var seed: UInt64 = 1
  var hours = 4

  func make() -> Fleet {
    var random = RandomGenerator(seed: seed)
    var fleet = Fleet()
    fleet.policy.latencyPrice = 1000
    fleet.policy.accuracyPrice = 1_000_000
    fleet.policy.carbonPricePerKg = 100_000
    fleet.policy.priorityClasses = [
      PriorityClass(
        id: "gold", unservedPricePerThousand: 2_000_000, leastServedMillionths: 0,
        survivingMillionths: 0),
      PriorityClass(
        id: "best effort", unservedPricePerThousand: 200_000, leastServedMillionths: 0,
        survivingMillionths: 0),
    ]
    fleet.horizon.hoursUTC = (0..<hours).map { $0 * 24 / hours }
    fleet.tenants = [Tenant(id: "t")]
    hardware(&fleet)
    places(&fleet, &random)
    workload(&fleet, &random)
    return fleet
  }

  private func hardware(_ fleet: inout Fleet) {
    fleet.accelerators = [
      Accelerator(
        id: "small", memoryMiB: 24_576, sharing: [.mps], idleMilliwatts: 16_000,
        peakMilliwatts: 72_000),
      Accelerator(
        id: "medium", memoryMiB: 49_152, sharing: [.mps], idleMilliwatts: 30_000,
        peakMilliwatts: 350_000),
      Accelerator(
        id: "large", memoryMiB: 81_920, sharing: [.mps, .mig], idleMilliwatts: 60_000,
        peakMilliwatts: 700_000),
    ]
    for (index, devices) in [2, 4, 8].enumerated() {
      var type = NodeType(
        id: "n\(index)", accelerator: index, devices: Int64(devices), cpuMilliCores: 64_000,
        memoryMiB: 524_288)
      type.fastInterconnect = index == 2
      type.idleMilliwatts = 150_000
      type.busyMilliwatts = 200_000
      fleet.nodeTypes.append(type)
    }
  }

  private func places(_ fleet: inout Fleet, _ random: inout RandomGenerator) {
    let centres = (0..<max(4, regions / 20)).map { _ in
      Coordinates(
        latitude: random.unit() * 100 - 40, longitude: random.unit() * 340 - 170)
    }
    func point(_ index: Int, _ random: inout RandomGenerator) -> Coordinates {
      let centre = centres[index % centres.count]
      return Coordinates(
        latitude: centre.latitude + random.unit() * 6 - 3,
        longitude: centre.longitude + random.unit() * 6 - 3)
    }
    for index in 0..<sites {
      var site = Site(
        id: "s\(index)", tier: index % 20 == 0 ? .cloud : .edge,
        jurisdiction: "J\(index % centres.count % 5)")
      site.coordinates = point(index, &random)
      site.failureDomains = ["d\(index % centres.count)"]
      site.energyPricePerKWh = .constant(Int64(80_000 + random.below(200_000)))
      site.carbonMilligramsPerKWh = .constant(Int64(20_000 + random.below(500_000)))
      site.pueMillionths = Int64(1_100_000 + random.below(400_000))
      fleet.sites.append(site)
      fleet.network.egressPricePerGiB.append(20_000)
      let big = index % 20 == 0
      fleet.pools.append(
        Pool(
          id: "s\(index)/a", site: index, nodeType: big ? 2 : 0, owned: big ? 20 : 4,
          rentable: big ? 20 : 0, rentPricePerHour: 20_000_000))
      if index % 3 == 0 {
        fleet.pools.append(
          Pool(
            id: "s\(index)/b", site: index, nodeType: 1, owned: 3, rentable: 2,
            rentPricePerHour: 4_000_000))
      }
    }
    for index in 0..<regions {
      var region = Region(id: "r\(index)")
      region.coordinates = point(index, &random)
      fleet.regions.append(region)
    }
  }

  private func workload(_ fleet: inout Fleet, _ random: inout RandomGenerator) {
    for index in 0..<models {
      let isToken = index % 3 == 0
      let start = fleet.variants.count
      for step in 0..<3 {
        fleet.variants.append(variant(index, step, isToken: isToken, &random))
      }
      fleet.models.append(
        InferenceModel(
          id: "m\(index)", tenant: 0, family: "f\(index)", variants: start..<start + 3))
    }
    for index in 0..<demands {
      let model = index < models ? index : random.below(models)
      var demand = Demand(
        id: "q\(index)", region: random.below(regions), model: model,
        objective: objective(model, random.below(2)), valuePerThousand: 1_000_000,
        rateMicro: .hourly((0..<hours).map { _ in Int64(10_000 + random.below(20_000_000)) }))
      demand.priorityClass = random.below(2)
      demand.leastAccuracyMillionths = random.below(3) == 0 ? 700_000 : 0
      if random.below(5) == 0 { demand.residency = ["J0", "J1", "J2"] }
      demand.requestBytes = Int64(1000 + random.below(200_000))
      fleet.demands.append(demand)
    }
  }

  private func variant(_ model: Int, _ step: Int, isToken: Bool, _ random: inout RandomGenerator)
    -> Variant
  {
    var profiles: [VariantProfile] = []
    for (device, speed) in [4.0, 2.0, 1.0].enumerated() {
      let scale = speed * (1 + Double(step)) * (0.5 + random.unit())
      let profile: Profile
      if isToken {
        profile = .tokens(
          TokenProfile(
            prefillBaseNanoseconds: Int64(4e6 * scale),
            prefillPerTokenNanoseconds: Int64(2e4 * scale),
            stepBaseNanoseconds: Int64(7e6 * scale), stepPerSequenceNanoseconds: Int64(6e4 * scale),
            stepPerKiloContextNanoseconds: Int64(5e4 * scale), kvBytesPerToken: 131_072,
            batchLimit: 64))
      } else {
        profile = .affine(
          baseMicroseconds: Int64(2000 * scale), slopeMicroseconds: Int64(400 * scale),
          batchLimit: 32)
      }
      profiles.append(VariantProfile(hardware: .accelerator(device), profile: profile))
    }
    return Variant(
      id: "m\(model)/v\(step)", model: model, version: 1,
      accuracyMillionths: Int64(600_000 + 100_000 * step), artifactMiB: Int64(1000 << step),
      devices: 1, memoryMiB: isToken ? Int64(4000 << step) : Int64(800 << step),
      milliShares: isToken ? 1000 : 250, cpuMilliCores: 2000, hostMemoryMiB: 4096,
      profiles: profiles)
  }

  private func objective(_ model: Int, _ tight: Int) -> Demand.Objective {
    if model % 3 != 0 { return .latency(microseconds: tight == 0 ? 28_000 : 45_000) }
    return .tokens(
      firstTokenMicroseconds: tight == 0 ? 250_000 : 350_000,
      perTokenMicroseconds: tight == 0 ? 40_000 : 100_000,
      lengths: [
        .init(input: 200, output: 150, shareMillionths: 600_000),
        .init(input: 1200, output: 300, shareMillionths: 400_000),
      ])
  }
}
