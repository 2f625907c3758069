internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  /// Turns weights into rates: all owned compute is the stated share of the need at the peak hour,
  /// and what must stay in a city leaves room there.
  mutating func buildRates() {
    var random = random(.rates)
    let hours = counts.hoursUTC
    let curve = fleet.demands.indices.map { demand -> [Int64] in
      let region = fleet.demands[demand].region
      let day = Self.curves[kinds[fleet.demands[demand].model].curve] ?? []
      return hours.map { hour in
        let local = (hour + fleet.regions[region].utcOffsetHours + 48) % 24
        return day[local] * random.integer(in: 92...108) / 100
      }
    }
    var atHour = [Int128](repeating: 0, count: hours.count)
    for demand in fleet.demands.indices {
      for hour in hours.indices {
        atHour[hour] += Int128(topRate[demand]) * Int128(curve[demand][hour])
      }
    }
    // Weights are shares of an L4 so far; a unit of weight becomes `owned / need` of one.
    let owned = fleet.sites.indices.filter { fleet.sites[$0].tier != .endpoint }
      .reduce(Int128(0)) { $0 + Int128(usablePercent(ofSite: $1)) }
    let peak = max(1, (atHour.max() ?? 1) / 1_000_000)
    for demand in fleet.demands.indices {
      // Units in billionths of an L4; the rate in millionths of a request per second.
      let units =
        Int128(topRate[demand]) * owned * 10_000_000 * 100
        / (peak * Int128(knobs.ownedPercent))
      topRate[demand] = max(1, Int64(clamping: units * 1_000_000 / Int128(unitsPerRate[demand])))
    }
    limitTightNeed(curve)
    for demand in fleet.demands.indices {
      fleet.demands[demand].rateMicro = .hourly(
        curve[demand].map { rate(topRate[demand], $0) })
      fleet.demands[demand].valuePerThousand = value(of: demand)
    }
  }

  private func rate(_ top: Int64, _ curve: Int64) -> Int64 {
    max(1, Int64(clamping: Int128(top) * Int128(curve) / 1_000_000))
  }

  /// Scales down what no cloud can serve where the edge sites that can would be too full.
  private mutating func limitTightNeed(_ curve: [[Int64]]) {
    var load = [Int128](repeating: 0, count: fleet.sites.count)
    var local: [(demand: Int, sites: [(site: Int, share: Int128)])] = []
    for demand in fleet.demands.indices {
      let sites = Array(servers(of: demand))
      guard !sites.contains(where: { fleet.sites[$0].tier == .cloud }) else { continue }
      let all = max(1, sites.reduce(Int128(0)) { $0 + Int128(usablePercent(ofSite: $1)) })
      let top = Int128(topRate[demand]) * Int128(curve[demand].max() ?? 0) / 1_000_000
      let need = top * Int128(unitsPerRate[demand]) / 1_000_000
      let shares = sites.map {
        (site: $0, share: Int128(usablePercent(ofSite: $0)) * 1_000_000 / all)
      }
      for (site, share) in shares { load[site] += need * share / 1_000_000 }
      local.append((demand, shares))
    }
    let room = fleet.sites.indices.map {
      Int128(usablePercent(ofSite: $0)) * 10_000_000 * Int128(knobs.tightPercent) / 100
    }
    for (demand, shares) in local {
      let kept = shares.reduce(Int128(0)) { sum, element in
        let fits = load[element.site] <= room[element.site]
        return sum
          + (fits ? element.share : element.share * room[element.site] / load[element.site])
      }
      topRate[demand] = max(1, Int64(clamping: Int128(topRate[demand]) * kept / 1_000_000))
    }
  }

  /// Micro-units per thousand requests not served: a multiple of their price on rented devices,
  /// and more than what their bytes may cost on the way.
  private func value(of demand: Int) -> Int64 {
    let element = fleet.demands[demand]
    let factors = knobs.valueFactors
    let factor = factors[min(element.priorityClass, factors.count - 1)]
    let rent = HardwareList.accelerators[HardwareList.l4].accelerator.onDemandPricePerHour
    let perThousand = Int128(unitsPerRate[demand]) * Int128(rent) * 1000 / 3600 / 1_000_000_000
    let egress = fleet.network.egressPricePerGiB.max() ?? 0
    let bytes = Int128(element.requestBytes + element.dataBytesPerRequest)
    let way = bytes * 1000 * Int128(egress) * 2 / 1_073_741_824
    return max(1, Int64(clamping: perThousand * Int128(factor) + way))
  }
}
