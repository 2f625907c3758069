extension PlacementDerivation {
  /// How many (variant, pool) pairs a reason keeps from a demand.
  public struct ReasonCount: Sendable, Hashable {
    /// The kind of reason.
    public var kind: Inadmissible.Kind
    /// How many pairs.
    public var count: Int
  }

  /// Why `variant` in `pool` may not serve `demand` at any batch limit that is planned with, or nil
  /// where it may; recomputed when asked. All three are indices into the fleet.
  public func admissibility(demand: Int, variant: Int, pool: Int) -> Inadmissible? {
    guard fleet.demands.indices.contains(demand), fleet.variants.indices.contains(variant),
      fleet.pools.indices.contains(pool),
      fleet.variants[variant].model == fleet.demands[demand].model
    else { return .otherModel }
    return reason(demand, variant, pool, KnownWaits()) { type in
      builder.options(model: fleet.variants[variant].model, types: [type]).first ?? ModelOptions()
    }
  }

  /// For each of some demands, how many pairs of a variant of its model and a pool each kind of
  /// reason rules out, in the order of kinds, without those that rule out none.
  ///
  /// What demands of one model have in common is worked out once.
  public func reasonCounts(demands: [Int]) -> [[ReasonCount]] {
    let types = Set(fleet.pools.map(\.nodeType)).sorted()
    let waits = KnownWaits()
    var known: [Int: [ModelOptions]] = [:]
    return demands.map { demand in
      guard fleet.demands.indices.contains(demand) else { return [] }
      let model = fleet.demands[demand].model
      let options = known[model] ?? builder.options(model: model, types: types)
      known[model] = options
      return reasonCounts(demand, waits) { type in
        types.firstIndex(of: type).map { options[$0] } ?? ModelOptions()
      }
    }
  }

  private func reasonCounts(
    _ demand: Int, _ waits: KnownWaits, options: (Int) -> ModelOptions
  ) -> [ReasonCount] {
    var counts = Array(repeating: 0, count: Inadmissible.Kind.allCases.count)
    let order = Inadmissible.Kind.allCases
    for pool in fleet.pools.indices {
      for variant in fleet.models[fleet.demands[demand].model].variants {
        let reason = reason(demand, variant, pool, waits, options: options)
        if let reason, let position = order.firstIndex(of: reason.kind) { counts[position] += 1 }
      }
    }
    return zip(order, counts).filter { $0.1 > 0 }.map { ReasonCount(kind: $0.0, count: $0.1) }
  }

  private func reason(
    _ demand: Int, _ variant: Int, _ pool: Int, _ waits: KnownWaits,
    options: (Int) -> ModelOptions
  ) -> Inadmissible? {
    ruleOfSite(demand, variant, fleet.sites[fleet.pools[pool].site])
      ?? ruleOfHardware(demand, variant, pool, waits)
      ?? ruleOfTime(demand, variant, pool, waits, options)
  }

  /// The waiting rule of a token profile under all demands for a model.
  private func waiting(
    _ profile: TokenProfile, batch: Int, model: Int, _ waits: KnownWaits
  ) -> TokenCalculator? {
    waits.value(.init(profile: profile, batch: batch, model: model)) {
      TokenCalculator(
        builder.calculator, profile: profile, batch: batch, mix: index.models[model].mixes)
    }
  }

  // MARK: Where and what

  private func ruleOfSite(_ demand: Int, _ variant: Int, _ site: Site) -> Inadmissible? {
    let (element, offered) = (fleet.demands[demand], fleet.variants[variant])
    let model = fleet.models[offered.model]
    if index.peaks[demand] <= 0 { return .noRequests }
    if let population = site.population {
      if population.region != element.region {
        return .endpointRegion(
          demand: fleet.regions[element.region].id, population: fleet.regions[population.region].id)
      }
      let online = Int128(element.parts) * Int128(population.onlineMillionths)
      if population.count <= 0 || online < 1_000_000 {
        return .endpointOffline(
          devices: population.count, onlineMillionths: population.onlineMillionths)
      }
    }
    if let allowed = element.residency, !allowed.contains(site.jurisdiction) {
      return .residency(site: site.jurisdiction, allowed: allowed.sorted())
    }
    if let allowed = model.jurisdictions, !allowed.contains(site.jurisdiction) {
      return .weightsJurisdiction(site: site.jurisdiction, allowed: allowed.sorted())
    }
    if model.forbiddenSites.contains(where: { fleet.sites[$0].id == site.id }) {
      return .forbidden(model: model.id)
    }
    if site.trust < model.trust { return .trust(site: site.trust, needed: model.trust) }
    if offered.accuracyMillionths < element.leastAccuracyMillionths {
      return .accuracy(
        variant: offered.accuracyMillionths, needed: element.leastAccuracyMillionths)
    }
    if offered.version < element.oldestVersion {
      return .version(variant: offered.version, oldest: element.oldestVersion)
    }
    return nil
  }

  private func ruleOfHardware(
    _ demand: Int, _ variant: Int, _ pool: Int, _ waits: KnownWaits
  ) -> Inadmissible? {
    let (offered, place) = (fleet.variants[variant], fleet.pools[pool])
    let nodes = LaneFinder.nodes(of: place, in: fleet)
    if nodes == 0 { return .noNodes }
    guard let profile = builder.profile(of: offered, on: place.nodeType) else {
      let type = fleet.nodeTypes[place.nodeType]
      let device = type.accelerator.map { fleet.accelerators[$0].id }
      return .noProfile(hardware: offered.devices == 0 ? type.id : device ?? type.id)
    }
    var cache: Int64 = 0
    switch (profile, fleet.demands[demand].objective) {
    case (.tokens(let tokens), .tokens):
      let waiting = waiting(tokens, batch: 1, model: offered.model, waits)
      cache = waiting.flatMap { tokens.cacheBytes(batch: 1, context: $0.context) } ?? 0
    case (.affine, .latency), (.measured, .latency): break
    default: return .otherObjective
    }
    do throws(ReplicaFit.Misfit) {
      let fit = try builder.fit(offered, on: place.nodeType, cacheBytes: cache)
      return fit.nodes > nodes ? .nodes(needed: fit.nodes, there: nodes) : nil
    } catch {
      return Inadmissible(error)
    }
  }

  // MARK: In time

  private func ruleOfTime(
    _ demand: Int, _ variant: Int, _ pool: Int, _ waits: KnownWaits,
    _ options: (Int) -> ModelOptions
  ) -> Inadmissible? {
    let (element, place) = (fleet.demands[demand], fleet.pools[pool])
    let trip = roundTrips.value(region: element.region, site: place.site)
    if trip >= RoundTrips.unreachable { return .unreachable }
    let fetch = roundTrips.fetch(DataNeed(element), to: place.site)
    if fetch >= RoundTrips.unreachable {
      return .dataUnreachable(from: element.dataSite.map { fleet.sites[$0].id } ?? "")
    }
    let network = Int64(trip) + Int64(fetch)
    let table = options(place.nodeType)
    let classNumber = classOf(demand)
    let nodes = LaneFinder.nodes(of: place, in: fleet)
    var batches: [Int] = []
    for (number, option) in table.options.enumerated()
    where Int(option.variant) == variant && option.fit.most(onNodes: nodes) > 0 {
      if Int64(table.slack[classNumber * table.options.count + number]) >= network { return nil }
      batches.append(Int(option.batch))
    }
    return closest(demand, variant, place, network, batches: batches, waits)
  }

  /// Class of a demand among those of its model.
  private func classOf(_ demand: Int) -> Int {
    let model = index.models[fleet.demands[demand].model]
    let wanted = Int32(truncatingIfNeeded: demand)
    var (low, high) = (0, model.demands.count)
    while low < high {
      let middle = (low + high) / 2
      if model.demands[middle] < wanted { low = middle + 1 } else { high = middle }
    }
    return Int(model.classOf[low])
  }

  /// The objective that is missed at the batch limit that comes closest, of those that are planned
  /// with; of all that fit where none is, because none serves any demand from anywhere.
  private func closest(
    _ demand: Int, _ variant: Int, _ place: Pool, _ network: Int64, batches: [Int],
    _ waits: KnownWaits
  ) -> Inadmissible? {
    let (element, offered) = (fleet.demands[demand], fleet.variants[variant])
    guard let profile = builder.profile(of: offered, on: place.nodeType) else { return nil }
    var best: (excess: Int64, reason: Inadmissible)?
    for batch in batches.isEmpty ? profile.candidateBatches : batches {
      guard let (excess, reason) = miss(element, offered, profile, batch, place, network, waits)
      else { continue }
      if excess < best?.excess ?? .max { best = (excess, reason) }
    }
    return best?.reason
      ?? .latency(
        .init(
          percentileMillionths: element.percentileMillionths, promisedMicroseconds: nil,
          limitMicroseconds: 0, networkMicroseconds: network, batch: 1))
  }

  /// By how much a batch limit misses the objective, and which part of it; nil where the limit does
  /// not fit the node.
  private func miss(
    _ demand: Demand, _ variant: Variant, _ profile: Profile, _ batch: Int, _ place: Pool,
    _ network: Int64, _ waits: KnownWaits
  ) -> (Int64, Inadmissible)? {
    var late = Inadmissible.Late(
      percentileMillionths: demand.percentileMillionths, promisedMicroseconds: nil,
      limitMicroseconds: 0, networkMicroseconds: network, batch: batch)
    func excess() -> Int64 {
      late.promisedMicroseconds.map { $0 - late.limitMicroseconds } ?? .max - 1
    }
    switch (profile, demand.objective) {
    case (.tokens(let tokens), .tokens(let first, let each, let exact)):
      let lengths = LengthTables.coarse(exact)
      guard
        let waiting = waiting(tokens, batch: batch, model: variant.model, waits),
        let cache = tokens.cacheBytes(batch: batch, context: waiting.context),
        (try? builder.fit(variant, on: place.nodeType, cacheBytes: cache)) != nil
      else { return nil }
      let percentile = demand.percentileMillionths
      late.limitMicroseconds = first
      late.promisedMicroseconds = waiting.firstToken(
        lengths: lengths, percentileMillionths: percentile
      ).map { $0.percentileMicroseconds + network }
      if excess() > 0 { return (excess(), .firstToken(late)) }
      late.limitMicroseconds = each
      late.networkMicroseconds = 0
      late.promisedMicroseconds = waiting.perToken(
        lengths: lengths, percentileMillionths: percentile)
      return (excess(), .perToken(late))
    case (.affine, .latency(let limit)), (.measured, .latency(let limit)):
      late.limitMicroseconds = limit
      late.promisedMicroseconds = profile.service(batch: batch).flatMap {
        builder.calculator.promise(for: $0, percentileMillionths: demand.percentileMillionths)
      }.map { $0.percentileMicroseconds + network }
      return (excess(), .latency(late))
    default: return nil
    }
  }
}

/// Waiting rules of token profiles that answers about several demands share.
private final class KnownWaits {
  struct Key: Hashable {
    var profile: TokenProfile
    var batch: Int
    var model: Int
  }

  private var known: [Key: TokenCalculator?] = [:]

  func value(_ key: Key, orMake make: () -> TokenCalculator?) -> TokenCalculator? {
    if let value = known[key] { return value }
    let value = make()
    known[key] = .some(value)
    return value
  }
}

extension Inadmissible {
  /// A replica that does not fit.
  init(_ misfit: ReplicaFit.Misfit) {
    switch misfit {
    case .devices(let needed, let there): self = .devices(needed: needed, there: there)
    case .interconnect(let devices): self = .interconnect(devices: devices)
    case .deviceMemory(let needed, let there): self = .deviceMemory(needed: needed, there: there)
    case .share(let needed): self = .share(needed: needed)
    case .cpu(let needed, let there): self = .hostCPU(needed: needed, there: there)
    case .hostMemory(let needed, let there): self = .hostMemory(needed: needed, there: there)
    }
  }
}
