internal import EmplaceCore
internal import EmplaceFleet

extension FleetBuilder {
  /// Decides what each edge site is short of, besides what its node type is short of anyway.
  mutating func buildShortages() {
    var random = random(.scarcity).split(1)
    var deck: [Shortage] = []
    shortages = fleet.sites.map { site in
      guard site.tier == .edge else { return .nothing }
      if deck.isEmpty {
        deck =
          generator.size == .tiny
          ? [.power, .nothing, .storage]
          : random.shuffled([.power, .storage, .nothing, .power, .storage, .nothing, .nothing])
      }
      return deck.removeLast()
    }
  }

  /// Compute of a site's own nodes that its other resources let it use, hundredths of an L4.
  func usablePercent(ofSite site: Int) -> Int64 {
    let slim = poolsOfSite[site].contains {
      [HardwareList.l4x4Slim, HardwareList.l4x2Slim].contains(fleet.pools[$0].nodeType)
    }
    let share: Int64 =
      switch shortages[site] {
      case .power: knobs.shortPowerPercent + 10
      case .storage: 80
      case .nothing: 100
      }
    return ownedPercent(ofSite: site) * (slim ? min(share, 50) : share) / 100
  }

  mutating func buildScarcity() {
    var random = random(.scarcity)
    let storage = storageWanted()
    for site in fleet.sites.indices {
      let draw = power(ofSite: site)
      let pue = fleet.sites[site].pueMillionths
      func meter(_ milliwatts: Int64) -> Int64 { milliwatts / 1000 * (pue / 1000) }
      switch fleet.sites[site].tier {
      case .cloud:
        fleet.sites[site].storageMiB = 4_000_000
      case .endpoint:
        // Every device keeps what lies there: room for one or two small models on each.
        let count = fleet.sites[site].population?.count ?? 1
        fleet.sites[site].storageMiB = count * random.integer(in: 4_000...7_000)
      case .edge:
        let shortage = shortages[site]
        let percent =
          shortage == .power ? knobs.shortPowerPercent + random.integer(in: -6...6) : 108
        fleet.sites[site].powerCapMilliwatts = meter(
          draw.idle + (draw.busy - draw.idle) * percent / 100)
        let wanted = storage[site]
        let room =
          shortage == .storage
          ? wanted.least * (knobs.shortStoragePercent + random.integer(in: -6...6)) / 100
          : wanted.most * random.integer(in: 70...110) / 100
        let mib = max(room, wanted.largest + 1_500)
        fleet.sites[site].storageMiB = mib
        if random.chance(25) {
          fleet.sites[site].uplinkChangeMiB = mib * random.integer(in: 55...120) / 100
        }
      }
    }
    buildInterference()
  }

  /// Draw of a site's own nodes that do nothing, and of all its nodes at full load, milliwatts.
  private func power(ofSite site: Int) -> (idle: Int64, busy: Int64) {
    poolsOfSite[site].reduce((0, 0)) { sum, index in
      let pool = fleet.pools[index]
      return (
        sum.idle + pool.owned * HardwareList.idleMilliwatts(of: pool.nodeType),
        sum.busy + (pool.owned + pool.rentable) * HardwareList.busyMilliwatts(of: pool.nodeType)
      )
    }
  }

  /// MiB of the smallest variant of every model that is asked for near a site, of its two
  /// smallest, and of the largest of the smallest.
  private func storageWanted() -> [(least: Int64, most: Int64, largest: Int64)] {
    let words = (counts.models + 63) / 64
    var wanted = [UInt64](repeating: 0, count: fleet.sites.count * words)
    for demand in fleet.demands.indices {
      let (region, model) = (fleet.demands[demand].region, fleet.demands[demand].model)
      for site in sites(near: region, within: min(reach[demand], .continent)).prefix(24) {
        wanted[site * words + model / 64] |= 1 << UInt64(model % 64)
      }
    }
    let sizes = fleet.models.map { model in
      model.variants.map { fleet.variants[$0].artifactMiB }.sorted()
    }
    return fleet.sites.indices.map { site in
      var result: (least: Int64, most: Int64, largest: Int64) = (0, 0, 0)
      for model in fleet.models.indices
      where wanted[site * words + model / 64] & (1 << UInt64(model % 64)) != 0
        && sizes[model][0] < 20_000
      {
        result.least += sizes[model][0]
        result.most += sizes[model].prefix(2).reduce(0, +)
        result.largest = max(result.largest, sizes[model][0])
      }
      return result
    }
  }

  /// Slowdown of classes beside each other, stronger on small devices.
  private mutating func buildInterference() {
    let pressure: [(name: String, percent: Int64)] = [
      ("audio", 9), ("llm", 22), ("text", 6), ("vision", 14),
    ]
    for (accelerator, row) in HardwareList.accelerators.enumerated()
    where row.accelerator.sharing.count > 1 {
      let factor: Int64 = row.accelerator.memoryMiB < 24_000 ? 13 : 10
      for subject in pressure {
        for neighbour in pressure {
          let percent = (subject.percent / 2 + neighbour.percent) * factor / 10
          fleet.interference.append(
            InterferenceEntry(
              accelerator: accelerator, subject: subject.name, neighbour: neighbour.name,
              slowdownMillionths: 1_000_000 + percent * 10_000))
        }
      }
    }
  }
}

/// The nearer of two reaches.
private func min(_ a: ModelKind.Reach, _ b: ModelKind.Reach) -> ModelKind.Reach {
  a.rawValue <= b.rawValue ? a : b
}
