/// The objective of a plan in its terms, in the instance's units; they add up to the objective.
public struct CostSplit: Sendable, Hashable {
  /// Rented nodes.
  public var rent: Int128 = 0
  /// Opened sites.
  public var opening: Int128 = 0
  /// Running replicas.
  public var replicas: Int128 = 0
  /// Served requests: energy, egress, latency, accuracy.
  public var routes: Int128 = 0
  /// Requests that are not served.
  public var unserved: Int128 = 0
  /// Artifacts brought and removed.
  public var moves: Int128 = 0

  /// The objective.
  public var total: Int128 { rent + opening + replicas + routes + unserved + moves }

  /// The terms of a plan.
  public init(of solution: PlacementSolution, in instance: PlacementInstance) {
    for element in solution.rented {
      rent += Int128(instance.pools[element.pool].rentCost) * Int128(element.count)
    }
    for element in solution.replicas {
      replicas += Int128(instance.lanes[element.lane].cost) * Int128(element.count)
    }
    var isPresent = [Bool](repeating: false, count: instance.artifacts.count)
    for artifact in solution.artifacts { isPresent[artifact] = true }
    var isOpen = [Bool](repeating: false, count: instance.sites.count)
    for (artifact, present) in zip(instance.artifacts, isPresent) {
      if present { isOpen[Int(artifact.site)] = true }
      moves += Int128(present ? artifact.addCost : artifact.removeCost)
    }
    for (site, open) in zip(instance.sites, isOpen) where open {
      opening += Int128(site.openingCost)
    }
    var served = [Int64](repeating: 0, count: instance.demands.count)
    for route in solution.routes {
      served[route.demand] += route.parts
      guard let arc = instance.arc(lane: route.lane, demand: route.demand) else { continue }
      routes += Int128(instance.arcCost[arc]) * Int128(route.parts)
    }
    for (demand, parts) in zip(instance.demands, served) {
      unserved += Int128(demand.unservedCost ?? 0) * Int128(demand.parts - parts)
    }
  }
}
