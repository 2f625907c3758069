import Emplace

/// What a plan would cost, or break, if one demand were served by another lane. Every answer is the
/// verifier's own.
struct WhatIf {
  /// The outcome of a change.
  enum Outcome {
    /// It holds, at this difference of cost by terms.
    case holds(difference: Int128, terms: [(name: String, amount: Int128)])
    /// It breaks constraints; the first of them.
    case breaks(Violation)
  }

  let instance: PlacementInstance
  let solution: PlacementSolution
  private let split: CostSplit

  init(_ instance: PlacementInstance, _ solution: PlacementSolution) {
    self.instance = instance
    self.solution = solution
    split = CostSplit(of: solution, in: instance)
  }

  /// All of a demand moves to a lane. Replicas are added there as its load needs, with nodes to
  /// rent where they may be; what the demand leaves behind is given up where that breaks nothing.
  func serving(_ demand: Int, by lane: Int) -> Outcome {
    var first: Violation?
    for givesUp in [true, false] {
      for nodes in rentals(lane) {
        let changed = moved(demand, lane, givesUp: givesUp, extraNodes: nodes)
        let verdict = Placement.verify(changed, against: instance)
        if let violation = verdict.violations.first {
          if first == nil { first = violation }
        } else {
          return difference(changed)
        }
      }
    }
    return .breaks(
      first
        ?? Violation(constraint: "P1", entity: "", value: 0, limit: 0, message: "nothing changes"))
  }

  private func difference(_ changed: PlacementSolution) -> Outcome {
    let other = CostSplit(of: changed, in: instance)
    let terms: [(String, Int128)] = [
      ("rented nodes", other.rent - split.rent), ("opened sites", other.opening - split.opening),
      ("replicas", other.replicas - split.replicas), ("serving", other.routes - split.routes),
      ("not served", other.unserved - split.unserved),
      ("moving artifacts", other.moves - split.moves),
    ]
    return .holds(difference: other.total - split.total, terms: terms.filter { $0.1 != 0 })
  }

  /// Numbers of further rented nodes that are tried: none, one, and all.
  private func rentals(_ lane: Int) -> [Int64] {
    let pool = Int(instance.lanes[lane].pool)
    let rented = solution.rented.first { $0.pool == pool }?.count ?? 0
    let left = instance.pools[pool].rentable - rented
    return left <= 0 ? [0] : left == 1 ? [0, 1] : [0, 1, 2, left]
  }

  private func moved(
    _ demand: Int, _ lane: Int, givesUp: Bool, extraNodes: Int64
  ) -> PlacementSolution {
    var changed = solution
    let left = Set(solution.routes.lazy.filter { $0.demand == demand }.map(\.lane))
    changed.routes.removeAll { $0.demand == demand }
    if let arc = instance.arc(lane: lane, demand: demand) {
      changed.routes.append(
        .init(demand: demand, lane: lane, parts: instance.limit(ofArc: arc)))
    }
    changed.routes.sort { ($0.demand, $0.lane) < ($1.demand, $1.lane) }
    var replicas: [Int: Int64] = [:]
    for element in solution.replicas { replicas[element.lane] = element.count }
    replicas[lane] = max(replicas[lane] ?? 0, needed(lane, changed))
    if givesUp {
      for other in left where other != lane {
        let least = max(instance.lanes[other].least, needed(other, changed))
        replicas[other] = min(replicas[other] ?? 0, least)
      }
    }
    changed.replicas = replicas.filter { $0.value > 0 }.sorted { $0.key < $1.key }
      .map { .init(lane: $0.key, count: $0.value) }
    let artifact = Int(instance.lanes[lane].artifact)
    if artifact >= 0, !changed.artifacts.contains(artifact) {
      changed.artifacts = (changed.artifacts + [artifact]).sorted()
    }
    rent(extraNodes, at: Int(instance.lanes[lane].pool), in: &changed)
    return changed
  }

  private func rent(_ nodes: Int64, at pool: Int, in changed: inout PlacementSolution) {
    guard nodes > 0 else { return }
    if let index = changed.rented.firstIndex(where: { $0.pool == pool }) {
      changed.rented[index].count += nodes
    } else {
      changed.rented.append(.init(pool: pool, count: nodes))
      changed.rented.sort { $0.pool < $1.pool }
    }
  }

  /// Replicas that a lane's load needs in its busiest hour.
  private func needed(_ lane: Int, _ changed: PlacementSolution) -> Int64 {
    var load = [Int128](repeating: 0, count: instance.hours)
    for route in changed.routes where route.lane == lane {
      guard let arc = instance.arc(lane: lane, demand: route.demand) else { continue }
      for hour in load.indices {
        load[hour] += Int128(instance.load(ofArc: arc, hour: hour)) * Int128(route.parts)
      }
    }
    let capacity = Int128(max(instance.lanes[lane].capacity, 1))
    return Int64(clamping: ((load.max() ?? 0) + capacity - 1) / capacity)
  }
}
