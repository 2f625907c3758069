internal import EmplaceProblems

/// Puts the priced lanes of all pools together, with everything of the fleet that is not a lane.
struct InstanceAssembly {
  let fleet: Fleet
  let index: DemandIndex
  let energy: [EnergyPrices]
  private var hours: Int { fleet.horizon.hoursUTC.count }

  init(fleet: Fleet, index: DemandIndex, energy: [EnergyPrices]) {
    self.fleet = fleet
    self.index = index
    self.energy = energy
  }

  /// The instance; the first failure in the order of pools is thrown.
  mutating func instance(_ pools: [Result<PricedLanes, DerivationError>])
    throws(DerivationError) -> PlacementInstance
  {
    var instance = PlacementInstance()
    instance.name = fleet.name
    instance.digest = fleet.digest
    instance.currency = fleet.currency
    instance.objectiveUnit = 1_000_000
    instance.hours = hours
    instance.rate = index.rates
    instance.rateScale = 1_000_000
    instance.demands = try demands()
    var priced: [PricedLanes] = []
    for pool in pools {
      switch pool {
      case .success(let lanes): priced.append(lanes)
      case .failure(let error): throw error
      }
    }
    instance.artifacts = artifacts(priced)
    append(priced, to: &instance)
    (instance.domains, instance.sites) = sites()
    instance.pools = try poolsOfInstance()
    instance.variants = variants()
    instance.models = models()
    instance.tenants = fleet.tenants.map { tenant in
      var result = PlacementInstance.Tenant(name: tenant.id)
      result.quotaMilliShares = tenant.quotaMilliShares
      switch tenant.isolation {
      case .none: result.isolation = .none
      case .device: result.isolation = .device
      case .node: result.isolation = .node
      }
      return result
    }
    instance.constant = try constant()
    instance.moveBudget = fleet.policy.moveBudget
    instance.hostingBudget = fleet.policy.hostingBudget
    instance.pins = pins()
    instance.serviceFloors = serviceFloors()
    instance.failureCases = failureCases()
    return instance
  }

  // MARK: Demands and lanes

  private func demands() throws(DerivationError) -> [PlacementInstance.Demand] {
    var result: [PlacementInstance.Demand] = []
    result.reserveCapacity(fleet.demands.count)
    for (number, demand) in fleet.demands.enumerated() {
      // Micro-units per thousand requests x requests per hour / 1000, a part of it.
      let divisor = Int128(hours) * 1000 * 1_000_000 * Int128(demand.parts)
      let (value, overflow) = (index.totals[number] * 3600)
        .multipliedReportingOverflow(by: Int128(demand.valuePerThousand))
      let cost = value / divisor + (value % divisor > 0 ? 1 : 0)
      guard !overflow, cost < 1 << 62 else {
        throw .tooLarge(
          path: "demands[\(number)].value", value: "the value of one of \(demand.parts) parts")
      }
      result.append(
        .init(
          name: demand.id, parts: demand.parts, unservedCost: Int64(cost),
          model: Int32(truncatingIfNeeded: demand.model),
          region: Int32(truncatingIfNeeded: demand.region),
          priorityClass: Int32(truncatingIfNeeded: demand.priorityClass)))
    }
    return result
  }

  /// Adds lanes and arcs in the order of pools, and their artifacts' indices.
  private func append(_ pools: [PricedLanes], to instance: inout PlacementInstance) {
    let arcs = pools.reduce(0) { $0 + $1.demands.count }
    let lanes = pools.reduce(0) { $0 + $1.lanes.count }
    instance.lanes.reserveCapacity(lanes)
    instance.arcStart.reserveCapacity(lanes + 1)
    instance.arcDemand.reserveCapacity(arcs)
    instance.arcWork.reserveCapacity(arcs)
    instance.arcCost.reserveCapacity(arcs)
    let hasLimits = pools.contains { !$0.limits.isEmpty }
    if hasLimits { instance.arcLimit.reserveCapacity(arcs) }
    let ranges = artifactRanges(instance.artifacts)
    for (pool, priced) in pools.enumerated() {
      let range = ranges[fleet.pools[pool].site]
      var artifact = range.lowerBound
      for (number, lane) in priced.lanes.enumerated() {
        while artifact < range.upperBound,
          instance.artifacts[artifact].variant < priced.variants[number]
        { artifact += 1 }
        var lane = lane
        lane.artifact = Int32(truncatingIfNeeded: artifact)
        instance.lanes.append(lane)
        instance.arcStart.append((instance.arcStart.last ?? 0) + Int(priced.arcs[number]))
      }
      instance.arcDemand += priced.demands
      instance.arcWork += priced.work
      instance.arcCost += priced.cost
      guard hasLimits else { continue }
      if priced.limits.isEmpty {
        for demand in priced.demands {
          instance.arcLimit.append(Int32(clamping: fleet.demands[Int(demand)].parts))
        }
      } else {
        instance.arcLimit += priced.limits
      }
    }
  }

  // MARK: Artifacts

  /// Artifacts that a lane needs or that lie somewhere now, by site, then variant.
  private func artifacts(_ pools: [PricedLanes]) -> [PlacementInstance.Artifact] {
    var needed = Array(repeating: Set<Int32>(), count: fleet.sites.count)
    for (pool, priced) in pools.enumerated() {
      needed[fleet.pools[pool].site].formUnion(priced.variants)
    }
    var present = Array(repeating: Set<Int32>(), count: fleet.sites.count)
    for artifact in fleet.incumbent?.artifacts ?? [] {
      present[artifact.site].insert(Int32(truncatingIfNeeded: artifact.variant))
    }
    for replicas in fleet.incumbent?.replicas ?? [] where replicas.count > 0 {
      present[fleet.pools[replicas.pool].site].insert(Int32(truncatingIfNeeded: replicas.variant))
    }
    var result: [PlacementInstance.Artifact] = []
    for site in fleet.sites.indices {
      for variant in needed[site].union(present[site]).sorted() {
        result.append(artifact(variant, at: site, present: present[site]))
      }
    }
    return result
  }

  private func artifact(_ variant: Int32, at site: Int, present: Set<Int32>)
    -> PlacementInstance.Artifact
  {
    var artifact = PlacementInstance.Artifact(
      variant: variant, site: Int32(truncatingIfNeeded: site))
    let element = fleet.variants[Int(variant)]
    let copies = fleet.sites[site].population?.count ?? 1
    artifact.isIncumbent = present.contains(variant)
    artifact.sizeMiB = element.artifactMiB.multipliedClamped(by: copies)
    let window = Int128(fleet.policy.windowHours)
    if artifact.isIncumbent {
      artifact.removeCost = Int64(
        clamping: (Int128(fleet.policy.evictionPrice) + window - 1) / window)
    } else {
      // The difference from the closest version of the model that lies there, if that is less.
      var transfer = element.artifactMiB
      for other in fleet.models[element.model].variants
      where present.contains(Int32(truncatingIfNeeded: other)) {
        transfer = min(transfer, element.deltaMiB[fleet.variants[other].version] ?? transfer)
      }
      artifact.transferMiB = transfer.multipliedClamped(by: copies)
      let price = Int128(artifact.transferMiB) * Int128(fleet.policy.migrationPricePerGiB)
      let divisor = 1024 * window
      artifact.addCost = Int64(clamping: (price + divisor - 1) / divisor)
    }
    return artifact
  }

  private func artifactRanges(_ artifacts: [PlacementInstance.Artifact]) -> [Range<Int>] {
    var ranges: [Range<Int>] = []
    var position = 0
    for site in fleet.sites.indices {
      let start = position
      while position < artifacts.count, Int(artifacts[position].site) == site { position += 1 }
      ranges.append(start..<position)
    }
    return ranges
  }
}
