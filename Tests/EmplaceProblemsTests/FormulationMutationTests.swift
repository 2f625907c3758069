import EmplaceCore
import EmplaceProblems
import EmplaceTestSupport
import Testing

/// One change that breaks exactly one constraint, for each of P1...P16: the verifier names it and
/// nothing else, and the formulation refuses it too.
@Suite struct FormulationMutationTests {
  typealias Instance = PlacementInstance
  typealias Solution = PlacementSolution

  /// A limit put on the instance under which the plain solution is still feasible, and a change of
  /// the solution that breaks it.
  struct Mutation: CustomTestStringConvertible, Sendable {
    var label: String
    var what: String
    var limit: @Sendable (inout Instance) -> Void = { _ in }
    var prepare: @Sendable (inout Solution) -> Void = { _ in }
    var change: @Sendable (inout Solution) -> Void
    var testDescription: String { "\(label): \(what)" }
  }

  @Test(arguments: mutations) func breaksExactlyOne(mutation: Mutation) {
    var instance = Self.instance()
    mutation.limit(&instance)
    var solution = Self.solution()
    mutation.prepare(&solution)
    let before = Placement.verify(solution, against: instance)
    #expect(before.violations == [])
    mutation.change(&solution)
    let verdict = Placement.verify(solution, against: instance)
    #expect(Set(verdict.violations.map(\.constraint)) == [mutation.label], "\(verdict.violations)")
    for links in PlacementFormulation.Links.allCases {
      let formulation = PlacementFormulation(instance: instance, links: links)
      let values = formulation.values(of: solution)
      let violation = formulation.program.firstViolation(at: values)
      #expect(violation != nil || formulation.solution(from: values) != solution)
    }
  }

  /// Two sites in two domains, each with a pool of two nodes of two devices and room for two models.
  static func instance() -> Instance {
    var instance = Instance()
    instance.domains = ["north", "south"]
    instance.tenants = [.init(name: "red"), .init(name: "blue")]
    for model in 0..<2 {
      var element = Instance.Model(name: "m\(model)")
      element.tenant = Int32(model)
      element.versions = 2
      instance.models.append(element)
      for version in 0..<2 {
        instance.variants.append(
          .init(name: "m\(model)v\(version)", model: Int32(model), version: Int32(version)))
      }
    }
    for site in 0..<2 {
      var element = Instance.Site(name: "s\(site)")
      element.domain = Int32(site)
      element.openingCost = 10
      instance.sites.append(element)
      var pool = Instance.Pool(name: "p\(site)", site: Int32(site))
      (pool.owned, pool.rentable, pool.rentCost) = (2, 1, 7)
      (pool.devices, pool.deviceMiB, pool.nodeMilliwatts) = (2, 1000, 5)
      instance.pools.append(pool)
      for variant in 0..<4 {
        var artifact = Instance.Artifact(variant: Int32(variant), site: Int32(site))
        (artifact.addCost, artifact.sizeMiB, artifact.transferMiB) = (3, 10, 10)
        instance.artifacts.append(artifact)
      }
    }
    for demand in 0..<2 {
      instance.demands.append(
        .init(name: "d\(demand)", parts: 4, unservedCost: 50, model: Int32(demand)))
      instance.rate.append(1)
    }
    for site in 0..<2 {
      for variant in 0..<4 {
        var lane = Instance.Lane(pool: Int32(site))
        (lane.artifact, lane.most, lane.cost) = (Int32(4 * site + variant), 20, 2)
        (lane.capacity, lane.devices, lane.deviceMiB) = (4, 1, 100)
        (lane.milliShares, lane.cpuMilliCores, lane.hostMiB, lane.milliwatts) = (100, 10, 10, 10)
        instance.lanes.append(lane)
        instance.arcDemand.append(Int32(variant / 2))
        instance.arcWork.append(4)
        instance.arcCost.append(1)
        instance.arcStart.append(instance.arcDemand.count)
      }
    }
    return instance
  }

  /// Both models once at the first site, serving everything.
  static func solution() -> Solution {
    Solution(
      replicas: [.init(lane: 0, count: 1), .init(lane: 2, count: 1)],
      routes: [.init(demand: 0, lane: 0, parts: 4), .init(demand: 1, lane: 2, parts: 4)],
      artifacts: [0, 2])
  }

  static let mutations: [Mutation] = service + pools + sites + models + failures + tenants

  static let service: [Mutation] = [
    Mutation(label: "P1", what: "a demand that must be served") {
      $0.demands[0].unservedCost = nil
    } change: {
      $0.routes[0].parts = 3
    },
    Mutation(label: "P1", what: "served more than whole") { _ in
    } prepare: {
      $0.replicas[0].count = 2
    } change: {
      $0.routes[0].parts = 4
      $0.replicas.insert(.init(lane: 1, count: 1), at: 1)
      $0.artifacts = [0, 1, 2]
      $0.routes.insert(.init(demand: 0, lane: 1, parts: 1), at: 1)
    },
    Mutation(label: "P1", what: "a floor") {
      $0.serviceFloors = [.init(name: "gold", demands: [0, 1], weights: [1, 2], least: 11)]
    } change: {
      $0.routes[1].parts = 3
    },
    Mutation(label: "P1", what: "the limit of an arc") {
      $0.arcLimit = [Int32](repeating: 4, count: $0.arcCount)
      $0.arcLimit[0] = 3
    } prepare: {
      $0.routes[0].parts = 3
    } change: {
      $0.routes[0].parts = 4
    },
    Mutation(label: "P2", what: "load") {
      $0.arcWork[0] = 4
    } change: {
      $0.replicas.remove(at: 0)
    },
    Mutation(label: "P3", what: "artifact") { _ in
    } change: {
      $0.artifacts = [2]
    },
    Mutation(label: "P3", what: "most replicas") {
      $0.lanes[0].most = 1
    } change: {
      $0.replicas[0].count = 2
    },
    Mutation(label: "P3", what: "fewest replicas") {
      $0.lanes[0].least = 1
    } prepare: {
      $0.routes = [$0.routes[1]]
    } change: {
      $0.replicas.removeFirst()
    },
  ]

  static let pools: [Mutation] = [
    Mutation(label: "P4", what: "device memory") {
      $0.pools[0].deviceMiB = 250
    } prepare: {
      $0.replicas[0].count = 9
    } change: {
      $0.replicas[0].count = 10
    },
    Mutation(label: "P4", what: "memory by counting") {
      $0.lanes[0].deviceMiB = 501
    } prepare: {
      $0.replicas[0].count = 4
    } change: {
      $0.replicas[0].count = 5
    },
    Mutation(label: "P5", what: "compute") {
      $0.lanes[0].milliShares = 500
    } prepare: {
      $0.replicas[0].count = 7
    } change: {
      $0.replicas[0].count = 8
    },
    Mutation(label: "P5", what: "compute by counting") {
      $0.lanes[0].milliShares = 501
    } prepare: {
      $0.replicas[0].count = 4
    } change: {
      $0.replicas[0].count = 5
    },
    Mutation(label: "P5", what: "places") {
      $0.lanes[0].devices = 2
    } prepare: {
      $0.replicas[0].count = 2
    } change: {
      $0.replicas[0].count = 3
    },
    Mutation(label: "P7", what: "host CPU") {
      $0.pools[0].cpuMilliCores = 10
    } change: {
      $0.replicas[0].count = 2
    },
    Mutation(label: "P7", what: "host memory") {
      $0.pools[0].hostMiB = 10
    } change: {
      $0.replicas[0].count = 2
    },
    Mutation(label: "P11", what: "rented nodes") { _ in
    } prepare: {
      $0.rented = [.init(pool: 0, count: 1)]
    } change: {
      $0.rented[0].count = 2
    },
  ]

  static let sites: [Mutation] = [
    Mutation(label: "P6", what: "replicas") {
      $0.sites[0].powerCap = 30
    } change: {
      $0.replicas[0].count = 2
    },
    Mutation(label: "P6", what: "rented node") {
      $0.sites[0].powerCap = 30
    } change: {
      $0.rented = [.init(pool: 0, count: 1)]
    },
    Mutation(label: "P7", what: "storage") {
      $0.sites[0].storageMiB = 20
    } change: {
      $0.artifacts = [0, 1, 2]
    },
    Mutation(label: "P11", what: "hosting budget") {
      $0.hostingBudget = 16
    } change: {
      $0.rented = [.init(pool: 0, count: 1)]
    },
    Mutation(label: "P11", what: "opening") {
      $0.hostingBudget = 16
    } change: {
      $0.artifacts = [0, 2, 4]
    },
    Mutation(label: "P12", what: "uplink") {
      $0.sites[0].uplinkMiB = 25
    } change: {
      $0.artifacts = [0, 1, 2]
    },
    Mutation(label: "P12", what: "moves in") {
      $0.moveBudget = 2
    } change: {
      $0.artifacts = [0, 1, 2]
    },
    Mutation(label: "P12", what: "moves out") {
      $0.moveBudget = 2
      $0.artifacts[4].isIncumbent = true
    } prepare: {
      $0.artifacts = [0, 2, 4]
    } change: {
      $0.artifacts = [0, 2]
    },
  ]

  static let models: [Mutation] = [
    Mutation(label: "P8", what: "spread") {
      $0.models[0].leastDomains = 2
    } prepare: {
      $0.replicas.append(.init(lane: 4, count: 1))
      $0.artifacts = [0, 2, 4]
    } change: {
      $0.replicas.removeLast()
    },
    Mutation(label: "P10", what: "affinity") {
      $0.models[0].affinity = [1]
    } change: {
      $0.artifacts = [0, 6]
      $0.replicas = [$0.replicas[0], .init(lane: 6, count: 1)]
      $0.routes[1].lane = 6
    },
    Mutation(label: "P10", what: "anti-affinity") {
      $0.models[0].antiAffinity = [1]
    } prepare: {
      $0.artifacts = [0, 6]
      $0.replicas = [$0.replicas[0], .init(lane: 6, count: 1)]
      $0.routes[1].lane = 6
    } change: {
      $0.artifacts = [0, 2, 6]
    },
    Mutation(label: "P11", what: "licences") {
      $0.models[0].licenceCopies = 1
    } change: {
      $0.replicas[0].count = 2
    },
    Mutation(label: "P13", what: "live versions") {
      $0.models[0].liveVersions = 1
    } change: {
      $0.artifacts = [0, 1, 2]
    },
  ]

  /// The second site is lost, or the first is cut off: what is routed then.
  static let failures: [Mutation] = ["P9", "P14"].flatMap { label -> [Mutation] in
    let addCase: @Sendable (inout Instance) -> Void = {
      $0.failureCases = [
        .init(
          label: label, name: "case", siteServes: [true, false],
          floors: [.init(name: "gold", demands: [0], weights: [1], least: 3)])
      ]
    }
    let route: @Sendable (inout Solution) -> Void = {
      $0.failureRoutes = [[.init(demand: 0, lane: 0, parts: 3)]]
    }
    return [
      Mutation(label: label, what: "floor", limit: addCase, prepare: route) {
        $0.failureRoutes[0][0].parts = 2
      },
      Mutation(label: label, what: "site that does not serve", limit: addCase) {
        route(&$0)
        $0.replicas.append(.init(lane: 4, count: 1))
        $0.artifacts = [0, 2, 4]
      } change: {
        $0.failureRoutes[0].append(.init(demand: 0, lane: 4, parts: 1))
      },
      Mutation(label: label, what: "load", limit: addCase, prepare: route) {
        $0.failureRoutes[0][0] = .init(demand: 0, lane: 1, parts: 3)
      },
      Mutation(label: label, what: "more than whole", limit: addCase) {
        route(&$0)
        $0.replicas.insert(.init(lane: 1, count: 1), at: 1)
        $0.artifacts = [0, 1, 2]
      } change: {
        $0.failureRoutes[0].append(.init(demand: 0, lane: 1, parts: 2))
      },
    ]
  }

  static let tenants: [Mutation] = [
    Mutation(label: "P16", what: "pin") {
      $0.pins = [.init(model: 1, site: 0)]
    } change: {
      $0.replicas.remove(at: 1)
      $0.routes.removeAll { $0.lane == 2 }
    },
    Mutation(label: "P15", what: "quota") {
      $0.tenants[0].quotaMilliShares = 150
    } change: {
      $0.replicas[0].count = 2
    },
    Mutation(label: "P15", what: "units for the tenant") {
      $0.tenants[0].isolation = .device
    } prepare: {
      $0.isolated = [.init(tenant: 0, pool: 0, count: 1)]
    } change: {
      $0.isolated = []
    },
    Mutation(label: "P15", what: "what is left for others") {
      $0.tenants[0].isolation = .device
      $0.lanes[2].milliShares = 400
    } prepare: {
      $0.isolated = [.init(tenant: 0, pool: 0, count: 1)]
      $0.replicas[1].count = 7
    } change: {
      $0.isolated[0].count = 2
    },
    Mutation(label: "P15", what: "whole nodes") {
      $0.tenants[0].isolation = .node
      $0.lanes[2].milliShares = 400
    } prepare: {
      $0.isolated = [.init(tenant: 0, pool: 0, count: 1)]
      $0.replicas[1].count = 5
    } change: {
      $0.replicas[1].count = 6
    },
    Mutation(label: "P15", what: "hosts that devices set apart share") {
      $0.tenants[0].isolation = .node
      $0.tenants[1].isolation = .device
      $0.pools[0].cpuMilliCores = 1005
      $0.lanes[2].cpuMilliCores = 1000
      $0.lanes[2].milliShares = 400
    } prepare: {
      $0.isolated = [
        .init(tenant: 0, pool: 0, count: 1), .init(tenant: 1, pool: 0, count: 1),
      ]
    } change: {
      $0.replicas[1].count = 2
    },
    Mutation(label: "P15", what: "units that are not there") {
      $0.tenants[0].isolation = .device
    } prepare: {
      $0.isolated = [.init(tenant: 0, pool: 0, count: 1)]
    } change: {
      $0.isolated.append(.init(tenant: 0, pool: 1, count: 5))
    },
    Mutation(label: "P15", what: "units for a tenant that shares") { _ in
    } change: {
      $0.isolated = [.init(tenant: 0, pool: 0, count: 1)]
    },
  ]
}
