import EmplaceCore
import EmplaceProblems

/// A small instance that uses every list of a solution file, and a feasible solution to it.
enum FilesCase {
  static let instance: PlacementInstance = {
    var instance = PlacementInstance()
    instance.name = "two \"towns\""
    instance.digest = String(repeating: "5a", count: 32)
    instance.currency = "EUR"
    instance.objectiveUnit = 1_000_000
    instance.hours = 2
    instance.demands = [
      .init(name: "paris/chat", parts: 10, unservedCost: 900_007, model: 0),
      .init(name: "köln/chat", parts: 10, unservedCost: 900_011, model: 0),
      .init(name: "köln/asr", parts: 4, unservedCost: 300_013, model: 1),
    ]
    instance.rate = [100, 80, 60, 90, 20, 20]
    instance.tenants = [.init(name: "open"), .init(name: "bank")]
    instance.tenants[1].isolation = .device
    instance.models = [.init(name: "chat"), .init(name: "asr")]
    instance.models[1].tenant = 1
    instance.variants = [
      .init(name: "chat/int8", model: 0), .init(name: "chat/fp16", model: 0, version: 1),
      .init(name: "asr/small", model: 1),
    ]
    instance.sites = [.init(name: "paris"), .init(name: "köln")]
    instance.pools = [
      .init(name: "paris-l4", site: 0), .init(name: "köln-l4", site: 1),
      .init(name: "köln-cpu", site: 1),
    ]
    for pool in 0..<2 {
      instance.pools[pool].devices = 2
      instance.pools[pool].deviceMiB = 24_000
      instance.pools[pool].rentable = 1
      instance.pools[pool].rentCost = 1_500_001
    }
    for (variant, site) in [(0, 0), (1, 0), (0, 1), (2, 1)] as [(Int32, Int32)] {
      var artifact = PlacementInstance.Artifact(variant: variant, site: site)
      artifact.addCost = 10_003 + Int64(variant)
      instance.artifacts.append(artifact)
    }
    let lanes: [(pool: Int32, artifact: Int32, batch: Int32, capacity: Int64, demands: [Int32])] = [
      (0, 0, 4, 60, [0, 1]), (0, 0, 8, 80, [0]), (0, 1, 4, 40, [0, 1]), (1, 2, 4, 60, [0, 1]),
      (1, 3, 2, 30, [2]), (2, 3, 1, 10, [2]),
    ]
    for element in lanes { add(element, to: &instance) }
    instance.failureCases = [
      .init(
        label: "P9", name: "paris lost", siteServes: [false, true],
        floors: [.init(name: "gold", demands: [1], weights: [1], least: 5)])
    ]
    return instance
  }()

  private static func add(
    _ element: (pool: Int32, artifact: Int32, batch: Int32, capacity: Int64, demands: [Int32]),
    to instance: inout PlacementInstance
  ) {
    var lane = PlacementInstance.Lane(pool: element.pool)
    lane.artifact = element.artifact
    lane.batch = element.batch
    lane.most = 4
    lane.capacity = element.capacity
    lane.cost = 700_019 + Int64(element.batch)
    if element.pool < 2 {
      lane.devices = 1
      lane.deviceMiB = 9000
      lane.milliShares = 500
    }
    instance.lanes.append(lane)
    for demand in element.demands {
      instance.arcDemand.append(demand)
      instance.arcWork.append(1)
      instance.arcCost.append(1009 + Int64(demand) * 11 + Int64(element.pool))
    }
    instance.arcStart.append(instance.arcDemand.count)
  }

  static let solution = PlacementSolution(
    replicas: [
      .init(lane: 0, count: 1), .init(lane: 1, count: 1), .init(lane: 3, count: 2),
      .init(lane: 4, count: 1),
    ],
    routes: [
      .init(demand: 0, lane: 0, parts: 6), .init(demand: 0, lane: 1, parts: 4),
      .init(demand: 1, lane: 3, parts: 10), .init(demand: 2, lane: 4, parts: 3),
    ],
    artifacts: [0, 2, 3], rented: [.init(pool: 1, count: 1)],
    isolated: [.init(tenant: 1, pool: 1, count: 2)],
    failureRoutes: [[.init(demand: 1, lane: 3, parts: 9)]])

  static var objective: Int64 { Placement.verify(solution, against: instance).objective }

  static var file: SolutionFile {
    SolutionFile(solution, objective: objective, of: instance)
  }

  static func read(_ text: String) throws(AnswerError) -> SolutionFile {
    try SolutionFile.read(Array(text.utf8), file: "plan.json", for: instance)
  }

  static var text: String { String(decoding: file.bytes(for: instance), as: UTF8.self) }
}
