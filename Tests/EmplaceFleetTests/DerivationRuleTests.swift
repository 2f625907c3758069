import EmplaceFleet
import EmplaceProblems
import Testing

@Suite("Rules of the fleet: classes, failures, models, tenants, hours, threads")
struct DerivationRuleTests {
  /// Two sites in two domains, two regions, two classes, four demands.
  func fleet() -> Fleet {
    var fleet = SmallFleet.one()
    fleet.sites[0].failureDomains = ["west"]
    fleet.sites.append(Site(id: "nice", tier: .edge, jurisdiction: "FR"))
    fleet.sites[1].failureDomains = ["east", "coast"]
    fleet.pools.append(
      Pool(id: "nice/pair", site: 1, nodeType: 0, owned: 1, rentable: 0, rentPricePerHour: 0))
    fleet.regions.append(Region(id: "metz"))
    fleet.network.roundTripMicroseconds = [20_000, 25_000, 30_000, 35_000]
    fleet.policy.priorityClasses = [
      PriorityClass(
        id: "gold", unservedPricePerThousand: 1, leastServedMillionths: 900_000,
        survivingMillionths: 500_000),
      PriorityClass(
        id: "rest", unservedPricePerThousand: 1, leastServedMillionths: 0, survivingMillionths: 0),
    ]
    var demands: [Demand] = []
    for (index, rate) in [30_000_000, 10_000_000, 5_000_000, 0].enumerated() {
      var demand = SmallFleet.demand("d\(index)", region: index % 2, model: 0)
      demand.rateMicro = .constant(Int64(rate))
      demand.priorityClass = index == 2 ? 1 : 0
      demand.isCritical = index > 0
      demands.append(demand)
    }
    demands[1].parts = 10
    fleet.demands = demands
    return fleet
  }

  @Test("A floor weighs each part with its requests")
  func floors() throws {
    let instance = try PlacementDerivation.derive(fleet())
    let floor = try #require(instance.serviceFloors.first)
    #expect(instance.serviceFloors.count == 1)
    #expect(floor.name == "gold" && floor.demands == [0, 1])
    // Three quarters of 1e12 in 1,000 parts, one quarter in 10.
    #expect(floor.weights == [750_000_000, 25_000_000_000])
    #expect(floor.least == 900_000_000_000)
  }

  @Test("A class that must be served whole asks for every part")
  func whole() throws {
    var fleet = fleet()
    fleet.policy.priorityClasses[0].leastServedMillionths = 1_000_000
    fleet.demands[0].rateMicro = .constant(31_415_927)
    fleet.demands[0].parts = 7
    let floor = try #require(try PlacementDerivation.derive(fleet).serviceFloors.first)
    #expect(floor.least == 7 * floor.weights[0] + 10 * floor.weights[1])
  }

  @Test("P9: each domain to survive, P14: each autonomous site")
  func failures() throws {
    var fleet = fleet()
    #expect(try PlacementDerivation.derive(fleet).failureCases.isEmpty)
    fleet.policy.survive = ["west", "coast"]
    fleet.sites[1].autonomousRegions = [1]
    let cases = try PlacementDerivation.derive(fleet).failureCases
    #expect(cases.map(\.label) == ["P9", "P9", "P14"])
    #expect(cases.map(\.name) == ["west", "coast", "nice"])
    #expect(cases.map(\.siteServes) == [[false, true], [true, false], [false, true]])
    #expect(cases[0].floors.map(\.least) == [500_000_000_000])
    #expect(cases[0].floors.map(\.name) == ["gold"])
    // Of the critical ones, d1 is in metz; d2 is in lyon and d3 asks for nothing.
    #expect(
      cases[2].floors == [.init(name: "critical", demands: [1], weights: [1], least: 10)])
    fleet.sites[1].autonomousRegions = [0, 1]
    #expect(
      try PlacementDerivation.derive(fleet).failureCases[2].floors == [
        .init(name: "critical", demands: [1, 2], weights: [1, 1], least: 1010)
      ])
  }

  @Test("Models, tenants and budgets pass through")
  func models() throws {
    var fleet = fleet()
    fleet.tenants = [
      Tenant(id: "a", quotaMilliShares: 5000, isolation: .device),
      Tenant(id: "b", isolation: .node),
    ]
    fleet.models[0].tenant = 1
    fleet.models[0].failureDomains = 2
    fleet.models[0].licenceCopies = 9
    fleet.models[0].liveVersions = 1
    fleet.models[0].affinity = [1]
    fleet.models[0].antiAffinity = [0]
    fleet.models.append(InferenceModel(id: "other", tenant: 0, family: "", variants: 1..<1))
    fleet.policy.moveBudget = 4
    fleet.policy.hostingBudget = 5_000_000
    let instance = try PlacementDerivation.derive(fleet)
    let model = instance.models[0]
    #expect(model.tenant == 1 && model.leastDomains == 2 && model.licenceCopies == 9)
    #expect(model.liveVersions == 1 && model.affinity == [1] && model.antiAffinity == [0])
    // A spread over one domain is none.
    #expect(instance.models[1].leastDomains == 0 && instance.models[1].versions == 1)
    #expect(instance.tenants.map(\.isolation) == [.device, .node])
    #expect(instance.tenants.map(\.quotaMilliShares) == [5000, nil])
    #expect(instance.moveBudget == 4 && instance.hostingBudget == 5_000_000)
    #expect(instance.domains == ["west", "east", "coast"])
    #expect(instance.sites.map(\.domain) == [0, 1])
    #expect(instance.demands.map(\.priorityClass) == [0, 0, 1, 0])
    #expect(instance.demands.map(\.region) == [0, 1, 0, 1])
  }

  @Test("Rates stand by demand and hour; the peak of each decides the most replicas")
  func hours() throws {
    var fleet = SmallFleet.one()
    fleet.horizon.hoursUTC = [0, 8, 16]
    fleet.demands[0].rateMicro = .hourly([1_000_000_000, 0, 3_000_000_000])
    fleet.demands.append(fleet.demands[0])
    fleet.demands[1].id = "constant"
    fleet.demands[1].rateMicro = .constant(1_000_000_000)
    let instance = try PlacementDerivation.derive(fleet)
    #expect(instance.hours == 3)
    #expect(
      instance.rate == [
        1_000_000_000, 0, 3_000_000_000, 1_000_000_000, 1_000_000_000, 1_000_000_000,
      ])
    #expect(instance.load(ofArc: 0, hour: 1) == 0)
    #expect(instance.load(ofArc: 0, hour: 2) == 6_750_000)
    // (6.75 + 2.25) / 0.8 rounded up.
    #expect(instance.lanes[0].most == 12)
  }

  @Test(
    "The instance does not depend on the number of threads", arguments: 1...3 as ClosedRange<UInt64>
  )
  func threads(seed: UInt64) throws {
    var fleet = SyntheticFleet(
      sites: 30, models: 9, regions: 25, demands: 300, seed: seed
    ).make()
    fleet.sites[4].population = .init(count: 500, onlineMillionths: 500_000, region: 4)
    let one = try PlacementDerivation(fleet: fleet).instance(threads: 1)
    #expect(one.arcCount > 1000)
    for threads in [2, 3, 8] {
      let other = try PlacementDerivation(fleet: fleet, threads: threads).instance(
        threads: threads)
      #expect(other.lanes == one.lanes)
      #expect(other.artifacts == one.artifacts)
      #expect(other.arcStart == one.arcStart)
      #expect(other.arcDemand == one.arcDemand)
      #expect(other.arcWork == one.arcWork)
      #expect(other.arcCost == one.arcCost)
      #expect(other.arcLimit == one.arcLimit)
      #expect(other.demands == one.demands && other.constant == one.constant)
    }
  }

  @Test("Flat arrays fit each other, and every figure is in its range")
  func invariants() throws {
    let fleet = SyntheticFleet(sites: 40, models: 12, regions: 30, demands: 500).make()
    let instance = try PlacementDerivation(fleet: fleet).instance(threads: 2)
    #expect(instance.arcStart.count == instance.lanes.count + 1)
    #expect(instance.arcStart.last == instance.arcCount)
    #expect(instance.arcWork.count == instance.arcCount)
    #expect(instance.arcCost.count == instance.arcCount)
    for lane in instance.lanes.indices {
      let element = instance.lanes[lane]
      let arcs = instance.arcs(ofLane: lane)
      #expect(!arcs.isEmpty && element.most >= 1 && element.milliwatts > 0)
      let demands = instance.arcDemand[arcs]
      #expect(zip(demands, demands.dropFirst()).allSatisfy { $0 < $1 })
      let model = instance.model(ofLane: lane)
      #expect(demands.allSatisfy { instance.demands[Int($0)].model == Int32(model) })
      #expect(instance.artifacts[Int(element.artifact)].site == Int32(instance.site(ofLane: lane)))
      if lane > 0 {
        let before = instance.lanes[lane - 1]
        #expect(
          (before.pool, before.artifact, before.batch) < (
            element.pool, element.artifact, element.batch
          ))
      }
    }
    #expect(instance.arcCost.allSatisfy { $0 >= 0 } && instance.arcWork.allSatisfy { $0 > 0 })
  }
}
