import Emplace

/// What the cost of served requests is made of: the instance is derived again with one price at a
/// time taken away, and the difference is that price's part.
///
/// Costs are rounded up once an arc, so parts may miss the whole by a few units; what is left is
/// network and rounding.
struct ServingTerms {
  /// Names of the parts, in the order of ``parts(ofArc:)``.
  static let names = ["energy and carbon", "latency", "accuracy", "network and rounding"]

  private let whole: [Int64]
  /// Costs of all arcs without each of the prices but the network's.
  private let without: [[Int64]]

  /// Derives three more instances; nil where there is no fleet or where they differ in more than
  /// costs.
  init?(_ loaded: LoadedInstance, threads: Int) {
    guard let fleet = loaded.fleet else { return nil }
    var changed = [fleet, fleet, fleet]
    for site in changed[0].sites.indices {
      changed[0].sites[site].energyPricePerKWh = .constant(0)
      changed[0].sites[site].carbonMilligramsPerKWh = .constant(0)
    }
    changed[1].policy.latencyPrice = 0
    changed[2].policy.accuracyPrice = 0
    var costs: [[Int64]] = []
    for fleet in changed {
      guard
        let instance = try? PlacementDerivation(fleet: fleet, threads: threads)
          .instance(threads: threads), instance.arcDemand == loaded.instance.arcDemand
      else { return nil }
      costs.append(instance.arcCost)
    }
    whole = loaded.instance.arcCost
    without = costs
  }

  /// Parts of the cost of one part on an arc.
  func parts(ofArc arc: Int) -> [Int64] {
    var parts = without.map { max(0, whole[arc] - $0[arc]) }
    parts.append(whole[arc] - parts.reduce(0, +))
    return parts
  }

  /// Parts of the cost of all routes of a plan.
  func parts(of solution: PlacementSolution, in instance: PlacementInstance) -> [Int128] {
    var sums = [Int128](repeating: 0, count: Self.names.count)
    for route in solution.routes {
      guard let arc = instance.arc(lane: route.lane, demand: route.demand) else { continue }
      for (index, part) in parts(ofArc: arc).enumerated() {
        sums[index] += Int128(part) * Int128(route.parts)
      }
    }
    return sums
  }
}
