internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  private typealias H = HardwareList

  mutating func buildDemands() {
    var random = random(.demands)
    let weights = regionWeight.map { integerSquareRoot($0) }
    let all = max(1, weights.reduce(0, +))
    let byRank = modelRank.indices.sorted { modelRank[$0] < modelRank[$1] }
    // Half by weight, half evenly; cumulative, so that nothing is lost to rounding.
    var (seen, given) = (Int64(0), 0)
    for region in fleet.regions.indices {
      seen += weights[region]
      let byWeight = Int(Int64(counts.demands) * seen / all)
      let evenly = counts.demands * (region + 1) / fleet.regions.count
      let until = (byWeight + evenly) / 2
      addDemands(in: region, count: until - given, byRank, &random)
      given = until
    }
  }

  /// Demands of a region: nearly always for the popular models, now and then for the others, and
  /// a second or third application of the same model where there are more demands than models.
  private mutating func addDemands(
    in region: Int, count: Int, _ byRank: [Int], _ random: inout RandomGenerator
  ) {
    var left = count
    var application = 0
    while left > 0 {
      let order = byRank.indices
        .map { (key: 2 * $0 + random.below(byRank.count), model: byRank[$0]) }
        .sorted { ($0.key, $0.model) < ($1.key, $1.model) }
      for (_, model) in order.prefix(left) {
        addDemand(region, model, application, &random)
      }
      left -= min(left, order.count)
      application += 1
    }
  }

  private mutating func addDemand(
    _ region: Int, _ model: Int, _ application: Int, _ random: inout RandomGenerator
  ) {
    let kind = kinds[model]
    var reach = drawReach(kind, region, &random)
    var variant = drawReference(model, &random)
    var residency = residency(region, reach, &random)
    // What is asked for exists at two sites at least: else less accuracy, then more freedom.
    if !isServable(model, variant.least, residency, region, reach) {
      variant = (fleet.models[model].variants.lowerBound, 0)
    }
    while !isServable(model, variant.least, residency, region, reach) {
      if let next = ModelKind.Reach(rawValue: reach.rawValue + 1) {
        reach = next
      } else if residency != nil {
        residency = nil
      } else {
        break
      }
    }
    var demand = Demand(
      id: "", region: region, model: model,
      objective: objective(model, reach, &random), valuePerThousand: 0, rateMicro: .constant(0))
    demand.percentileMillionths = kind.percentileMillionths
    demand.residency = residency
    demand.requestBytes = kind.requestBytes * random.integer(in: 60...150) / 100
    demand.leastAccuracyMillionths = variant.least
    demand.priorityClass = random.weighted([15, 45, 40])
    let bytes = min(random.integer(in: 20...200) * 1_000, mostDataBytes(variant.index))
    if case .latency(let limit) = demand.objective, random.chance(15), reach != .city,
      bytes >= 10_000, let site = dataSite(region, reach, &random)
    {
      // There is time to fetch it from as far as the users are.
      demand.objective = .latency(microseconds: limit + reach.roundTripMicroseconds * 5 / 4)
      demand.dataSite = site
      demand.dataBytesPerRequest = bytes
    }
    // Who wants the new version finds it beside the old one, which others still run.
    if fleet.models[model].liveVersions == 2, variant.least == 0, random.chance(15) {
      demand.oldestVersion = 2
    }
    demand.id = "\(fleet.regions[region].id)/\(fleet.models[model].id)"
    let used = usedIDs[demand.id, default: 0]
    usedIDs[demand.id] = used + 1
    if used > 0 { demand.id += "-\(used + 1)" }
    fleet.demands.append(demand)
    self.reach.append(reach)
    referenceVariant.append(variant.index)
    unitsPerRate.append(units(of: variant.index))
    let weight = regionWeight[region] * modelWeight[model] / 1000
    topRate.append(
      max(1, weight * random.integer(in: 45...155) / Int64(100 * (application * 2 + 1))))
  }

  /// The nearest reach of the draw within which there are sites to choose from.
  private func drawReach(
    _ kind: ModelKind, _ region: Int, _ random: inout RandomGenerator
  ) -> ModelKind.Reach {
    var reach = ModelKind.Reach(rawValue: random.weighted(kind.reach)) ?? .world
    while let next = ModelKind.Reach(rawValue: reach.rawValue + 1),
      Array(sites(near: region, within: reach).prefix(3)).count < (reach == .city ? 1 : 3)
    { reach = next }
    return reach
  }

  /// Edge and cloud sites within a reach, the nearest first.
  func sites(near region: Int, within reach: ModelKind.Reach) -> some Sequence<Int> {
    let row = region * fleet.sites.count
    return nearSites[region].lazy
      .prefix { roundTrip[row + $0] <= reach.roundTripMicroseconds }
      .filter { fleet.sites[$0].tier != .endpoint }
  }

  /// Whether two sites within reach (one within a city) can serve what is asked for.
  private func isServable(
    _ model: Int, _ least: Int64, _ residency: Set<String>?, _ region: Int,
    _ reach: ModelKind.Reach
  ) -> Bool {
    let wanted = reach == .city ? 1 : 2
    return Array(servers(model, least, residency, region, reach).prefix(wanted)).count == wanted
  }

  /// Sites that can serve a demand, the nearest first.
  func servers(of demand: Int) -> some Sequence<Int> {
    let element = fleet.demands[demand]
    return servers(
      element.model, element.leastAccuracyMillionths, element.residency, element.region,
      reach[demand])
  }

  /// Sites within reach with the hardware, the trust and the law for a model.
  private func servers(
    _ model: Int, _ least: Int64, _ residency: Set<String>?, _ region: Int,
    _ reach: ModelKind.Reach
  ) -> some Sequence<Int> {
    let element = fleet.models[model]
    return sites(near: region, within: reach).lazy.filter { site in
      let place = fleet.sites[site]
      return place.trust >= element.trust
        && residency?.contains(place.jurisdiction) ?? true
        && element.jurisdictions?.contains(place.jurisdiction) ?? true
        && poolsOfSite[site].contains { runs(element, least, on: fleet.pools[$0].nodeType) }
    }
  }

  /// Whether some variant of enough accuracy, of the first version, runs on a node type.
  private func runs(_ model: InferenceModel, _ least: Int64, on type: Int) -> Bool {
    guard let accelerator = fleet.nodeTypes[type].accelerator else { return false }
    return model.variants.contains { index in
      let variant = fleet.variants[index]
      return variant.version == 1 && variant.accuracyMillionths >= least
        && variant.devices <= fleet.nodeTypes[type].devices
        && (variant.devices < 2 || fleet.nodeTypes[type].fastInterconnect)
        && variantKinds[index].accelerators.contains(accelerator)
    }
  }

  /// The variant that needs the least among those of sufficient accuracy, and the accuracy asked.
  private func drawReference(
    _ model: Int, _ random: inout RandomGenerator
  ) -> (index: Int, least: Int64) {
    let variants = fleet.models[model].variants.filter {
      fleet.variants[$0].devices > 0 && fleet.variants[$0].version == 1
    }
    let level = random.weighted([62, 28, 10])
    let index = variants[min(level, variants.count - 1)]
    return (index, level == 0 ? 0 : fleet.variants[index].accuracyMillionths)
  }

  private mutating func residency(
    _ region: Int, _ reach: ModelKind.Reach, _ random: inout RandomGenerator
  ) -> Set<String>? {
    let draw = random.below(100)
    let country = fleet.regions[region].jurisdiction
    let near = Array(sites(near: region, within: reach))
    if draw < knobs.countryResidencyPercent {
      let own = near.filter { fleet.sites[$0].jurisdiction == country }
      if own.count >= 2 { return [country] }
    }
    guard draw < knobs.countryResidencyPercent + knobs.blocResidencyPercent else { return nil }
    return bloc(of: country)
  }

  /// The country with the others of its union or continent, as far as the fleet knows them.
  mutating func bloc(of country: String) -> Set<String> {
    if let known = blocs[country] { return known }
    let own = CityTable.country(country)
    let members = CityTable.countries.filter {
      own?.isInEuropeanUnion == true ? $0.isInEuropeanUnion : $0.continent == own?.continent
    }
    let result = Set(members.map(\.code)).intersection(
      fleet.sites.map(\.jurisdiction) + fleet.regions.map(\.jurisdiction))
    blocs[country] = result
    return result
  }

  private func dataSite(
    _ region: Int, _ reach: ModelKind.Reach, _ random: inout RandomGenerator
  ) -> Int? {
    let near = Array(sites(near: region, within: reach).prefix(6))
    return near.isEmpty ? nil : near[random.below(near.count)]
  }

  // MARK: - Objectives

  /// Wait and service over the length of a batch, in tenths, at the 95th percentile and a
  /// utilisation of 80 %, with some room.
  static let waits: [(batch: Int64, tenths: Int64)] = [(1, 90), (2, 63), (4, 45), (8, 35)]

  private func objective(
    _ model: Int, _ reach: ModelKind.Reach, _ random: inout RandomGenerator
  ) -> Demand.Objective {
    let kind = kinds[model]
    let variants = fleet.models[model].variants
    let typical = variants.lowerBound + min(1, variants.count - 1)
    let row = H.accelerators[variantKinds[typical].accelerators.first ?? H.l4]
    let percent = variantKinds[typical].timePercent * modelPercent[model] / 100
    let room = random.integer(in: 100...130)
    switch kind.speed {
    case .affine, .measured:
      let wait = Self.waits[1 + random.below(3)]
      let compute = percent * 100 / row.computePercent
      let whole = Self.time(kind, compute: compute, bandwidth: compute, batch: wait.batch).whole
      let tenths = wait.tenths * (kind.percentileMillionths > 950_000 ? 14 : 10) / 10
      let micro = reach.roundTripMicroseconds + whole / 10_000 * tenths * room / 100
      return .latency(microseconds: (micro + 999) / 1000 * 1000)
    case .tokens:
      let first = reach.roundTripMicroseconds + kind.target.first * percent / 100 * room / 100
      return .tokens(
        firstTokenMicroseconds: (first + 9_999) / 10_000 * 10_000,
        perTokenMicroseconds: (kind.target.each * percent / 100 * room / 100 + 999) / 1000 * 1000,
        lengths: kind.lengths.map {
          .init(input: $0.input, output: $0.output, shareMillionths: $0.percent * 10_000)
        })
    }
  }

  // MARK: - Need

  /// Bytes whose way out of a cloud costs three times the compute of a request on a variant: who
  /// has more to fetch for so little moves the model to the data.
  private func mostDataBytes(_ variant: Int) -> Int64 {
    let compute = Int128(units(of: variant)) * Int128(Self.rentPerHour) * 3 / 3600
    let egress = max(1, fleet.network.egressPricePerGiB.max() ?? 0)
    return Int64(clamping: compute * 1_073_741_824 / 1_000_000_000 / Int128(egress))
  }

  /// Rent of an L4, micro-units per hour.
  static let rentPerHour = H.accelerators[H.l4].accelerator.onDemandPricePerHour

  /// Billionths of an L4 that a request per second needs on a variant: its work times the larger
  /// of its share of compute and memory, at the utilisation cap.
  private func units(of variant: Int) -> Int64 {
    let (element, kind) = (fleet.variants[variant], variantKinds[variant])
    let model = element.model
    let row = H.accelerators[kind.accelerators.first ?? H.l4]
    let percent = kind.timePercent * modelPercent[model] / 100
    let work = Self.time(
      kinds[model], compute: percent * 100 / row.computePercent,
      bandwidth: percent * 100 / row.bandwidthPercent, batch: kinds[model].lengths.isEmpty ? 4 : 32
    ).work
    let memory = element.memoryMiB * 1000 / row.accelerator.memoryMiB
    let share = max(element.milliShares, memory) * element.devices
    let cap = fleet.policy.utilisationCapMillionths
    return max(1, work * share / 1000 * row.computePercent / 100 * 1_000_000 / cap)
  }
}
