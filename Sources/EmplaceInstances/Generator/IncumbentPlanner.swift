internal import EmplaceCore
internal import EmplaceFleet

/// Fills sites with replicas of old versions, nearest first, with room to spare on every limit:
/// what runs now, and the plan that shows that the fleet is feasible.
///
/// It counts carefully rather than exactly: devices by the larger share of memory and compute,
/// whole devices above a half, peaks of all demands at once, and no more than ``fill`` percent.
struct IncumbentPlanner {
  private typealias H = HardwareList

  /// Share of any resource that is used, percent.
  let fill: Int64 = 85

  let builder: FleetBuilder

  /// What is left in each pool: milli-shares, cores, host memory.
  private var shares: [Int64]
  private var cores: [Int64]
  private var host: [Int64]
  /// What is left at each site: milliwatts, MiB.
  private var power: [Int64]
  private var storage: [Int64]
  /// What is left to each model and tenant.
  private var copies: [Int64]
  private var quota: [Int64]

  /// Replicas by variant, pool and batch.
  private(set) var counts: [Key: Int64] = [:]
  /// What is left of the replicas' time, in billionths of a replica.
  private var slack: [Key: Int64] = [:]
  /// Artifacts that lie there: variant and site.
  private(set) var artifacts: Set<Artifact> = []
  /// Models at each site.
  private var modelsAt: [Set<Int>]
  /// Failure domains of each model's replicas.
  private(set) var domains: [Set<String>]

  struct Key: Hashable {
    var variant: Int
    var pool: Int
    var batch: Int
  }

  struct Artifact: Hashable {
    var variant: Int
    var site: Int
  }

  init(_ builder: FleetBuilder) {
    self.builder = builder
    let fleet = builder.fleet
    let fill = self.fill
    func nodes(_ pool: Pool) -> Int64 {
      // Of what clouds rent, a part: the rest is the plan's own.
      fleet.sites[pool.site].tier == .cloud ? pool.owned + pool.rentable / 2 : pool.owned
    }
    shares = fleet.pools.map { nodes($0) * fleet.nodeTypes[$0.nodeType].devices * 10 * fill }
    cores = fleet.pools.map { nodes($0) * fleet.nodeTypes[$0.nodeType].cpuMilliCores * fill / 100 }
    host = fleet.pools.map { nodes($0) * fleet.nodeTypes[$0.nodeType].memoryMiB * fill / 100 }
    power = fleet.sites.map { $0.powerCapMilliwatts.map { $0 / 100 * 90 } ?? .max / 4 }
    for pool in fleet.pools where fleet.sites[pool.site].tier == .edge {
      power[pool.site] -= Self.meter(
        pool.owned * H.idleMilliwatts(of: pool.nodeType), fleet.sites[pool.site])
    }
    storage = fleet.sites.map { ($0.storageMiB ?? .max / 4) / 100 * 90 }
    copies = fleet.models.map { $0.licenceCopies.map { $0 * fill / 100 } ?? .max }
    quota = fleet.tenants.map { $0.quotaMilliShares.map { $0 / 100 * fill } ?? .max }
    modelsAt = Array(repeating: [], count: fleet.sites.count)
    domains = Array(repeating: [], count: fleet.models.count)
  }

  private static func meter(_ milliwatts: Int64, _ site: Site) -> Int64 {
    milliwatts / 1000 * (site.pueMillionths / 1000)
  }

  // MARK: - Serving

  /// Serves `percent` of a demand's top rate at one of these sites; says whether it could.
  mutating func serve(_ demand: Int, percent: Int64, at sites: some Sequence<Int>) -> Bool {
    for site in sites where isAllowed(demand, site) {
      for pool in builder.poolsOfSite[site] {
        for variant in builder.fleet.models[builder.fleet.demands[demand].model].variants {
          if place(demand, percent, variant, pool, site) { return true }
        }
      }
    }
    return false
  }

  private func isAllowed(_ demand: Int, _ site: Int) -> Bool {
    let element = builder.fleet.demands[demand]
    let (place, model) = (builder.fleet.sites[site], builder.fleet.models[element.model])
    if place.tier == .endpoint || place.trust < model.trust { return false }
    if let residency = element.residency, !residency.contains(place.jurisdiction) { return false }
    if let allowed = model.jurisdictions, !allowed.contains(place.jurisdiction) { return false }
    return true
  }

  private mutating func place(
    _ demand: Int, _ percent: Int64, _ variant: Int, _ pool: Int, _ site: Int
  ) -> Bool {
    let element = builder.fleet.variants[variant]
    let asked = builder.fleet.demands[demand]
    guard element.version == 1, element.accuracyMillionths >= asked.leastAccuracyMillionths,
      asked.oldestVersion <= 1,
      let speed = speed(variant, pool),
      let choice = batch(demand, site, variant, speed)
    else { return false }
    let key = Key(variant: variant, pool: pool, batch: choice.batch)
    // Work in nanoseconds a request, rate in millionths: billionths of a replica.
    let cap = builder.fleet.policy.utilisationCapMillionths
    let load = Int64(
      clamping: Int128(builder.topRate[demand]) * Int128(percent) * Int128(choice.work)
        / 100 / Int128(cap) + 1)
    let missing = load - slack[key, default: 0]
    let more = missing > 0 ? (missing + 999_999_999) / 1_000_000_000 : 0
    guard more == 0 || add(more, key, site) else { return false }
    slack[key, default: 0] -= load
    return true
  }

  /// Percent of an L4's time that compute and memory take, or nil where there is no profile.
  private func speed(_ variant: Int, _ pool: Int) -> (compute: Int64, bandwidth: Int64)? {
    let type = builder.fleet.pools[pool].nodeType
    let kind = builder.variantKinds[variant]
    let model = builder.fleet.variants[variant].model
    let percent = kind.timePercent * builder.modelPercent[model] / 100
    guard let accelerator = builder.fleet.nodeTypes[type].accelerator else {
      return kind.accelerators.isEmpty ? (percent, percent) : nil
    }
    guard kind.accelerators.contains(accelerator),
      builder.fleet.variants[variant].devices <= builder.fleet.nodeTypes[type].devices
    else { return nil }
    let row = H.accelerators[accelerator]
    return (percent * 100 / row.computePercent, percent * 100 / row.bandwidthPercent)
  }

  /// The largest batch with which the objective surely holds, and its work.
  private func batch(
    _ demand: Int, _ site: Int, _ variant: Int, _ speed: (compute: Int64, bandwidth: Int64)
  ) -> (batch: Int, work: Int64)? {
    let asked = builder.fleet.demands[demand]
    let kind = builder.kinds[asked.model]
    let trip = builder.roundTrip[asked.region * builder.fleet.sites.count + site]
    guard trip >= 0, asked.dataSite == nil else { return nil }
    switch asked.objective {
    case .latency(let limit):
      let strict: Int64 = kind.percentileMillionths > 950_000 ? 14 : 10
      for (size, tenths) in FleetBuilder.waits.reversed() {
        let time = FleetBuilder.time(
          kind, compute: speed.compute, bandwidth: speed.bandwidth, batch: size)
        if trip + time.whole / 10_000 * tenths * strict / 10 <= limit {
          return (Int(size), time.work)
        }
      }
      return nil
    case .tokens(let first, let each, _):
      let time = FleetBuilder.time(
        kind, compute: speed.compute, bandwidth: speed.bandwidth, batch: 32)
      // Against the hardware for which the kind's target holds.
      let row = H.accelerators[builder.variantKinds[variant].accelerators.first ?? H.l4]
      let slower =
        max(speed.compute * row.computePercent, speed.bandwidth * row.bandwidthPercent) / 100
      guard trip + kind.target.first * slower / 100 <= first,
        kind.target.each * slower / 100 <= each
      else { return nil }
      return (32, time.work)
    }
  }

  // MARK: - Opening

  /// Opens `count` replicas if every limit allows it.
  private mutating func add(_ count: Int64, _ key: Key, _ site: Int) -> Bool {
    let variant = builder.fleet.variants[key.variant]
    let pool = builder.fleet.pools[key.pool]
    let type = builder.fleet.nodeTypes[pool.nodeType]
    let model = builder.fleet.models[variant.model]
    var (share, draw): (Int64, Int64) = (0, 0)
    if let accelerator = type.accelerator {
      let device = builder.fleet.accelerators[accelerator]
      let memory =
        (variant.memoryMiB + cacheMiB(variant.model) / max(1, variant.devices)) * 1_050
        / device.memoryMiB
      if memory > 1_000 { return false }
      share = max(variant.milliShares, memory)
      let isolation = builder.fleet.tenants[model.tenant].isolation
      share = (share > 500 || isolation != .none ? 1_000 : share) * variant.devices
      if isolation == .node { share = type.devices * 1_000 }
      draw = device.peakMilliwatts * share / 1000
    }
    draw += type.busyMilliwatts * variant.cpuMilliCores / type.cpuMilliCores
    let watts = Self.meter(draw * 11 / 10, builder.fleet.sites[site])
    var new: [Artifact] = []
    for other in [key.variant] + companions(of: variant.model, at: site) {
      let artifact = Artifact(variant: other, site: site)
      if !artifacts.contains(artifact) { new.append(artifact) }
    }
    let mib = new.reduce(0) { $0 + builder.fleet.variants[$1.variant].artifactMiB }
    guard share * count <= shares[key.pool] || type.accelerator == nil,
      variant.cpuMilliCores * count <= cores[key.pool],
      variant.hostMemoryMiB * count <= host[key.pool], watts * count <= power[site],
      mib <= storage[site], count <= copies[variant.model],
      share * count <= quota[model.tenant], isCompatible(variant.model, site)
    else { return false }
    if type.accelerator != nil { shares[key.pool] -= share * count }
    cores[key.pool] -= variant.cpuMilliCores * count
    host[key.pool] -= variant.hostMemoryMiB * count
    power[site] -= watts * count
    storage[site] -= mib
    if copies[variant.model] < .max { copies[variant.model] -= count }
    if quota[model.tenant] < .max { quota[model.tenant] -= share * count }
    for artifact in new {
      artifacts.insert(artifact)
      modelsAt[site].insert(builder.fleet.variants[artifact.variant].model)
    }
    if let domain = builder.fleet.sites[site].failureDomains.first {
      domains[variant.model].insert(domain)
    }
    counts[key, default: 0] += count
    slack[key, default: 0] += count * 1_000_000_000
    return true
  }

  /// Cache of a full batch at long contexts, MiB over all devices of a replica.
  private func cacheMiB(_ model: Int) -> Int64 {
    guard case .tokens(_, _, _, _, _, let bytes, let limit) = builder.kinds[model].speed else {
      return 0
    }
    return bytes * Int64(limit) * 1_600 / 1_048_576
  }

  /// The smallest variants of the models that a model needs beside it and that are not there.
  private func companions(of model: Int, at site: Int) -> [Int] {
    let fleet = builder.fleet
    return fleet.models[model].affinity.filter { !modelsAt[site].contains($0) }.compactMap {
      fleet.models[$0].variants.filter { fleet.variants[$0].version == 1 }.min {
        (fleet.variants[$0].artifactMiB, $0) < (fleet.variants[$1].artifactMiB, $1)
      }
    }
  }

  /// Whether anti-affinity allows the model there.
  private func isCompatible(_ model: Int, _ site: Int) -> Bool {
    let present = modelsAt[site]
    if present.contains(model) { return true }
    let element = builder.fleet.models[model]
    if element.antiAffinity.contains(where: { present.contains($0) }) { return false }
    return !present.contains { builder.fleet.models[$0].antiAffinity.contains(model) }
  }
}
