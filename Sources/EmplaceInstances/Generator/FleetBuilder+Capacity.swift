internal import EmplaceCore
internal import EmplaceFleet
internal import EmplaceProblems

extension FleetBuilder {
  /// Fits capacity and demand to each other by what the derivation finds admissible: clouds rent
  /// what their users need, so that capacity grows with demand; what no cloud can serve leaves room
  /// at the sites that can; what nobody can serve is not asked for.
  mutating func fitCapacity() {
    guard let instance = try? PlacementDerivation(fleet: fleet, threads: 2).instance(threads: 2)
    else { return }
    let need = ArcNeed(instance)
    countReplicas(need)
    fitRentals(need)
    limitLocalNeed(need)
    for demand in fleet.demands.indices.reversed() where need.arcs(of: demand).isEmpty {
      dropOrLoosen(demand)
    }
  }

  /// Nothing is asked for where nobody can serve it; where that would leave too few demands, it may
  /// take longer and run anywhere.
  private mutating func dropOrLoosen(_ demand: Int) {
    if fleet.demands.count > counts.leastDemands {
      fleet.demands.remove(at: demand)
      reach.remove(at: demand)
      referenceVariant.remove(at: demand)
      unitsPerRate.remove(at: demand)
      topRate.remove(at: demand)
      return
    }
    fleet.demands[demand].residency = nil
    switch fleet.demands[demand].objective {
    case .latency(let limit):
      fleet.demands[demand].objective = .latency(microseconds: limit * 2)
    case .tokens(let first, let each, let lengths):
      fleet.demands[demand].objective = .tokens(
        firstTokenMicroseconds: first * 2, perTokenMicroseconds: each * 2, lengths: lengths)
    }
  }

  /// What each model's demands take at the mean of their arcs, in the model's busiest hour.
  private mutating func countReplicas(_ need: ArcNeed) {
    let hours = counts.hoursUTC.count
    var replicas = [Int128](repeating: 0, count: fleet.models.count * hours)
    var shares = replicas
    for demand in fleet.demands.indices {
      let arcs = need.arcs(of: demand)
      guard !arcs.isEmpty else { continue }
      let (model, count) = (fleet.demands[demand].model, Int128(arcs.count))
      for hour in 0..<hours {
        let rate = Int128(fleet.demands[demand].rateMicro[hour])
        for arc in arcs {
          let each = need.replicas(arc, rate: rate)
          replicas[model * hours + hour] += each / count
          shares[model * hours + hour] += each * need.milliShares(arc) / count
        }
      }
    }
    func peak(_ values: [Int128], _ model: Int) -> Int64 {
      let most = values[model * hours..<(model + 1) * hours].max() ?? 0
      return Int64(clamping: most / ArcNeed.one + 1)
    }
    replicasOfModel = fleet.models.indices.map { peak(replicas, $0) }
    sharesOfModel = fleet.models.indices.map { peak(shares, $0) }
  }

  /// A demand looks to its two nearest clouds, and there to the pool where it costs least.
  private mutating func fitRentals(_ need: ArcNeed) {
    var wanted = [Int128](repeating: 0, count: fleet.pools.count)
    for demand in fleet.demands.indices {
      var best: [Int: (pool: Int, price: Int128, nodes: Int128)] = [:]
      for (pool, nodes) in need.nodes(of: demand, rate: peakRate(demand)) {
        let site = fleet.pools[pool].site
        guard fleet.sites[site].tier == .cloud else { continue }
        let price = nodes * Int128(fleet.pools[pool].rentPricePerHour)
        if price < best[site]?.price ?? .max { best[site] = (pool, price, nodes) }
      }
      let row = fleet.demands[demand].region * fleet.sites.count
      let nearest = best.sorted {
        (roundTrip[row + $0.key], $0.key) < (roundTrip[row + $1.key], $1.key)
      }
      .prefix(2)
      for (_, choice) in nearest { wanted[choice.pool] += choice.nodes / Int128(nearest.count) }
    }
    for pool in fleet.pools.indices where wanted[pool] > 0 {
      let nodes = wanted[pool] * Int128(knobs.cloudPercent) / 100 / ArcNeed.one + 1
      fleet.pools[pool].rentable = max(
        fleet.pools[pool].rentable, Int64(clamping: nodes) - fleet.pools[pool].owned)
    }
  }

  /// Scales down what no cloud can serve where the sites that can would be too full.
  private mutating func limitLocalNeed(_ need: ArcNeed) {
    var load = [Int128](repeating: 0, count: fleet.sites.count)
    var local: [(demand: Int, sites: [Int])] = []
    for demand in fleet.demands.indices {
      var fill: [Int: Int128] = [:]
      var hasCloud = false
      for (pool, nodes) in need.nodes(of: demand, rate: peakRate(demand)) {
        let site = fleet.pools[pool].site
        hasCloud = hasCloud || fleet.sites[site].tier == .cloud
        guard fleet.sites[site].tier == .edge, fleet.pools[pool].owned > 0 else { continue }
        let share = nodes * 100 / Int128(fleet.pools[pool].owned) * shareOfSite(pool)
        fill[site] = min(fill[site] ?? .max, share / 10_000)
      }
      guard !hasCloud, !fill.isEmpty else { continue }
      let sites = fill.sorted { ($0.value, $0.key) < ($1.value, $1.key) }.prefix(3)
      for (site, share) in sites { load[site] += share / Int128(sites.count) }
      local.append((demand, sites.map(\.key)))
    }
    for (demand, sites) in local {
      let kept = sites.reduce(Int128(0)) { sum, site in
        let owned = max(1, ownedPercent(ofSite: site))
        let room =
          ArcNeed.one * Int128(usablePercent(ofSite: site)) * Int128(knobs.tightPercent)
          / Int128(owned * 100)
        return sum + (load[site] <= room ? 1_000_000 : room * 1_000_000 / load[site])
      }
      scale(demand, by: kept / Int128(sites.count))
    }
  }

  /// Percent of a site's compute that a pool's own nodes are.
  private func shareOfSite(_ pool: Int) -> Int128 {
    let element = fleet.pools[pool]
    let own = element.owned * HardwareList.computePercent(of: element.nodeType)
    return Int128(own * 100 / max(1, ownedPercent(ofSite: element.site)))
  }

  private func peakRate(_ demand: Int) -> Int128 {
    counts.hoursUTC.indices.reduce(Int128(0)) {
      max($0, Int128(fleet.demands[demand].rateMicro[$1]))
    }
  }

  private mutating func scale(_ demand: Int, by millionths: Int128) {
    func scaled(_ value: Int64) -> Int64 {
      max(1, Int64(clamping: Int128(value) * millionths / 1_000_000))
    }
    topRate[demand] = scaled(topRate[demand])
    fleet.demands[demand].rateMicro = .hourly(
      counts.hoursUTC.indices.map { scaled(fleet.demands[demand].rateMicro[$0]) })
  }
}

/// What demands need on their arcs, in billionths of a replica and of a node.
private struct ArcNeed {
  /// One replica or node.
  static let one: Int128 = 1_000_000_000

  private let instance: PlacementInstance
  /// Share of a node that a replica of each lane takes, by the resource that runs out first.
  private let nodeShare: [Int128]
  private let laneOfArc: [Int32]
  /// Arcs by demand.
  private var start: [Int]
  private var arcOf: [Int32]

  init(_ instance: PlacementInstance) {
    self.instance = instance
    nodeShare = instance.lanes.map { Self.share($0, of: instance.pools[Int($0.pool)]) }
    var laneOfArc = [Int32](repeating: 0, count: instance.arcCount)
    for lane in instance.lanes.indices {
      for arc in instance.arcs(ofLane: lane) { laneOfArc[arc] = Int32(lane) }
    }
    self.laneOfArc = laneOfArc
    start = Array(repeating: 0, count: instance.demands.count + 1)
    for demand in instance.arcDemand { start[Int(demand) + 1] += 1 }
    for demand in instance.demands.indices { start[demand + 1] += start[demand] }
    var next = start
    arcOf = Array(repeating: 0, count: instance.arcCount)
    for (arc, demand) in instance.arcDemand.enumerated() {
      arcOf[next[Int(demand)]] = Int32(arc)
      next[Int(demand)] += 1
    }
  }

  private static func share(
    _ lane: PlacementInstance.Lane, of pool: PlacementInstance.Pool
  ) -> Int128 {
    func part(_ use: Int64, _ whole: Int64?) -> Int128 {
      guard let whole, whole > 0 else { return 0 }
      return Int128(use) * one / Int128(whole)
    }
    let devices = part(lane.devices, pool.devices)
    let isBig = lane.deviceMiB * 2 > pool.deviceMiB || lane.milliShares > 500
    let device =
      isBig
      ? devices
      : max(
        devices / 1000 * Int128(lane.milliShares),
        devices * part(lane.deviceMiB, pool.deviceMiB) / one)
    return max(
      device, part(lane.cpuMilliCores, pool.cpuMilliCores), part(lane.hostMiB, pool.hostMiB))
  }

  func arcs(of demand: Int) -> ArraySlice<Int32> { arcOf[start[demand]..<start[demand + 1]] }

  /// Billionths of a replica that a rate takes on an arc.
  func replicas(_ arc: Int32, rate: Int128) -> Int128 {
    let lane = instance.lanes[Int(laneOfArc[Int(arc)])]
    let capacity = Int128(max(1, lane.capacity)) * Int128(max(1, instance.rateScale))
    return rate * Int128(instance.arcWork[Int(arc)]) / max(1, capacity / Self.one)
  }

  func milliShares(_ arc: Int32) -> Int128 {
    let lane = instance.lanes[Int(laneOfArc[Int(arc)])]
    return Int128(lane.milliShares * lane.devices)
  }

  /// Pool and billionths of its nodes that a rate takes, for every arc of a demand.
  func nodes(of demand: Int, rate: Int128) -> [(pool: Int, nodes: Int128)] {
    arcs(of: demand).map { arc in
      let lane = Int(laneOfArc[Int(arc)])
      return (
        Int(instance.lanes[lane].pool),
        replicas(arc, rate: rate) * nodeShare[lane] / Self.one
      )
    }
  }
}
