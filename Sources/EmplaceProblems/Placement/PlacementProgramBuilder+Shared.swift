import EmplaceCore

// Rows over several pools: P6...P16.

extension PlacementProgramBuilder {
  /// P6 power, P7 storage, P12 uplink and moves, P11 hosting budget.
  mutating func addSiteRows() {
    let (lanesOfSite, poolsOfSite, artifactsOfSite) = membersOfSites()
    for (site, element) in instance.sites.enumerated() {
      if let cap = element.powerCap {
        let idle = poolsOfSite[site].reduce(Int64(0)) {
          $0 + instance.pools[$1].nodeMilliwatts * instance.pools[$1].owned
        }
        row(.power, site, .atMost, cap - idle, unit: 1000)
        for lane in lanesOfSite[site] {
          entry(layout.replicas[lane], instance.lanes[lane].milliwatts)
        }
        for pool in poolsOfSite[site] {
          entry(layout.rented[pool], instance.pools[pool].nodeMilliwatts)
        }
      }
      if let room = element.storageMiB {
        row(.storage, site, .atMost, room, unit: 1000)
        for artifact in artifactsOfSite[site] {
          entry(layout.present[artifact], instance.artifacts[artifact].sizeMiB)
        }
      }
      if let limit = element.uplinkMiB {
        row(.uplink, site, .atMost, limit, unit: 1000)
        for artifact in artifactsOfSite[site] where !instance.artifacts[artifact].isIncumbent {
          entry(layout.present[artifact], instance.artifacts[artifact].transferMiB)
        }
      }
    }
    addBudgetRows()
  }

  private func membersOfSites() -> (lanes: [[Int]], pools: [[Int]], artifacts: [[Int]]) {
    let empty = [[Int]](repeating: [], count: instance.sites.count)
    var (lanes, pools, artifacts) = (empty, empty, empty)
    for lane in instance.lanes.indices { lanes[instance.site(ofLane: lane)].append(lane) }
    for (pool, element) in instance.pools.enumerated() { pools[Int(element.site)].append(pool) }
    for (artifact, element) in instance.artifacts.enumerated() {
      artifacts[Int(element.site)].append(artifact)
    }
    return (lanes, pools, artifacts)
  }

  private mutating func addBudgetRows() {
    if let budget = instance.moveBudget {
      let incumbent = Int64(instance.artifacts.count { $0.isIncumbent })
      row(.moves, 0, .atMost, budget - incumbent)
      for (artifact, element) in instance.artifacts.enumerated() {
        entry(layout.present[artifact], element.isIncumbent ? -1 : 1)
      }
    }
    if let budget = instance.hostingBudget {
      row(.budget, 0, .atMost, budget, unit: instance.objectiveUnit)
      for (pool, element) in instance.pools.enumerated() {
        entry(layout.rented[pool], element.rentCost)
      }
      for (site, element) in instance.sites.enumerated() {
        entry(layout.open[site], element.openingCost)
      }
    }
  }

  /// P8 spread, P10 affinity, P11 licences, P13 versions, P15 quotas.
  mutating func addModelRows() {
    var lanesOfModel = [[Int]](repeating: [], count: instance.models.count)
    for lane in instance.lanes.indices where instance.model(ofLane: lane) >= 0 {
      lanesOfModel[instance.model(ofLane: lane)].append(lane)
    }
    for (model, domain, column) in layout.inDomain {
      row(.spreadLink, model, and: domain, .atMost, 0)
      entry(column, 1)
      for lane in lanesOfModel[model]
      where instance.domain(ofSite: instance.site(ofLane: lane)) == domain {
        entry(layout.replicas[lane], -1)
      }
    }
    for (model, element) in instance.models.enumerated() {
      if element.leastDomains > 0 {
        row(.spread, model, .atLeast, element.leastDomains)
        for item in layout.inDomain where item.model == model { entry(item.column, 1) }
      }
      if let licences = element.licenceCopies {
        row(.licence, model, .atMost, licences)
        for lane in lanesOfModel[model] { entry(layout.replicas[lane], 1) }
      }
      if let versions = element.liveVersions {
        row(.versions, model, .atMost, versions)
        for item in layout.live where item.model == model { entry(item.column, 1) }
      }
    }
    addVersionRows()
    addAffinityRows()
    for (tenant, element) in instance.tenants.enumerated() {
      guard let quota = element.quotaMilliShares else { continue }
      row(.quota, tenant, .atMost, quota, unit: 1000)
      for lane in instance.lanes.indices where instance.tenant(ofLane: lane) == tenant {
        entry(
          layout.replicas[lane], instance.lanes[lane].devices * instance.lanes[lane].milliShares)
      }
    }
  }

  /// P16: of a pinned model at least one replica runs at its site.
  mutating func addPinRows() {
    for pin in instance.pins {
      row(.pin, Int(pin.model), and: Int(pin.site), .atLeast, 1)
      for lane in instance.lanes.indices where instance.pin(ofLane: lane) == pin {
        entry(layout.replicas[lane], 1)
      }
    }
  }

  private mutating func addVersionRows() {
    guard !layout.live.isEmpty else { return }
    var columnOf: [[Int]: Int] = [:]
    for item in layout.live { columnOf[[item.model, item.version]] = item.column }
    for (artifact, element) in instance.artifacts.enumerated() {
      let variant = instance.variants[Int(element.variant)]
      guard let live = columnOf[[Int(variant.model), Int(variant.version)]] else { continue }
      row(.versionLink, artifact, .atMost, 0)
      entry(layout.present[artifact], 1)
      entry(live, -1)
    }
  }

  /// P10 by pairs of artifacts at one site.
  private mutating func addAffinityRows() {
    var byModelAndSite: [[Int]: [Int]] = [:]
    for (artifact, element) in instance.artifacts.enumerated() {
      let model = Int(instance.variants[Int(element.variant)].model)
      byModelAndSite[[model, Int(element.site)], default: []].append(artifact)
    }
    for (artifact, element) in instance.artifacts.enumerated() {
      let site = Int(element.site)
      let model = Int(instance.variants[Int(element.variant)].model)
      for other in instance.models[model].affinity {
        row(.affinity, artifact, and: Int(other), .atMost, 0)
        entry(layout.present[artifact], 1)
        for partner in byModelAndSite[[Int(other), site]] ?? [] {
          entry(layout.present[partner], -1)
        }
      }
      for other in instance.models[model].antiAffinity {
        for partner in byModelAndSite[[Int(other), site]] ?? [] {
          row(.antiAffinity, artifact, and: partner, .atMost, 1)
          entry(layout.present[artifact], 1)
          entry(layout.present[partner], 1)
        }
      }
    }
  }

  /// P9 and P14: in each failure case routes of their own serve the floors.
  mutating func addFailureRows() {
    for (index, failure) in instance.failureCases.enumerated() {
      var columns: [Int: [Int]] = [:]
      for stretch in layout.cases[index] {
        for (position, arc) in stretch.arcs.enumerated() {
          columns[Int(instance.arcDemand[arc]), default: []].append(stretch.start + position)
        }
      }
      for demand in columns.keys.sorted() {
        row(.caseCover, index, and: demand, .atMost, instance.demands[demand].parts)
        for column in columns[demand] ?? [] { entry(column, 1) }
      }
      for (position, floor) in failure.floors.enumerated() {
        row(.caseFloor, index, and: position, .atLeast, floor.least)
        for (demand, weight) in zip(floor.demands, floor.weights) {
          for column in columns[Int(demand)] ?? [] { entry(column, weight) }
        }
      }
    }
  }
}
