import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import Testing

@Suite struct FleetDescriptionTests {
  /// Two sites of one pool each; two demands; three lanes.
  private static var instance: PlacementInstance {
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

  private static let plan = PlacementSolution(
    replicas: [.init(lane: 0, count: 3)],
    routes: [.init(demand: 0, lane: 0, parts: 8), .init(demand: 1, lane: 0, parts: 4)],
    artifacts: [0], rented: [.init(pool: 0, count: 1)])

  @Test func theCostSplitAddsUpToTheObjective() {
    let split = CostSplit(of: Self.plan, in: Self.instance)
    #expect(split.rent == 40 && split.opening == 30 && split.replicas == 33)
    #expect(split.routes == 8 * 2 + 4 * 3 && split.unserved == 14 && split.moves == 5 + 3)
    let verdict = Placement.verify(Self.plan, against: Self.instance)
    #expect(Int128(verdict.objective) == split.total)
  }

  @Test func useIsTheShareOfEachLimit() {
    let uses = SiteUse.all(of: Self.plan, in: Self.instance)
    // Two nodes of two devices: three of four are taken by replicas above half their memory.
    #expect(uses[0].usedMillionths[.deviceMemory] == 750_000)
    #expect(uses[0].usedMillionths[.compute] == 225_000)
    #expect(uses[0].usedMillionths[.hostCPU] == 187_500)
    #expect(uses[0].usedMillionths[.hostMemory] == nil)
    #expect(uses[0].usedMillionths[.power] == 350_000)
    #expect(uses[0].usedMillionths[.storage] == 900_000)
    #expect(uses[0].scarcest?.resource == .storage)
    #expect(uses[1].usedMillionths[.power] == nil)
    #expect(uses[1].scarcest?.usedMillionths == 0)
  }

  @Test func figuresAreThoseOfFleetInstanceAndPlan() {
    let fleet = PlacementGenerator(size: .tiny, seed: 1).fleet()
    let plain = FleetDescription(fleet: fleet)
    #expect(plain.arcsPerDemandMillionths == nil && plain.fullSitesMillionths == nil)
    #expect(plain.text.contains("6: 2 cloud, 3 edge, 1 endpoint"))
    let full = FleetDescription(fleet: fleet, instance: Self.instance, solution: Self.plan)
    #expect(full.arcsPerDemandMillionths == 1_500_000)
    #expect(full.fullSitesMillionths == 500_000)
    #expect(full.scarceResources == [.storage])
    #expect(full.replicasPerUsedLaneMillionths == 3_000_000)
    #expect(full.unservedCostMillionths == 91_503)
    #expect(full.figures.first { $0.name == "cost" }?.value == "1.53")
    #expect(full.figures.first { $0.name == "arcs per demand, mean" }?.value == "1.50")
  }
}
