internal import EmplaceCore
public import EmplaceProblems

/// Random small placement instances in which every constraint family is active somewhere.
public struct RandomPlacement: Sendable {
  /// Most sites, at least one.
  public var sites = 3
  /// Most models, at least one.
  public var models = 3
  /// Most pools of a site, at least one.
  public var pools = 2
  /// Most artifacts.
  public var artifacts = 12
  /// Most nodes that may be rented in a pool.
  public var rentable: Int64 = 2
  /// Most lanes.
  public var lanes = 8
  /// Most replicas of a lane.
  public var replicas: Int64 = 3
  /// Most demands, at least one.
  public var demands = 5
  /// Most parts of a demand.
  public var parts: Int64 = 4
  /// Most hours.
  public var hours = 3
  /// Chance of each family of limits, in percent.
  public var density = 35

  /// Instances of a dozen decisions.
  public init() {}

  /// Instances small enough to enumerate every decision.
  public static var micro: RandomPlacement {
    var result = RandomPlacement()
    result.sites = 2
    result.models = 2
    result.pools = 1
    result.artifacts = 4
    result.rentable = 1
    result.lanes = 4
    result.replicas = 2
    result.demands = 3
    result.parts = 2
    result.hours = 2
    return result
  }

  /// The instance of a seed.
  public func instance(seed: UInt64) -> PlacementInstance {
    var maker = Maker(settings: self, random: RandomGenerator(seed: seed))
    return maker.make(seed: seed)
  }
}

private struct Maker {
  let settings: RandomPlacement
  var random: RandomGenerator
  var instance = PlacementInstance()

  mutating func int(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + random.below(range.count)
  }
  mutating func int64(_ range: ClosedRange<Int64>) -> Int64 {
    range.lowerBound + Int64(random.below(range.count))
  }
  /// True in `percent` of the draws.
  mutating func chance(_ percent: Int) -> Bool { random.below(100) < percent }
  /// True as often as the settings say for a family of limits.
  mutating func limit() -> Bool { chance(settings.density) }

  mutating func make(seed: UInt64) -> PlacementInstance {
    instance.name = "random-\(seed)"
    instance.hours = int(1...settings.hours)
    instance.rateScale = int64(1...3)
    makeSites()
    makeModels()
    makeDemands()
    makeArtifacts()
    makeLanes()
    makeArcs()
    makeFloors()
    makeFailures()
    if limit() { instance.moveBudget = int64(0...3) }
    if limit() { instance.hostingBudget = int64(0...60) }
    if chance(settings.density / 2), !instance.lanes.isEmpty {
      instance.pins = [instance.pin(ofLane: random.below(instance.lanes.count))]
    }
    return instance
  }

  private mutating func makeSites() {
    instance.domains = ["north", "south"]
    for site in 0..<int(1...settings.sites) {
      var element = PlacementInstance.Site(name: "s\(site)")
      element.domain = chance(60) ? Int32(random.below(2)) : -1
      if limit() { element.openingCost = int64(1...30) }
      if limit() { element.powerCap = int64(10...90) }
      if limit() { element.storageMiB = int64(5...20) }
      if limit() { element.uplinkMiB = int64(3...20) }
      instance.sites.append(element)
      for index in 0..<int(1...settings.pools) {
        var pool = PlacementInstance.Pool(name: "s\(site)/p\(index)", site: Int32(site))
        pool.owned = chance(75) ? int64(1...2) : 0
        pool.rentable = limit() || pool.owned == 0 ? int64(1...settings.rentable) : 0
        pool.rentCost = int64(1...25)
        pool.devices = chance(75) ? int64(1...2) : 0
        pool.deviceMiB = pool.devices > 0 ? 100 : 0
        if limit() || pool.devices == 0 { pool.cpuMilliCores = int64(500...2000) }
        if limit() { pool.hostMiB = int64(50...200) }
        pool.nodeMilliwatts = int64(0...15)
        instance.pools.append(pool)
      }
    }
  }

  private mutating func makeModels() {
    let tenants = chance(75) ? 2 : 1
    for tenant in 0..<tenants {
      var element = PlacementInstance.Tenant(name: "t\(tenant)")
      if limit() { element.quotaMilliShares = int64(300...1500) }
      if limit() || limit() { element.isolation = chance(50) ? .device : .node }
      instance.tenants.append(element)
    }
    let count = int(1...settings.models)
    for model in 0..<count {
      var element = PlacementInstance.Model(name: "m\(model)")
      element.tenant = chance(80) ? Int32(random.below(tenants)) : -1
      if limit() { element.leastDomains = chance(25) ? 2 : 1 }
      if limit() { element.licenceCopies = int64(1...2) }
      if limit() { element.liveVersions = 1 }
      element.versions = Int32(int(1...2))
      if limit(), count > 1 {
        let other = Int32((model + 1 + random.below(count - 1)) % count)
        if chance(50) { element.affinity = [other] } else { element.antiAffinity = [other] }
      }
      instance.models.append(element)
      for variant in 0..<int(1...2) {
        instance.variants.append(
          .init(
            name: "m\(model)v\(variant)", model: Int32(model),
            version: Int32(random.below(Int(element.versions)))))
      }
    }
  }

  private mutating func makeDemands() {
    for demand in 0..<int(1...settings.demands) {
      instance.demands.append(
        .init(
          name: "d\(demand)", parts: int64(1...settings.parts),
          unservedCost: chance(92) ? int64(20...90) : nil,
          model: Int32(random.below(instance.models.count)), region: Int32(random.below(2)),
          priorityClass: Int32(random.below(2))))
      for _ in 0..<instance.hours { instance.rate.append(int64(1...10)) }
    }
  }

  private mutating func makeArtifacts() {
    for site in instance.sites.indices {
      for variant in instance.variants.indices where chance(70) {
        var element = PlacementInstance.Artifact(variant: Int32(variant), site: Int32(site))
        element.sizeMiB = int64(1...10)
        if chance(35) {
          element.isIncumbent = true
          element.removeCost = int64(0...15)
        } else {
          element.addCost = int64(0...15)
          element.transferMiB = int64(1...10)
        }
        instance.artifacts.append(element)
      }
    }
    while instance.artifacts.count > settings.artifacts {
      instance.artifacts.remove(at: random.below(instance.artifacts.count))
    }
  }

  private mutating func makeLanes() {
    var lanes: [PlacementInstance.Lane] = []
    for (pool, element) in instance.pools.enumerated() {
      for (artifact, entry) in instance.artifacts.enumerated()
      where entry.site == element.site && chance(80) {
        for batch in 0..<int(1...2) {
          lanes.append(makeLane(pool: pool, artifact: artifact, batch: batch + 1))
        }
      }
    }
    while lanes.count > settings.lanes { lanes.remove(at: random.below(lanes.count)) }
    instance.lanes = lanes
  }

  private mutating func makeLane(pool: Int, artifact: Int, batch: Int) -> PlacementInstance.Lane {
    let element = instance.pools[pool]
    var lane = PlacementInstance.Lane(pool: Int32(pool))
    lane.artifact = Int32(artifact)
    lane.batch = Int32(batch)
    lane.most = int64(1...settings.replicas)
    lane.least = chance(5) ? 1 : 0
    lane.cost = int64(0...30)
    lane.capacity = int64(20...120)
    lane.milliwatts = int64(5...30)
    if element.devices > 0 {
      lane.devices = chance(20) ? int64(1...4) : int64(1...element.devices)
      lane.deviceMiB = chance(50) ? int64(10...45) : int64(30...90)
      lane.milliShares = (chance(50) ? int64(1...5) : int64(3...9)) * 100
    }
    lane.cpuMilliCores = element.devices == 0 ? int64(200...900) : int64(0...400)
    lane.hostMiB = int64(0...60)
    return lane
  }

  private mutating func makeArcs() {
    for lane in instance.lanes.indices {
      let model = instance.model(ofLane: lane)
      for (demand, element) in instance.demands.enumerated()
      where Int(element.model) == model && chance(85) {
        instance.arcDemand.append(Int32(demand))
        instance.arcWork.append(int64(5...30))
        instance.arcCost.append(int64(0...25))
      }
      instance.arcStart.append(instance.arcDemand.count)
    }
    if chance(20) {
      for demand in instance.arcDemand {
        instance.arcLimit.append(Int32(int64(1...instance.demands[Int(demand)].parts)))
      }
    }
  }

  private mutating func makeFloors() {
    guard limit() else { return }
    instance.serviceFloors.append(floor("gold", share: 60))
  }

  /// A floor over demands of one class, each weighted.
  private mutating func floor(_ name: String, share: Int64) -> PlacementInstance.ServiceFloor {
    var demands: [Int32] = []
    var weights: [Int64] = []
    var total: Int64 = 0
    for (index, demand) in instance.demands.enumerated() where demand.priorityClass == 0 {
      demands.append(Int32(index))
      weights.append(int64(1...3))
      total += demand.parts * (weights.last ?? 0)
    }
    return .init(
      name: name, demands: demands, weights: weights, least: total * int64(0...share) / 100)
  }

  private mutating func makeFailures() {
    if limit() {
      let lost = Int32(random.below(2))
      instance.failureCases.append(
        .init(
          label: "P9", name: instance.domains[Int(lost)],
          siteServes: instance.sites.map { $0.domain != lost }, floors: [floor("gold", share: 50)]))
    }
    if limit() {
      let site = random.below(instance.sites.count)
      instance.failureCases.append(
        .init(
          label: "P14", name: instance.sites[site].name,
          siteServes: instance.sites.indices.map { $0 == site },
          floors: [floor("critical", share: 40)]))
    }
  }
}
