public import EmplaceProblems

/// A placement small enough to count by hand, with a feasible plan.
public enum TwoSites {
  /// Two sites of one pool each; two demands; three lanes.
  public static var instance: PlacementInstance {
    var instance = PlacementInstance()
    instance.objectiveUnit = 100
    instance.demands = [
      .init(name: "a", parts: 10, unservedCost: 7), .init(name: "b", parts: 4, unservedCost: 50),
    ]
    instance.rate = [1, 1]
    var north = PlacementInstance.Site(name: "north")
    north.openingCost = 30
    north.powerCap = 1_000
    north.storageMiB = 100
    instance.sites = [north, PlacementInstance.Site(name: "south")]
    for site in 0..<2 {
      var pool = PlacementInstance.Pool(name: "p\(site)", site: Int32(site))
      pool.owned = 1
      pool.rentable = 2
      pool.rentCost = 40
      pool.devices = 2
      pool.deviceMiB = 1_000
      pool.cpuMilliCores = 8_000
      pool.nodeMilliwatts = 100
      instance.pools.append(pool)
    }
    instance.variants = [.init(name: "v", model: 0)]
    instance.models = [.init(name: "m")]
    for site in 0..<2 {
      var artifact = PlacementInstance.Artifact(variant: 0, site: Int32(site))
      artifact.sizeMiB = 90
      artifact.addCost = 5
      artifact.removeCost = 3
      instance.artifacts.append(artifact)
      var lane = PlacementInstance.Lane(pool: Int32(site))
      lane.artifact = Int32(site)
      lane.devices = 1
      lane.deviceMiB = 600
      lane.milliShares = 300
      lane.cpuMilliCores = 1_000
      lane.milliwatts = 50
      lane.cost = 11
      lane.most = 9
      lane.capacity = 100
      instance.lanes.append(lane)
    }
    instance.arcStart = [0, 2, 3]
    instance.arcDemand = [0, 1, 0]
    instance.arcWork = [1, 1, 1]
    instance.arcCost = [2, 3, 1]
    return instance
  }

  /// Three replicas in the north, on a rented node beside the owned one.
  public static let plan = PlacementSolution(
    replicas: [.init(lane: 0, count: 3)],
    routes: [.init(demand: 0, lane: 0, parts: 8), .init(demand: 1, lane: 0, parts: 4)],
    artifacts: [0], rented: [.init(pool: 0, count: 1)])
}
