import EmplaceCore
import EmplaceFleet

/// Fleets drawn at random that use every property, within what the format allows.
struct RandomFleet {
  private var random: RandomGenerator
  private(set) var fleet = Fleet()

  /// The fleet of a seed.
  static func make(seed: UInt64) -> Fleet {
    var maker = RandomFleet(random: RandomGenerator(seed: seed))
    maker.drawRules()
    maker.drawHardware()
    maker.drawPlaces()
    maker.drawModels()
    maker.drawDemands()
    maker.drawRest()
    maker.fleet.digest = FleetWriter.digest(of: maker.fleet)
    return maker.fleet
  }

  private init(random: RandomGenerator) { self.random = random }

  // MARK: - Draws

  private mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }

  /// A number of any size up to the largest.
  private mutating func amount(_ least: Int64 = 0) -> Int64 {
    least + Int64(random.below(Int(Int64(1) << Int64(1 + random.below(50)))))
  }

  private mutating func amount(orNothing odds: Int) -> Int64? { chance(odds) ? nil : amount() }

  private mutating func share() -> Int64 { Int64(random.below(1_000_001)) }

  private mutating func series(_ least: Int64 = 0) -> Series {
    if chance(50) { return .constant(amount(least)) }
    return .hourly(fleet.horizon.hoursUTC.map { _ in amount(least) })
  }

  /// Text with what JSON must escape.
  private mutating func name(_ prefix: String, _ index: Int) -> String {
    let tails = ["", " \"quoted\"", "\\", "/é😀", "-\u{7FF}", " [0]"]
    return "\(prefix)\(index)\(tails[random.below(tails.count)])"
  }

  private mutating func shares(_ count: Int) -> [Int64] {
    var rest: Int64 = 1_000_000
    var result: [Int64] = []
    for _ in 1..<max(count, 1) {
      result.append(Int64(random.below(Int(rest) + 1)))
      rest -= result[result.count - 1]
    }
    return result + [rest]
  }

  private mutating func some(_ words: [String]) -> Set<String>? {
    chance(50) ? nil : Set(words.prefix(1 + random.below(words.count)))
  }

  private mutating func some(of count: Int) -> [Int] {
    (0..<count).filter { _ in random.below(3) == 0 }
  }

  private mutating func coordinates() -> Coordinates {
    Coordinates(latitude: random.unit() * 180 - 90, longitude: random.unit() * 360 - 180)
  }

  // MARK: - Parts

  private mutating func drawRules() {
    fleet.name = chance(20) ? "" : name("fleet", 1)
    fleet.currency = "CHF"
    let hours = 1 + random.below(6)
    fleet.horizon.hoursUTC = (0..<hours).map { ($0 * 5 + 3) % 24 }
    if chance(70) {
      let periods = 1 + random.below(4)
      fleet.horizon.periods = (0..<periods).map { name("period", $0) }
      fleet.horizon.periodStarts = chance(50) ? [] : (0..<periods).map { "2026-0\($0 + 1)-01" }
      fleet.horizon.periodHours = 1 + Int64(random.below(9_000))
      let probabilities = shares(1 + random.below(4))
      fleet.horizon.scenarios = probabilities.enumerated().map {
        Scenario(id: name("scenario", $0.offset), probabilityMillionths: $0.element)
      }
      for index in fleet.horizon.scenarios.indices where chance(50) {
        fleet.horizon.scenarios[index].rateMultipliersMillionths = (0..<periods).map { _ in
          amount()
        }
      }
      for index in 0..<random.below(3) {
        fleet.horizon.curves[name("curve", index)] = (0..<24).map { _ in amount() }
      }
    }
    let count = 1 + random.below(3)
    fleet.policy.priorityClasses = (0..<count).map {
      PriorityClass(
        id: name("class", $0), unservedPricePerThousand: amount(),
        leastServedMillionths: share(), survivingMillionths: share())
    }
    guard chance(80) else { return }
    fleet.policy.utilisationCapMillionths = 1 + Int64(random.below(1_000_000))
    fleet.policy.waitingRule = "batch"
    fleet.policy.batchLimitsPerProfile = 1 + random.below(8)
    fleet.policy.latencyPrice = amount()
    fleet.policy.carbonPricePerKg = amount()
    fleet.policy.accuracyPrice = amount()
    fleet.policy.migrationPricePerGiB = amount()
    fleet.policy.evictionPrice = amount()
    fleet.policy.windowHours = 1 + Int64(random.below(1000))
    fleet.policy.moveBudget = chance(50) ? nil : Int64(random.below(100))
    fleet.policy.hostingBudget = amount(orNothing: 50)
    fleet.policy.budgetsPerPeriod = fleet.horizon.periods.map { _ in amount() }
    fleet.policy.carbonCapsGramsPerPeriod = chance(50) ? [] : [amount()]
    fleet.policy.tailWeightMillionths = share()
    fleet.policy.tailShareMillionths = max(1, share())
    fleet.policy.safetyDeviationsMillionths = amount()
    fleet.policy.discountPerYearMillionths = share()
  }

  private mutating func drawHardware() {
    for index in 0..<1 + random.below(4) {
      let idle = Int64(random.below(100_000))
      var device = Accelerator(
        id: name("gpu", index), memoryMiB: amount(1), sharing: [.exclusive],
        idleMilliwatts: idle, peakMilliwatts: idle + amount())
      if chance(30) { device.product = name("product", index) }
      if chance(50) {
        device.sharing = [.mps, .mig, .timeSlicing]
        device.migComputeSlices = 4 + random.below(4)
        device.migMemorySlices = 4 + random.below(5)
        device.migProfiles = [
          .init(name: name("1g", index), computeSlices: 1, memorySlices: 1, starts: [2, 0, 1])
        ]
      }
      if chance(70) {
        device.purchasePrice = amount()
        device.lifeYears = 1 + Int64(random.below(20))
        device.embodiedCarbonGrams = amount()
        device.onDemandPricePerHour = amount()
        device.reservedPricePerHour = amount()
        device.spotPricePerHour = amount()
        device.leadTimePeriods = Int64(random.below(5))
      }
      fleet.accelerators.append(device)
    }
    for index in 0..<1 + random.below(5) {
      let accelerator = chance(30) ? nil : random.below(fleet.accelerators.count)
      var type = NodeType(
        id: name("node", index), accelerator: accelerator,
        devices: accelerator == nil ? 0 : 1 + Int64(random.below(8)), cpuMilliCores: amount(),
        memoryMiB: amount())
      if chance(70) {
        type.fastInterconnect = chance(50)
        type.rackUnits = Int64(random.below(10))
        type.idleMilliwatts = amount()
        type.busyMilliwatts = amount()
        type.purchasePrice = amount()
        type.lifeYears = 1 + Int64(random.below(20))
        type.embodiedCarbonGrams = amount()
        type.onDemandPricePerHour = amount()
        type.reservedPricePerHour = amount()
        type.spotPricePerHour = amount()
        type.leadTimePeriods = Int64(random.below(5))
      }
      fleet.nodeTypes.append(type)
    }
  }

  private mutating func drawPlaces() {
    for index in 0..<1 + random.below(4) {
      var region = Region(id: name("region", index))
      region.coordinates = coordinates()
      if chance(50) { region.jurisdiction = "DE" }
      region.utcOffsetHours = random.below(27) - 12
      region.population = amount()
      fleet.regions.append(region)
    }
    for index in 0..<1 + random.below(4) {
      var site = Site(
        id: name("site", index), tier: chance(50) ? .cloud : .edge, jurisdiction: "FR")
      site.coordinates = coordinates()
      if chance(50) { site.failureDomains = [name("domain", index), "all"] }
      site.powerCapMilliwatts = amount(orNothing: 50)
      site.rackUnits = chance(50) ? nil : Int64(random.below(1000))
      site.pueMillionths = 1_000_000 + amount()
      site.energyPricePerKWh = series()
      site.carbonMilligramsPerKWh = series()
      site.locationPremiumMillionths = amount()
      site.openingPricePerHour = amount()
      site.storageMiB = amount(orNothing: 50)
      site.uplinkChangeMiB = amount(orNothing: 50)
      site.uplinkKilobitsPerSecond = amount(orNothing: 50)
      site.trust = random.below(4)
      site.autonomousRegions = some(of: fleet.regions.count)
      if chance(30) {
        site.tier = .endpoint
        site.population = .init(
          count: 1 + Int64(random.below(1_000_000)), onlineMillionths: share(),
          region: random.below(fleet.regions.count))
      }
      fleet.sites.append(site)
      fleet.network.egressPricePerGiB.append(chance(50) ? 0 : amount())
    }
    for site in fleet.sites.indices {
      for type in fleet.nodeTypes.indices where type == 0 || chance(50) {
        let reserved = Int64(random.below(10))
        let isNamed = chance(30)
        var pool = Pool(
          id: isNamed
            ? "pool\(site).\(type)" : fleet.sites[site].id + "/" + fleet.nodeTypes[type].id,
          site: site, nodeType: type, owned: reserved + Int64(random.below(10)),
          rentable: Int64(random.below(10)), rentPricePerHour: amount())
        pool.reserved = reserved
        pool.spotRentable = Int64(random.below(3))
        pool.nodeLimit = chance(50) ? nil : pool.owned + Int64(random.below(3))
        fleet.pools.append(pool)
      }
    }
    let domains = Set(fleet.sites.flatMap(\.failureDomains)).sorted()
    fleet.policy.survive = Array(domains.prefix(random.below(2)))
  }

  private mutating func drawModels() {
    fleet.tenants = (0..<1 + random.below(3)).map {
      Tenant(
        id: name("tenant", $0), quotaMilliShares: amount(orNothing: 50),
        isolation: Tenant.Isolation.allCases[random.below(3)])
    }
    let count = 1 + random.below(4)
    for index in 0..<count {
      let id = name("model", index)
      let first = fleet.variants.count
      for position in 0..<1 + random.below(3) { drawVariant(position, index, id) }
      var model = InferenceModel(
        id: id, tenant: random.below(fleet.tenants.count),
        family: chance(50) ? id : name("family", index), variants: first..<fleet.variants.count)
      model.trust = random.below(3)
      model.jurisdictions = some(["FR", "DE", "CH"])
      model.licenceCopies = chance(50) ? nil : Int64(random.below(50))
      model.affinity = (0..<count).filter { _ in chance(20) }
      model.antiAffinity = (0..<count).filter {
        $0 != index && !model.affinity.contains($0) && chance(20)
      }
      model.failureDomains = 1 + Int64(random.below(3))
      model.liveVersions = chance(50) ? nil : 1 + Int64(random.below(3))
      let places = fleet.sites.indices.filter { _ in chance(20) }
      if chance(50) { model.pinnedSites = places } else { model.forbiddenSites = places }
      fleet.models.append(model)
    }
  }

  private mutating func drawVariant(_ position: Int, _ model: Int, _ modelID: String) {
    let cpuTypes = fleet.nodeTypes.indices.filter { fleet.nodeTypes[$0].devices == 0 }
    let usesCPU = !cpuTypes.isEmpty && chance(30)
    let hardware: [VariantProfile.Hardware] =
      usesCPU ? [.nodeType(cpuTypes[0])] : fleet.accelerators.indices.map { .accelerator($0) }
    var variant = Variant(
      id: modelID + "/" + name("variant", position), model: model,
      version: Int64(random.below(5)), accuracyMillionths: share(), artifactMiB: amount(),
      devices: usesCPU ? 0 : 1 + Int64(random.below(8)), memoryMiB: usesCPU ? 0 : amount(),
      milliShares: usesCPU ? 0 : 1 + Int64(random.below(1000)), cpuMilliCores: amount(1),
      hostMemoryMiB: amount(),
      profiles: hardware.map { VariantProfile(hardware: $0, profile: profile()) })
    if chance(50) { variant.deltaMiB = [0: amount(), 12: amount()] }
    if chance(50) { variant.interferenceClass = name("class", position) }
    if chance(50) { variant.warmUpSeconds = random.unit() * 1000 }
    fleet.variants.append(variant)
  }

  private mutating func profile() -> Profile {
    switch random.below(3) {
    case 0:
      return .affine(
        baseMicroseconds: amount(1), slopeMicroseconds: amount(),
        batchLimit: 1 + random.below(1000))
    case 1:
      return .measured(
        [1, 2, 7].map {
          MeasuredPoint(batch: $0, meanMicroseconds: amount(1), p95Microseconds: amount(1))
        })
    default:
      return .tokens(
        TokenProfile(
          prefillBaseNanoseconds: amount(), prefillPerTokenNanoseconds: amount(),
          stepBaseNanoseconds: amount(1), stepPerSequenceNanoseconds: amount(),
          stepPerKiloContextNanoseconds: amount(), kvBytesPerToken: amount(),
          batchLimit: 1 + random.below(1000)))
    }
  }

  private mutating func drawDemands() {
    for region in fleet.regions.indices {
      for model in fleet.models.indices where model == 0 || chance(60) {
        drawDemand(region, model)
      }
    }
  }

  private mutating func drawDemand(_ region: Int, _ model: Int) {
    let isNamed = chance(40)
    let lengths = shares(1 + random.below(4)).map {
      Demand.LengthBucket(
        input: Int64(random.below(10_000)), output: 1 + Int64(random.below(1000)),
        shareMillionths: $0)
    }
    let priority = random.below(fleet.policy.priorityClasses.count)
    var demand = Demand(
      id: isNamed
        ? "demand\(region).\(model)" : fleet.regions[region].id + "/" + fleet.models[model].id,
      region: region, model: model,
      objective: chance(50)
        ? .latency(microseconds: amount(1))
        : .tokens(
          firstTokenMicroseconds: amount(1), perTokenMicroseconds: amount(1), lengths: lengths),
      valuePerThousand: chance(50)
        ? amount() : fleet.policy.priorityClasses[priority].unservedPricePerThousand,
      rateMicro: series())
    demand.priorityClass = priority
    demand.percentileMillionths = 1 + Int64(random.below(999_999))
    demand.residency = some(["FR", "DE", "CH"])
    if chance(50) {
      demand.dataSite = random.below(fleet.sites.count)
      demand.dataBytesPerRequest = amount()
    }
    if chance(50) { demand.requestBytes = amount() }
    if chance(50) { demand.leastAccuracyMillionths = share() }
    if chance(50) { demand.oldestVersion = Int64(random.below(5)) }
    demand.isCritical = chance(30)
    if chance(50) { demand.rateDeviationMicro = amount() }
    if chance(30) {
      demand.scenarioRates = [
        .init(period: nil, scenario: 0, rateMicro: series()),
        .init(period: 0, scenario: nil, rateMicro: series()),
      ]
    }
    demand.parts = chance(50) ? 1000 : 1 + Int64(random.below(1_000_000))
    fleet.demands.append(demand)
  }

  private mutating func drawRest() {
    let sites = fleet.sites.count
    if chance(60) {
      fleet.network.roundTripMicroseconds = (0..<fleet.regions.count * sites).map { _ in
        chance(20) ? -1 : amount()
      }
    }
    if chance(40) {
      fleet.network.siteRoundTripMicroseconds = (0..<sites * sites).map { _ in
        chance(20) ? -1 : amount()
      }
    }
    if chance(50) {
      fleet.network.kilometresPerMillisecond = 1 + random.unit() * 900
      fleet.network.detour = 1 + random.unit()
      fleet.network.fixedMilliseconds = random.unit() * 1e-4
    }
    fleet.network.siteLinks = (0..<random.below(3)).map { _ in
      SiteLink(from: random.below(sites), to: random.below(sites), kilobitsPerSecond: amount())
    }
    for index in 0..<random.below(3) {
      fleet.interference.append(
        InterferenceEntry(
          accelerator: 0, subject: name("class", index), neighbour: "other",
          slowdownMillionths: 1_000_000 + amount()))
      fleet.interferenceModels.append(
        InterferenceModel(
          accelerator: 0, name: "linear",
          parameters: ["a": random.unit() - 0.5, name("p", index): 1e300, "z": -0.1]))
    }
    for demand in fleet.demands.indices where chance(20) {
      var history = RateHistory(demand: demand, ratesMicro: [amount(), amount()])
      if chance(50) {
        history.start = "2025-01-01"
        history.stepHours = 24
        history.growthPerYearMillionths = amount()
        history.seasonality = [.weekly, .daily]
      }
      fleet.history.append(history)
    }
    if chance(60) { drawIncumbent() }
    fleet.assumptions = (0..<random.below(3)).map {
      Assumption(path: "sites[\($0)].pue", value: "1.2", source: name("source", $0))
    }
  }

  private mutating func drawIncumbent() {
    var plan = IncumbentPlan()
    let variant = random.below(fleet.variants.count)
    if chance(70) {
      plan.replicas = [
        .init(variant: variant, pool: 0, batch: chance(50) ? nil : 4, count: 7)
      ]
      plan.artifacts = [.init(variant: variant, site: 0)]
      plan.routes = [.init(demand: 0, variant: variant, pool: 0, parts: 12)]
      plan.reservations = [.init(pool: 0, nodes: 3, periods: 2)]
    }
    fleet.incumbent = plan
  }
}
