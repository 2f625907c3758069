public import EmplaceCore

extension Placement {
  /// Judges a placement from the instance alone: shape first, then P1...P16 in order, then the
  /// objective. Integers only; it reads neither the formulation nor any solver.
  ///
  /// - Complexity: O(arcs used x log + lanes x hours + artifacts).
  public static func verify(
    _ solution: PlacementSolution, against instance: PlacementInstance
  ) -> Verdict {
    var judge = PlacementJudge(instance: instance)
    judge.readShape(of: solution)
    guard judge.violations.isEmpty else {
      return Verdict(violations: judge.violations, objective: 0)
    }
    judge.checkService(solution)
    judge.checkLoads(solution)
    judge.checkPools(solution)
    judge.checkSites(solution)
    judge.checkModels(solution)
    judge.checkFailures(solution)
    judge.checkIsolation(solution)
    judge.checkPins()
    return Verdict(violations: judge.violations, objective: judge.objective(of: solution))
  }
}

/// What is broken so far; one judgement writes it.
private final class ViolationLog {
  var violations: [Violation] = []
}

/// The state of one judgement: dense counts read from the solution, and what is broken so far.
struct PlacementJudge {
  let instance: PlacementInstance
  private let log = ViolationLog()
  var violations: [Violation] { log.violations }
  /// Replicas of each lane.
  var replicas: [Int64]
  /// Nodes of each pool, rented ones included.
  var nodes: [Int64]
  /// Rented nodes of each pool.
  var rented: [Int64]
  /// Whether each artifact lies at its site.
  var present: [Bool]
  /// Served parts of each demand.
  var served: [Int64]

  init(instance: PlacementInstance) {
    self.instance = instance
    replicas = Array(repeating: 0, count: instance.lanes.count)
    nodes = instance.pools.map(\.owned)
    rented = Array(repeating: 0, count: instance.pools.count)
    present = Array(repeating: false, count: instance.artifacts.count)
    served = Array(repeating: 0, count: instance.demands.count)
  }

  func report(
    _ constraint: String, _ entity: String, _ value: Int128, _ limit: Int128, _ message: String
  ) {
    log.violations.append(
      Violation(
        constraint: constraint, entity: entity, value: Int64(clamping: value),
        limit: Int64(clamping: limit), message: message))
  }

  /// Reports `value <= limit` broken, with the quantity and its unit in words.
  func require(
    _ value: Int128, atMost limit: Int128, _ constraint: String,
    _ entity: @autoclosure () -> String,
    _ quantity: @autoclosure () -> String
  ) {
    guard value > limit else { return }
    report(constraint, entity(), value, limit, "\(quantity()): \(value) above the limit \(limit)")
  }

  /// Reports `value >= limit` broken.
  func require(
    _ value: Int128, atLeast limit: Int128, _ constraint: String,
    _ entity: @autoclosure () -> String, _ quantity: @autoclosure () -> String
  ) {
    guard value < limit else { return }
    report(constraint, entity(), value, limit, "\(quantity()): \(value) below the least \(limit)")
  }
}

// MARK: - Shape

extension PlacementJudge {
  /// Reads the lists into dense counts; indices in range, sorted, without zeros or doubles.
  mutating func readShape(of solution: PlacementSolution) {
    requireIncreasing(solution.replicas.map { [$0.lane] }, "replicas")
    for element in solution.replicas
    where known(element.lane, in: replicas, "replicas") && positive(element.count, "replicas") {
      replicas[element.lane] = element.count
    }
    requireIncreasing(solution.artifacts.map { [$0] }, "artifacts")
    for artifact in solution.artifacts where known(artifact, in: present, "artifacts") {
      present[artifact] = true
    }
    requireIncreasing(solution.rented.map { [$0.pool] }, "rented")
    for element in solution.rented
    where known(element.pool, in: nodes, "rented") && positive(element.count, "rented") {
      rented[element.pool] = element.count
      let (sum, overflow) = nodes[element.pool].addingReportingOverflow(element.count)
      nodes[element.pool] = overflow ? .max : sum
    }
    requireIncreasing(solution.isolated.map { [$0.tenant, $0.pool] }, "isolated")
    for element in solution.isolated {
      _ = known(element.pool, in: nodes, "isolated")
      _ = known(element.tenant, in: instance.tenants, "isolated")
      _ = positive(element.count, "isolated")
    }
    if solution.failureRoutes.count != instance.failureCases.count {
      report(
        "shape", "failureRoutes", Int128(solution.failureRoutes.count),
        Int128(instance.failureCases.count), "one list of routes is needed for each failure case")
    }
    for routes in [solution.routes] + solution.failureRoutes { readShape(of: routes) }
  }

  private func readShape(of routes: [PlacementSolution.Route]) {
    requireIncreasing(routes.map { [$0.demand, $0.lane] }, "routes")
    for route in routes {
      guard known(route.demand, in: served, "routes"), known(route.lane, in: replicas, "routes"),
        positive(route.parts, "routes")
      else { continue }
      guard let arc = instance.arc(lane: route.lane, demand: route.demand) else {
        report(
          "admissible", entity(route), Int128(route.parts), 0, "this lane may not serve the demand")
        continue
      }
      require(
        Int128(route.parts), atMost: Int128(instance.limit(ofArc: arc)), "P1", entity(route),
        "parts on one arc")
    }
  }

  private func requireIncreasing(_ keys: [[Int]], _ list: String) {
    for (before, after) in zip(keys, keys.dropFirst())
    where !before.lexicographicallyPrecedes(after) {
      report("shape", list, 0, 0, "entries are not in strictly increasing order")
      return
    }
  }

  private func known<C: Collection>(_ index: Int, in all: C, _ list: String) -> Bool {
    if index >= 0, index < all.count { return true }
    report("shape", list, Int128(index), Int128(all.count), "index \(index) is out of range")
    return false
  }

  private func positive(_ value: Int64, _ list: String) -> Bool {
    if value > 0 { return true }
    report("shape", list, Int128(value), 1, "a count of \(value); only positive counts are listed")
    return false
  }

  func entity(_ route: PlacementSolution.Route) -> String {
    "demand=\(instance.demands[route.demand].name),lane=\(instance.name(ofLane: route.lane))"
  }
}

// MARK: - P1, P2, P3

extension PlacementJudge {
  /// P1: no demand is served more than whole, those without a price are served whole, and every
  /// class gets its floor.
  mutating func checkService(_ solution: PlacementSolution) {
    served = servedParts(solution.routes)
    for (index, demand) in instance.demands.enumerated() {
      require(
        Int128(served[index]), atMost: Int128(demand.parts), "P1", "demand=\(demand.name)",
        "served parts")
      if demand.unservedCost == nil {
        require(
          Int128(served[index]), atLeast: Int128(demand.parts), "P1", "demand=\(demand.name)",
          "served parts of a demand that must be served")
      }
    }
    for floor in instance.serviceFloors { checkFloor(floor, served, "P1", "class=\(floor.name)") }
  }

  func servedParts(_ routes: [PlacementSolution.Route]) -> [Int64] {
    var parts: [Int64] = Array(repeating: 0, count: instance.demands.count)
    for route in routes {
      let (sum, overflow) = parts[route.demand].addingReportingOverflow(route.parts)
      parts[route.demand] = overflow ? .max : sum
    }
    return parts
  }

  func checkFloor(
    _ floor: PlacementInstance.ServiceFloor, _ served: [Int64], _ label: String, _ entity: String
  ) {
    var sum: Int128 = 0
    for (demand, weight) in zip(floor.demands, floor.weights) {
      sum += Int128(weight) * Int128(served[Int(demand)])
    }
    require(sum, atLeast: Int128(floor.least), label, entity, "weighted parts served")
  }

  /// P2 and P3: every lane carries its load in every hour, and has its artifact.
  func checkLoads(_ solution: PlacementSolution) {
    checkLoads(of: solution.routes, "P2", "")
    for (index, lane) in instance.lanes.enumerated() {
      require(
        Int128(replicas[index]), atMost: Int128(lane.most), "P3",
        "lane=\(instance.name(ofLane: index))", "replicas")
      require(
        Int128(replicas[index]), atLeast: Int128(lane.least), "P3",
        "lane=\(instance.name(ofLane: index))", "replicas")
      if lane.artifact >= 0, replicas[index] > 0, !present[Int(lane.artifact)] {
        report(
          "P3", "lane=\(instance.name(ofLane: index))", Int128(replicas[index]), 0,
          "replicas run where the artifact does not lie")
      }
    }
  }

  func checkLoads(
    of routes: [PlacementSolution.Route], _ label: String, _ suffix: String
  ) {
    let hours = instance.hours
    var load = [Int128](repeating: 0, count: instance.lanes.count * hours)
    for route in routes {
      guard let arc = instance.arc(lane: route.lane, demand: route.demand) else { continue }
      for hour in 0..<hours {
        load[route.lane * hours + hour] +=
          Int128(instance.load(ofArc: arc, hour: hour)) * Int128(route.parts)
      }
    }
    for lane in 0..<instance.lanes.count {
      let capacity = Int128(instance.lanes[lane].capacity) * Int128(replicas[lane])
      for hour in 0..<hours {
        require(
          load[lane * hours + hour], atMost: capacity, label,
          "lane=\(instance.name(ofLane: lane)),hour=\(hour)\(suffix)", "load")
      }
    }
  }

  /// P16: of every pinned model a replica runs at its site.
  func checkPins() {
    guard !instance.pins.isEmpty else { return }
    var running: Set<PlacementInstance.Pin> = []
    for lane in instance.lanes.indices where replicas[lane] > 0 {
      running.insert(instance.pin(ofLane: lane))
    }
    for pin in instance.pins where !running.contains(pin) {
      let model = instance.models[Int(pin.model)].name
      let site = instance.sites[Int(pin.site)].name
      report("P16", "model=\(model),site=\(site)", 0, 1, "no replica runs where one is pinned")
    }
  }

  /// P9 and P14: the routes of each failure case serve their floors on what is left.
  func checkFailures(_ solution: PlacementSolution) {
    for (failure, routes) in zip(instance.failureCases, solution.failureRoutes) {
      for route in routes where !failure.siteServes[instance.site(ofLane: route.lane)] {
        report(
          failure.label, "case=\(failure.name),\(entity(route))", Int128(route.parts), 0,
          "the site does not serve in this case")
      }
      let parts = servedParts(routes)
      for (index, demand) in instance.demands.enumerated() where parts[index] > demand.parts {
        report(
          failure.label, "case=\(failure.name),demand=\(demand.name)", Int128(parts[index]),
          Int128(demand.parts), "served more than whole")
      }
      for floor in failure.floors {
        checkFloor(floor, parts, failure.label, "case=\(failure.name),class=\(floor.name)")
      }
      checkLoads(of: routes, failure.label, ",case=\(failure.name)")
    }
  }
}
