internal import EmplaceProblems

/// Capacities, loads and costs of the lanes of one pool: the second pass of a derivation.
struct PricedLanes: Sendable {
  /// Lanes without their artifact, in the order of the first pass.
  var lanes: [PlacementInstance.Lane] = []
  /// Variant of each lane.
  var variants: [Int32] = []
  /// Number of arcs of each lane.
  var arcs: [Int32] = []
  /// Demand of each arc.
  var demands: [Int32] = []
  /// Work of each arc.
  var work: [Int64] = []
  /// Cost of one part on each arc.
  var cost: [Int64] = []
  /// For populations, the most parts on each arc.
  var limits: [Int32] = []
}

/// Prices the lanes of pools.
///
/// Cost of one part on an arc, in micro-units per hour, rounded up once:
///
///     (sum_t rate_t price_t x energy + sum_t rate_t x use) / (hours x parts x 1e18)
///
/// with rates in micro-requests per second, energy prices in nano-units per kWh at the device,
/// `energy` in microjoules per request, and `use` the price of everything else that a request
/// uses, in 1e-12 micro-units per hour for one request per second.
struct LanePricer: Sendable {
  let fleet: Fleet
  let index: DemandIndex
  let options: [[ModelOptions]]
  let typePosition: [Int]
  /// Prices at each site.
  let energy: [EnergyPrices]
  /// Best accuracy of any admissible variant for each demand; empty where accuracy has no price.
  let bestAccuracy: [Int64]
  private let hours: Int
  private let needsData: Bool
  private let requestBytes: [Int64]
  private let egressPrices: [Int64]

  init(
    fleet: Fleet, index: DemandIndex, options: [[ModelOptions]], typePosition: [Int],
    energy: [EnergyPrices], bestAccuracy: [Int64]
  ) {
    self.fleet = fleet
    self.index = index
    self.options = options
    self.typePosition = typePosition
    self.energy = energy
    self.bestAccuracy = bestAccuracy
    hours = fleet.horizon.hoursUTC.count
    needsData = index.models.contains { $0.needsData }
    requestBytes = fleet.demands.map(\.requestBytes)
    egressPrices = fleet.network.egressPricePerGiB
  }

  /// The lanes of a pool with their figures.
  func priced(_ lanes: PoolLanes, pool: Int, nodes: Int64) throws(DerivationError) -> PricedLanes {
    var result = PricedLanes()
    let type = typePosition[fleet.pools[pool].nodeType]
    guard type >= 0 else { return result }
    result.demands.reserveCapacity(lanes.positions.count)
    result.work.reserveCapacity(lanes.positions.count)
    result.cost.reserveCapacity(lanes.positions.count)
    let site = PricingSite(fleet, pool: pool)
    var weights = EnergyWeights()
    var start = 0
    for seed in lanes.seeds {
      let options = options[Int(seed.model)][type]
      let option = options.options[Int(seed.option)]
      let range = start..<start + Int(seed.arcs)
      start = range.upperBound
      weights.begin(model: Int(seed.model), demands: index.models[Int(seed.model)].demands.count)
      let load = try arcs(
        lanes, range, Lane(model: Int(seed.model), options: options, option: Int(seed.option)),
        site, &weights, to: &result)
      var lane = lane(option, pool: pool, site)
      lane.most = most(lane, option.fit, nodes: nodes, load: load, site)
      result.lanes.append(lane)
      result.variants.append(option.variant)
      result.arcs.append(seed.arcs)
    }
    return result
  }

  private func lane(_ option: ModelOptions.Option, pool: Int, _ site: PricingSite)
    -> PlacementInstance.Lane
  {
    var lane = PlacementInstance.Lane(pool: Int32(truncatingIfNeeded: pool))
    lane.batch = option.batch
    lane.capacity = fleet.policy.utilisationCapMillionths * 1000
    lane.devices = option.fit.devices
    lane.deviceMiB = option.fit.deviceMiB
    lane.milliShares = option.fit.milliShares
    lane.cpuMilliCores = option.fit.cpuMilliCores
    lane.hostMiB = option.fit.hostMiB
    lane.milliwatts = atMeter(option.busyMilliwatts, fleet.sites[site.site])
    return lane
  }

  /// Most replicas: what the nodes hold, and no more than what serves all the load that
  /// may ever come; 1 of a population, which stands for all its devices.
  private func most(
    _ lane: PlacementInstance.Lane, _ fit: ReplicaFit, nodes: Int64, load: Int128,
    _ site: PricingSite
  ) -> Int64 {
    guard site.devices == nil else { return 1 }
    let needed = (load + Int128(lane.capacity) - 1) / Int128(lane.capacity)
    return min(fit.most(onNodes: nodes), max(1, Int64(clamping: needed)))
  }

  /// A lane of the first pass.
  private struct Lane {
    let model: Int
    let options: ModelOptions
    let option: Int
  }

  /// Adds the arcs of a lane and returns their load if each carried all parts, in the demand's own
  /// peak hour.
  private func arcs(
    _ lanes: PoolLanes, _ range: Range<Int>, _ lane: Lane, _ site: PricingSite,
    _ weights: inout EnergyWeights, to result: inout PricedLanes
  ) throws(DerivationError) -> Int128 {
    let demands = index.models[lane.model]
    let (options, count) = (lane.options, lane.options.options.count)
    let busy = Int128(options.options[lane.option].busyMilliwatts)
    let accuracy = fleet.variants[Int(options.options[lane.option].variant)].accuracyMillionths
    var load: Int128 = 0
    for arc in range {
      let position = Int(lanes.positions[arc])
      let demand = Int(demands.demands[position])
      let entry = Int(demands.classOf[position]) * count + lane.option
      let work = options.work[entry]
      let parts = index.parts[demand]
      let joules = quotientRoundedUp(Int128(work) * busy, by: 1_000_000).map { Int128($0) }
      guard
        let weight = weights.weight(position, demand, energy[site.site], index),
        let use = use(
          demand, latency: options.latency[entry] + Int64(lanes.distances[arc]),
          accuracy: accuracy, site),
        let cost = cost(demand, energy: joules.flatMap { product(weight, $0) }, use: use),
        let scaled = site.scaled(work),
        let part = partLoad(demand, scaled)
      else {
        throw .tooLarge(
          path: "demands[\(demand)]",
          value: "the cost or load of one of \(parts) parts at site \(fleet.sites[site.site].id)")
      }
      load += Int128(part) * Int128(parts)
      result.demands.append(Int32(truncatingIfNeeded: demand))
      result.work.append(scaled)
      result.cost.append(cost)
      if let online = site.online {
        result.limits.append(Int32(clamping: Int128(parts) * Int128(online) / 1_000_000))
      }
    }
    return load
  }

  /// Load of one part in the demand's peak hour.
  private func partLoad(_ demand: Int, _ work: Int64) -> Int64? {
    let divisor = UInt64(index.parts[demand]) * 1_000_000
    return quotientRoundedUp(Int128(index.peaks[demand]) * Int128(work), by: divisor)
      .flatMap { Int64(exactly: $0) }
  }

  /// What a request uses besides energy, in 1e-12 micro-units per hour for one request per second:
  /// latency, shortfall of accuracy, egress.
  private func use(_ demand: Int, latency: Int64, accuracy: Int64, _ site: PricingSite) -> Int128? {
    var use: Int128 = 0
    if fleet.policy.latencyPrice > 0 {
      use += Int128(fleet.policy.latencyPrice) * Int128(latency) * 1_000_000
    }
    if fleet.policy.accuracyPrice > 0 {
      let shortfall = max(0, bestAccuracy[demand] - accuracy)
      use += Int128(fleet.policy.accuracyPrice) * Int128(shortfall) * 1_000_000
    }
    guard let leaving = Self.egress(requestBytes[demand], price: site.egressPrice) else {
      return nil
    }
    guard needsData else { return use + leaving }
    let element = fleet.demands[demand]
    guard let data = element.dataSite, data != site.site else { return use + leaving }
    let price = data < egressPrices.count ? egressPrices[data] : 0
    return Self.egress(element.dataBytesPerRequest, price: price).map { use + leaving + $0 }
  }

  /// bytes x 3600 x price / 2^30, in 1e-12 micro-units, rounded up.
  private static func egress(_ bytes: Int64, price: Int64) -> Int128? {
    guard price > 0, bytes > 0 else { return 0 }
    guard let sum = product(Int128(bytes) * Int128(price), 3_600_000_000_000_000) else {
      return nil
    }
    return (sum + (1 << 30) - 1) >> 30
  }

  /// (energy + total rate x use) / 1e18 / (hours x parts), rounded up.
  private func cost(_ demand: Int, energy: Int128?, use: Int128) -> Int64? {
    guard let energy, let used = product(index.totals[demand], use) else { return nil }
    let (sum, overflow) = energy.addingReportingOverflow(used)
    guard !overflow, let whole = quotientRoundedUp(sum, by: 1_000_000_000_000_000_000) else {
      return nil
    }
    let divisor = UInt64(hours) * UInt64(index.parts[demand])
    return Int64(exactly: whole / divisor + (whole % divisor > 0 ? 1 : 0))
  }
}

/// Sums over the hours of rate x energy price at one site, each computed once a demand.
private struct EnergyWeights {
  private var model = -1
  private var values: [Int128] = []

  mutating func begin(model: Int, demands: Int) {
    guard model != self.model else { return }
    self.model = model
    values = Array(repeating: -1, count: demands)
  }

  mutating func weight(
    _ position: Int, _ demand: Int, _ energy: EnergyPrices, _ index: DemandIndex
  ) -> Int128? {
    if values[position] >= 0 { return values[position] }
    let hours = energy.hourly.count
    let rates = index.rates[demand * hours..<(demand + 1) * hours]
    guard let value = energy.weighted(rates, total: index.totals[demand]) else { return nil }
    values[position] = value
    return value
  }
}

/// What the pricing of a pool needs to know of its site.
struct PricingSite: Sendable {
  /// Index of the site.
  let site: Int
  /// Price of what leaves it, micro-units per GiB.
  let egressPrice: Int64
  /// Devices on line times one million, for populations.
  let devices: Int128?
  /// Share on line in millionths, for populations.
  let online: Int64?

  init(_ fleet: Fleet, pool: Int) {
    site = fleet.pools[pool].site
    let prices = fleet.network.egressPricePerGiB
    egressPrice = site < prices.count ? prices[site] : 0
    let population = fleet.sites[site].population
    devices = population.map { Int128($0.count) * Int128($0.onlineMillionths) }
    online = population?.onlineMillionths
  }

  /// Work as one device sees it: divided among those on line, rounded up.
  func scaled(_ work: Int64) -> Int64? {
    guard let devices, devices > 0 else { return work }
    return Int64(exactly: (Int128(work) * 1_000_000 + devices - 1) / devices)
  }
}

/// Milliwatts at the meter, the site's overhead included, rounded up.
func atMeter(_ milliwatts: Int64, _ site: Site) -> Int64 {
  let product = Int128(milliwatts) * Int128(site.pueMillionths)
  return Int64(clamping: product / 1_000_000 + (product % 1_000_000 > 0 ? 1 : 0))
}
