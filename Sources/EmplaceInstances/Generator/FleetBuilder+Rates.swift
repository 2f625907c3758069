internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  /// Turns weights into rates: all owned compute is the stated share of the need at the peak
  /// hour.
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
    for demand in fleet.demands.indices {
      fleet.demands[demand].rateMicro = .hourly(
        curve[demand].map { rate(topRate[demand], $0) })
      fleet.demands[demand].valuePerThousand = value(of: demand)
    }
  }

  private func rate(_ top: Int64, _ curve: Int64) -> Int64 {
    max(1, Int64(clamping: Int128(top) * Int128(curve) / 1_000_000))
  }

  /// Micro-units per thousand requests not served: a multiple of their price on rented devices,
  /// and more than what their bytes and the time they may take cost on the way.
  private func value(of demand: Int) -> Int64 {
    let element = fleet.demands[demand]
    let factors = knobs.valueFactors
    let factor = factors[min(element.priorityClass, factors.count - 1)]
    let rent = Self.rentPerHour
    let perThousand = Int128(unitsPerRate[demand]) * Int128(rent) * 1000 / 3600 / 1_000_000_000
    let egress = fleet.network.egressPricePerGiB.max() ?? 0
    let bytes = Int128(element.requestBytes + element.dataBytesPerRequest)
    let way = bytes * 1000 * Int128(egress) * 2 / 1_073_741_824
    let limit =
      switch element.objective {
      case .latency(let limit): limit
      case .tokens(let first, _, _): first
      }
    let wait = Int128(limit) * Int128(knobs.latencyPrice) * 2 / 3_600_000
    return max(1, Int64(clamping: perThousand * Int128(factor) + way + wait))
  }
}
