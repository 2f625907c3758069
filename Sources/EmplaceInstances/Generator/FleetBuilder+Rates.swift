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
      .reduce(Int128(0)) { $0 + Int128(ownedPercent(ofSite: $1)) }
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

  /// Scales down what only the sites of a city can serve where they would be too full.
  private mutating func limitTightNeed(_ curve: [[Int64]]) {
    var need = [Int128](repeating: 0, count: fleet.regions.count)
    for demand in fleet.demands.indices where reach[demand] == .city {
      let top = Int128(topRate[demand]) * Int128(curve[demand].max() ?? 0) / 1_000_000
      need[fleet.demands[demand].region] += top * Int128(unitsPerRate[demand]) / 1_000_000
    }
    // Regions share the sites of their city: room of a site goes to them by their need.
    var sharers = [Int128](repeating: 0, count: fleet.sites.count)
    for region in fleet.regions.indices {
      for site in sites(near: region, within: .city) { sharers[site] += need[region] }
    }
    var room = [Int128](repeating: 0, count: fleet.regions.count)
    for region in fleet.regions.indices where need[region] > 0 {
      for site in sites(near: region, within: .city) where sharers[site] > 0 {
        room[region] +=
          Int128(ownedPercent(ofSite: site)) * 10_000_000 * need[region]
          / sharers[site]
      }
      room[region] = room[region] * Int128(knobs.tightPercent) / 100
    }
    for demand in fleet.demands.indices where reach[demand] == .city {
      let region = fleet.demands[demand].region
      guard need[region] > room[region] else { continue }
      topRate[demand] = max(
        1, Int64(clamping: Int128(topRate[demand]) * room[region] / need[region]))
    }
  }

  /// Micro-units per thousand requests not served: a multiple of their price on rented devices.
  private func value(of demand: Int) -> Int64 {
    let factors = knobs.valueFactors
    let factor = factors[min(fleet.demands[demand].priorityClass, factors.count - 1)]
    let rent = HardwareList.accelerators[HardwareList.l4].accelerator.onDemandPricePerHour
    let perThousand = Int128(unitsPerRate[demand]) * Int128(rent) * 1000 / 3600 / 1_000_000_000
    return max(1, Int64(clamping: perThousand * Int128(factor)))
  }
}
