internal import EmplaceCore
public import EmplaceProblems

/// The optimum of a micro placement instance by enumeration of every decision: replicas, artifacts,
/// rented nodes, units set apart, and all routes.
///
/// `Placement.verify` judges everything but the routes, which are enumerated here.
public struct PlacementBruteForce {
  /// The instance.
  public let instance: PlacementInstance
  /// Labels of constraints that are left out, to see what they change.
  private let ignored: Set<String>
  private var routings: [[Int64]: Routing?] = [:]

  /// Best routes on some replicas, and those of every failure case.
  private struct Routing {
    var cost: Int64
    var routes: [PlacementSolution.Route]
    var failureRoutes: [[PlacementSolution.Route]]
  }

  /// An oracle for an instance, without the constraints of some labels: `P4`.
  public init(_ instance: PlacementInstance, ignoring ignored: Set<String> = []) {
    self.instance = instance
    self.ignored = ignored
  }

  /// A best solution with its objective, or nil where none is feasible.
  public mutating func optimum() -> (objective: Int64, solution: PlacementSolution)? {
    var best: (objective: Int64, solution: PlacementSolution)?
    visit { solution, objective in
      if objective < best?.objective ?? .max { best = (objective, solution) }
    }
    return best
  }

  /// Every feasible combination of replicas, artifacts and rented nodes, with its best routes and
  /// the fewest units set apart.
  public mutating func visit(_ body: (PlacementSolution, Int64) -> Void) {
    let unserved = instance.demands.reduce(Int64(0)) {
      $0 + ($1.unservedCost ?? 0) * $1.parts
    }
    for counts in Self.product(instance.lanes.map { $0.least...max($0.least, $0.most) }) {
      guard let routing = routing(on: counts) else { continue }
      for nodes in Self.product(instance.pools.map { 0...max(0, $0.rentable) }) {
        guard let apart = unitsApart(counts, nodes) else { continue }
        for artifacts in subsets(counts) {
          var solution = skeleton(counts, nodes, artifacts)
          solution.isolated = apart
          let verdict = Placement.verify(solution, against: instance)
          guard !verdict.violations.contains(where: isBroken) else { continue }
          solution.routes = routing.routes
          solution.failureRoutes = routing.failureRoutes
          body(solution, verdict.objective - unserved + routing.cost)
        }
      }
    }
  }

  // MARK: Decisions but routes

  /// Whether a violation is of a constraint that counts, and that no routes can mend.
  private func isBroken(_ violation: Violation) -> Bool {
    !["P1", "P9", "P14"].contains(violation.constraint) && !ignored.contains(violation.constraint)
  }

  private func skeleton(_ counts: [Int64], _ nodes: [Int64], _ artifacts: [Int])
    -> PlacementSolution
  {
    var solution = PlacementSolution()
    for (lane, count) in counts.enumerated() where count > 0 {
      solution.replicas.append(.init(lane: lane, count: count))
    }
    for (pool, count) in nodes.enumerated() where count > 0 {
      solution.rented.append(.init(pool: pool, count: count))
    }
    solution.artifacts = artifacts
    solution.failureRoutes = instance.failureCases.map { _ in [] }
    return solution
  }

  /// Artifacts that the replicas need.
  private func needed(_ counts: [Int64]) -> Set<Int> {
    var result: Set<Int> = []
    for (lane, count) in counts.enumerated() where count > 0 {
      result.insert(Int(instance.lanes[lane].artifact))
    }
    return result
  }

  /// All sets of artifacts that hold those needed.
  private func subsets(_ counts: [Int64]) -> [[Int]] {
    let needed = ignored.contains("P3") ? [] : needed(counts)
    var result: [[Int]] = [[]]
    for artifact in instance.artifacts.indices {
      let with = result.map { $0 + [artifact] }
      result = needed.contains(artifact) ? with : result + with
    }
    return result
  }

  /// Fewest units set apart in each pool on which nothing of P15 there is broken, or nil where the
  /// replicas fit on no units, or break another limit of the pools.
  private func unitsApart(_ counts: [Int64], _ nodes: [Int64])
    -> [PlacementSolution.IsolatedUnits]?
  {
    let plain = skeleton(counts, nodes, needed(counts).sorted())
    let isOverfull = Placement.verify(plain, against: instance).violations.contains {
      $0.entity.hasPrefix("pool=") && $0.constraint != "P15" && isBroken($0)
    }
    if isOverfull { return nil }
    if ignored.contains("P15") { return [] }
    let tenants = instance.tenants.indices.filter { instance.tenants[$0].isolation != .none }
    var result: [PlacementSolution.IsolatedUnits] = []
    for pool in instance.pools.indices where !tenants.isEmpty {
      guard let units = unitsApart(in: pool, tenants, nodes[pool], plain) else { return nil }
      result += units
    }
    return result.sorted { ($0.tenant, $0.pool) < ($1.tenant, $1.pool) }
  }

  private func unitsApart(
    in pool: Int, _ tenants: [Int], _ rented: Int64, _ plain: PlacementSolution
  ) -> [PlacementSolution.IsolatedUnits]? {
    let element = instance.pools[pool]
    let nodes = element.owned + rented
    let ranges = tenants.map {
      0...(instance.tenants[$0].isolation == .node ? nodes : nodes * element.devices)
    }
    for units in Self.product(ranges).sorted(by: { $0.reduce(0, +) < $1.reduce(0, +) }) {
      var solution = plain
      for (tenant, count) in zip(tenants, units) where count > 0 {
        solution.isolated.append(.init(tenant: tenant, pool: pool, count: count))
      }
      let isBroken = Placement.verify(solution, against: instance).violations.contains {
        $0.constraint == "P15" && $0.entity.hasPrefix("pool=\(element.name),")
      }
      if !isBroken { return solution.isolated }
    }
    return nil
  }

  /// All vectors with one value from each range.
  static func product(_ ranges: [ClosedRange<Int64>]) -> [[Int64]] {
    var result: [[Int64]] = [[]]
    for range in ranges { result = result.flatMap { head in range.map { head + [$0] } } }
    return result
  }

  // MARK: Routes

  private mutating func routing(on counts: [Int64]) -> Routing? {
    if let known = routings[counts] { return known }
    let result = bestRouting(on: counts)
    routings[counts] = .some(result)
    return result
  }

  private func bestRouting(on counts: [Int64]) -> Routing? {
    var search = RouteSearch(instance, counts, serves: { _ in true })
    search.floors = ignored.contains("P1") ? [] : instance.serviceFloors
    search.mustServe = !ignored.contains("P1")
    search.hasLoads = !ignored.contains("P2")
    search.run()
    guard let best = search.best else { return nil }
    var failureRoutes: [[PlacementSolution.Route]] = []
    for failure in instance.failureCases {
      guard !ignored.contains(failure.label) else {
        failureRoutes.append([])
        continue
      }
      var search = RouteSearch(
        instance, counts, serves: { failure.siteServes[instance.site(ofLane: $0)] })
      search.keep(demandsOf: failure.floors)
      search.floors = failure.floors
      search.stopsAtFirst = true
      search.run()
      guard let found = search.best else { return nil }
      failureRoutes.append(found.routes)
    }
    return Routing(cost: best.cost, routes: best.routes, failureRoutes: failureRoutes)
  }
}

/// Enumerates every way to route the demands on fixed replicas.
private struct RouteSearch {
  let instance: PlacementInstance
  let counts: [Int64]
  /// Arcs of each demand over lanes that run and serve.
  var arcs: [[(arc: Int, lane: Int)]] = []
  var floors: [PlacementInstance.ServiceFloor] = []
  var mustServe = false
  var hasLoads = true
  var stopsAtFirst = false
  var best: (cost: Int64, routes: [PlacementSolution.Route])?
  private var load: [Int64]
  private var routes: [PlacementSolution.Route] = []
  private var served: [Int64]

  init(_ instance: PlacementInstance, _ counts: [Int64], serves: (Int) -> Bool) {
    self.instance = instance
    self.counts = counts
    load = Array(repeating: 0, count: instance.lanes.count * instance.hours)
    served = Array(repeating: 0, count: instance.demands.count)
    arcs = Array(repeating: [], count: instance.demands.count)
    for lane in instance.lanes.indices where counts[lane] > 0 && serves(lane) {
      for arc in instance.arcs(ofLane: lane) {
        arcs[Int(instance.arcDemand[arc])].append((arc, lane))
      }
    }
  }

  /// Leaves out demands that no floor counts.
  mutating func keep(demandsOf floors: [PlacementInstance.ServiceFloor]) {
    let counted = Set(floors.flatMap(\.demands))
    for demand in arcs.indices where !counted.contains(Int32(demand)) { arcs[demand] = [] }
  }

  mutating func run() { descend(demand: 0, position: 0, cost: 0) }

  private mutating func descend(demand: Int, position: Int, cost: Int64) {
    if stopsAtFirst, best != nil { return }
    guard demand < instance.demands.count else { return close(cost) }
    let element = instance.demands[demand]
    guard position < arcs[demand].count else {
      let left = element.parts - served[demand]
      if mustServe, left > 0, element.unservedCost == nil { return }
      descend(demand: demand + 1, position: 0, cost: cost + left * (element.unservedCost ?? 0))
      return
    }
    let (arc, lane) = arcs[demand][position]
    let most = min(element.parts - served[demand], instance.limit(ofArc: arc))
    for parts in stride(from: most, through: 0, by: -1) {
      guard add(arc, lane, parts) else { continue }
      served[demand] += parts
      if parts > 0 { routes.append(.init(demand: demand, lane: lane, parts: parts)) }
      descend(
        demand: demand, position: position + 1, cost: cost + instance.arcCost[arc] * parts)
      if parts > 0 { routes.removeLast() }
      served[demand] -= parts
      _ = add(arc, lane, -parts)
    }
  }

  /// Adds load; changes nothing and says false where it does not fit.
  private mutating func add(_ arc: Int, _ lane: Int, _ parts: Int64) -> Bool {
    guard hasLoads else { return true }
    let capacity = instance.lanes[lane].capacity * counts[lane]
    for hour in 0..<instance.hours {
      let more = instance.load(ofArc: arc, hour: hour) * parts
      if load[lane * instance.hours + hour] + more > capacity { return false }
    }
    for hour in 0..<instance.hours {
      load[lane * instance.hours + hour] += instance.load(ofArc: arc, hour: hour) * parts
    }
    return true
  }

  private mutating func close(_ cost: Int64) {
    for floor in floors {
      var sum: Int64 = 0
      for (demand, weight) in zip(floor.demands, floor.weights) {
        sum += weight * served[Int(demand)]
      }
      if sum < floor.least { return }
    }
    if cost < best?.cost ?? .max {
      best = (cost, routes.sorted { ($0.demand, $0.lane) < ($1.demand, $1.lane) })
    }
  }
}
