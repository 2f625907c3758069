internal import EmplaceProblems

// MARK: - Sites, pools, models

extension InstanceAssembly {
  /// Failure domains in order of appearance, and the sites. The first domain of a site is the one
  /// that spread counts.
  func sites() -> (domains: [String], sites: [PlacementInstance.Site]) {
    var domains: [String] = []
    var domainIndex: [String: Int32] = [:]
    let sites = fleet.sites.map { element in
      var site = PlacementInstance.Site(name: element.id)
      for domain in element.failureDomains where domainIndex[domain] == nil {
        domainIndex[domain] = Int32(truncatingIfNeeded: domains.count)
        domains.append(domain)
      }
      site.openingCost = element.openingPricePerHour
      site.powerCap = element.powerCapMilliwatts
      site.storageMiB = element.storageMiB
      site.uplinkMiB = element.uplinkChangeMiB
      site.domain = element.failureDomains.first.flatMap { domainIndex[$0] } ?? -1
      return site
    }
    return (domains, sites)
  }

  /// Draw of a node that is on before any replica, milliwatts at its devices and host.
  private func idleMilliwatts(_ type: NodeType) -> Int64 {
    let device = type.accelerator.map { fleet.accelerators[$0].idleMilliwatts } ?? 0
    return Int64(
      clamping: Int128(type.idleMilliwatts) + Int128(type.devices) * Int128(device))
  }

  func poolsOfInstance() throws(DerivationError) -> [PlacementInstance.Pool] {
    var result: [PlacementInstance.Pool] = []
    for (number, element) in fleet.pools.enumerated() {
      let type = fleet.nodeTypes[element.nodeType]
      let site = fleet.sites[element.site]
      var pool = PlacementInstance.Pool(
        name: element.id, site: Int32(truncatingIfNeeded: element.site))
      // One device stands for a whole population; what it draws is its user's.
      let isPopulation = site.population != nil
      let idle = isPopulation ? 0 : idleMilliwatts(type)
      pool.owned = isPopulation ? min(1, element.owned + min(1, element.rentable)) : element.owned
      pool.rentable = isPopulation ? 0 : element.rentable
      pool.devices = type.devices
      pool.deviceMiB = type.accelerator.map { fleet.accelerators[$0].memoryMiB } ?? 0
      pool.cpuMilliCores = type.cpuMilliCores
      pool.hostMiB = type.memoryMiB
      pool.nodeMilliwatts = atMeter(idle, site)
      guard let energy = energy[element.site].costPerHour(milliwatts: idle),
        case (let cost, false) = element.rentPricePerHour.addingReportingOverflow(energy)
      else {
        throw .tooLarge(path: "pools[\(number)].rentPrice", value: "the price of a rented node")
      }
      pool.rentCost = cost
      result.append(pool)
    }
    return result
  }

  /// Cost of what is on anyhow: owned nodes, idle.
  func constant() throws(DerivationError) -> Int64 {
    var sum: Int128 = 0
    for (number, element) in fleet.pools.enumerated()
    where fleet.sites[element.site].population == nil {
      let idle = idleMilliwatts(fleet.nodeTypes[element.nodeType])
      guard let cost = energy[element.site].costPerHour(milliwatts: idle) else {
        throw .tooLarge(path: "pools[\(number)].owned", value: "the energy of owned nodes")
      }
      sum += Int128(cost) * Int128(element.owned)
      guard sum < 1 << 62 else {
        throw .tooLarge(path: "pools[\(number)].owned", value: "the energy of owned nodes")
      }
    }
    return Int64(sum)
  }

  func variants() -> [PlacementInstance.Variant] {
    fleet.variants.map { element in
      PlacementInstance.Variant(
        name: element.id, model: Int32(truncatingIfNeeded: element.model),
        version: Int32(
          truncatingIfNeeded: versions(ofModel: element.model).firstIndex(of: element.version) ?? 0)
      )
    }
  }

  /// Different versions of a model, the oldest first.
  private func versions(ofModel model: Int) -> [Int64] {
    Set(fleet.models[model].variants.map { fleet.variants[$0].version }).sorted()
  }

  func models() -> [PlacementInstance.Model] {
    fleet.models.enumerated().map { index, element in
      var model = PlacementInstance.Model(name: element.id)
      model.tenant = Int32(truncatingIfNeeded: element.tenant)
      // A spread over one domain asks for nothing: what is not worth serving may stay away.
      model.leastDomains = element.failureDomains > 1 ? element.failureDomains : 0
      model.licenceCopies = element.licenceCopies
      model.liveVersions = element.liveVersions
      model.versions = Int32(truncatingIfNeeded: max(1, versions(ofModel: index).count))
      model.affinity = element.affinity.map { Int32(truncatingIfNeeded: $0) }
      model.antiAffinity = element.antiAffinity.map { Int32(truncatingIfNeeded: $0) }
      return model
    }
  }
}

extension InstanceAssembly {
  /// P16: each model at each of its pinned sites, once.
  func pins() -> [PlacementInstance.Pin] {
    fleet.models.enumerated().flatMap { model, element in
      Set(element.pinnedSites).sorted().map {
        .init(model: Int32(truncatingIfNeeded: model), site: Int32(truncatingIfNeeded: $0))
      }
    }
  }
}

// MARK: - Service in normal operation and in failures

extension InstanceAssembly {
  /// A floor for each class with a least share of service.
  func serviceFloors() -> [PlacementInstance.ServiceFloor] {
    classes.compactMap { index, element in
      floor(element.id, ofClass: index, millionths: element.leastServedMillionths)
    }
  }

  /// P9 for each domain to survive, then P14 for each autonomous site.
  func failureCases() -> [PlacementInstance.FailureCase] {
    var cases: [PlacementInstance.FailureCase] = []
    let surviving = classes.compactMap { index, element in
      floor(element.id, ofClass: index, millionths: element.survivingMillionths)
    }
    if !surviving.isEmpty {
      for domain in fleet.policy.survive {
        cases.append(
          .init(
            label: "P9", name: domain,
            siteServes: fleet.sites.map { !$0.failureDomains.contains(domain) },
            floors: surviving))
      }
    }
    for (index, site) in fleet.sites.enumerated() where !site.autonomousRegions.isEmpty {
      let regions = Set(site.autonomousRegions)
      let critical = fleet.demands.indices.filter {
        fleet.demands[$0].isCritical && regions.contains(fleet.demands[$0].region)
          && self.index.peaks[$0] > 0
      }
      guard !critical.isEmpty else { continue }
      let floor = PlacementInstance.ServiceFloor(
        name: "critical", demands: critical.map { Int32(truncatingIfNeeded: $0) },
        weights: critical.map { _ in 1 },
        least: critical.reduce(0) { $0 + fleet.demands[$1].parts })
      cases.append(
        .init(
          label: "P14", name: site.id, siteServes: fleet.sites.indices.map { $0 == index },
          floors: [floor]))
    }
    return cases
  }

  private var classes: [(Int, PriorityClass)] {
    Array(fleet.policy.priorityClasses.enumerated()).map { ($0.offset, $0.element) }
  }

  /// At least this share of a class's requests, in the mean over the hours.
  ///
  /// The weight of a part is its share of the demand's rate, as an integer of at least 1, on a
  /// scale on which all parts of the class together weigh about 1e12.
  private func floor(_ name: String, ofClass priorityClass: Int, millionths: Int64)
    -> PlacementInstance.ServiceFloor?
  {
    guard millionths > 0 else { return nil }
    let members = fleet.demands.indices.filter {
      fleet.demands[$0].priorityClass == priorityClass && index.peaks[$0] > 0
    }
    let total = members.reduce(Int128(0)) { $0 + index.totals[$1] }
    guard total > 0 else { return nil }
    let scale: Int128 = 1_000_000_000_000
    // Brought below 2^80, so that the products stay within 128 bits.
    let shift = max(0, 48 - total.leadingZeroBitCount)
    let weights = members.map { member in
      let divisor = max(1, total >> shift) * Int128(fleet.demands[member].parts)
      return Int64(clamping: max(1, (index.totals[member] >> shift) * scale / divisor))
    }
    var whole: Int128 = 0
    for (member, weight) in zip(members, weights) {
      whole += Int128(weight) * Int128(fleet.demands[member].parts)
    }
    let least = (whole * Int128(min(millionths, 1_000_000)) + 999_999) / 1_000_000
    return .init(
      name: name, demands: members.map { Int32(truncatingIfNeeded: $0) }, weights: weights,
      least: Int64(clamping: least))
  }
}
