/// Hardware and places of the canonical document.
extension CanonicalWriter {
  mutating func write(_ accelerator: Accelerator) {
    let usesMIG = accelerator.sharing.contains(.mig)
    json.text(.id, accelerator.id)
    if let product = accelerator.product { json.text(.product, product) }
    json.integer(.memoryGiB, accelerator.memoryMiB)
    json.texts(.sharing, accelerator.sharing.map(\.rawValue))
    json.objects(.mig, .migProfile, accelerator.migProfiles) { json, profile in
      json.text(.name, profile.name)
      json.integer(.computeSlices, Int64(profile.computeSlices))
      json.integer(.memorySlices, Int64(profile.memorySlices))
      json.integers(.starts, profile.starts.map { Int64($0) })
    }
    if usesMIG || accelerator.migComputeSlices != 7 {
      json.integer(.migComputeSlices, Int64(accelerator.migComputeSlices))
    }
    if usesMIG || accelerator.migMemorySlices != 8 {
      json.integer(.migMemorySlices, Int64(accelerator.migMemorySlices))
    }
    json.integer(.idleWatts, accelerator.idleMilliwatts)
    json.integer(.peakWatts, accelerator.peakMilliwatts)
    writeMarket(accelerator)
  }

  mutating func write(_ type: NodeType) {
    json.text(.id, type.id)
    if let accelerator = type.accelerator {
      json.text(.accelerator, acceleratorID(accelerator))
    }
    json.integer(.devices, type.devices, unless: type.accelerator == nil ? 0 : 1)
    json.flag(.fastInterconnect, type.fastInterconnect)
    json.integer(.cpuCores, type.cpuMilliCores)
    json.integer(.memoryGiB, type.memoryMiB)
    json.integer(.rackUnits, type.rackUnits, unless: 1)
    json.integer(.idleWatts, type.idleMilliwatts, unless: 0)
    json.integer(.busyWatts, type.busyMilliwatts, unless: 0)
    writeMarket(type)
  }

  private mutating func writeMarket(_ item: some MarketPriced) {
    json.integer(.purchasePrice, item.purchasePrice, unless: 0)
    json.integer(.lifeYears, item.lifeYears, unless: 4)
    json.integer(.embodiedCarbonKg, item.embodiedCarbonGrams, unless: 0)
    json.integer(.onDemandPricePerHour, item.onDemandPricePerHour, unless: 0)
    json.integer(.reservedPricePerHour, item.reservedPricePerHour, unless: 0)
    json.integer(.spotPricePerHour, item.spotPricePerHour, unless: 0)
    json.integer(.leadTimePeriods, item.leadTimePeriods, unless: 0)
  }

  mutating func write(_ site: Site, _ index: Int) {
    json.text(.id, site.id)
    json.text(.tier, site.tier.rawValue)
    json.text(.jurisdiction, site.jurisdiction)
    json.texts(.failureDomains, site.failureDomains)
    write(site.coordinates)
    json.integer(.powerCapWatts, site.powerCapMilliwatts)
    json.integer(.rackUnits, site.rackUnits)
    json.integer(.pue, site.pueMillionths, unless: 1_000_000)
    if site.energyPricePerKWh != .constant(0) {
      json.series(.energyPricePerKWh, site.energyPricePerKWh)
    }
    if site.carbonMilligramsPerKWh != .constant(0) {
      json.series(.carbonGramsPerKWh, site.carbonMilligramsPerKWh)
    }
    json.integer(.locationPremium, site.locationPremiumMillionths, unless: 1_000_000)
    json.integer(.openingPricePerHour, site.openingPricePerHour, unless: 0)
    json.integer(.storageGiB, site.storageMiB)
    json.integer(.uplinkChangeGiB, site.uplinkChangeMiB)
    json.integer(.uplinkMbps, site.uplinkKilobitsPerSecond)
    json.integer(.trust, Int64(site.trust), unless: 0)
    json.texts(.autonomousRegions, site.autonomousRegions.map { regionID($0) })
    if fleet.network.egressPricePerGiB.indices.contains(index) {
      json.integer(.egressPricePerGiB, fleet.network.egressPricePerGiB[index], unless: 0)
    }
    guard let population = site.population else { return }
    let region = regionID(population.region)
    json.object(.population, .population) { json in
      json.integer(.devices, population.count)
      json.integer(.shareOnline, population.onlineMillionths)
      json.text(.region, region)
    }
  }

  mutating func write(_ coordinates: Coordinates?) {
    guard let coordinates else { return }
    json.real(.latitude, coordinates.latitude)
    json.real(.longitude, coordinates.longitude)
  }

  mutating func write(_ pool: Pool) {
    let (site, nodeType) = (siteID(pool.site), nodeTypeID(pool.nodeType))
    if pool.id != site + "/" + nodeType { json.text(.id, pool.id) }
    json.text(.site, site)
    json.text(.nodeType, nodeType)
    json.integer(.owned, pool.owned - pool.reserved, unless: 0)
    json.integer(.reserved, pool.reserved, unless: 0)
    json.integer(.rentable, pool.rentable, unless: 0)
    json.integer(.rentPricePerHour, pool.rentPricePerHour)
    json.integer(.spotRentable, pool.spotRentable, unless: 0)
    json.integer(.nodeLimit, pool.nodeLimit)
  }
}
