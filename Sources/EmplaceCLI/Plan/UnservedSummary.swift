import Emplace
import EmplaceReport

/// What a plan leaves unserved, by priority class, with the reasons.
struct UnservedSummary {
  /// Why a demand is not served whole.
  enum Reason: Hashable {
    /// No lane is admissible; this kind of reason rules out most of them.
    case inadmissible(Inadmissible.Kind)
    /// Lanes are admissible, and none of them has load left.
    case capacity
    /// A lane has load left, and serving there is dearer than not serving.
    case price
    /// A lane has load left and serving there is cheaper: a better plan exists.
    case improvable

    /// Word in results.
    var word: String {
      switch self {
      case .inadmissible(let kind): kind.rawValue
      case .capacity: "capacity"
      case .price: "price"
      case .improvable: "improvable"
      }
    }
  }

  /// One class.
  struct Row {
    /// Name of the class.
    var name: String
    /// Requests per second that are asked for, in millionths, mean over the hours.
    var asked: Int128 = 0
    /// Of them not served.
    var unserved: Int128 = 0
    /// Demands that are not served whole.
    var demands = 0
    /// How many of them for each reason.
    var reasons: [(reason: Reason, count: Int)] = []

    /// Share of the class that is not served.
    var share: Double { asked > 0 ? Double(unserved) / Double(asked) : 0 }

    fileprivate mutating func count(_ reason: Reason) {
      if let index = reasons.firstIndex(where: { $0.reason == reason }) {
        reasons[index].count += 1
      } else {
        reasons.append((reason, 1))
      }
    }
  }

  /// The classes, the most important first.
  var rows: [Row]

  /// Sums up a plan.
  init(
    _ solution: PlacementSolution, _ fleet: Fleet, _ derivation: PlacementDerivation,
    _ instance: PlacementInstance
  ) {
    rows = fleet.policy.priorityClasses.map { Row(name: $0.id) }
    if rows.isEmpty { rows = [Row(name: "all")] }
    var served = [Int64](repeating: 0, count: instance.demands.count)
    for route in solution.routes { served[route.demand] += route.parts }
    let spare = SpareLoad(solution, instance)
    var ruledOut: [(row: Int, demand: Int)] = []
    for (index, demand) in instance.demands.enumerated() {
      let row = min(max(Int(demand.priorityClass), 0), rows.count - 1)
      let hours = index * instance.hours..<(index + 1) * instance.hours
      let rate =
        instance.rate[hours].reduce(Int128(0)) { $0 + Int128($1) }
        / Int128(instance.hours)
      rows[row].asked += rate
      let missing = demand.parts - served[index]
      guard missing > 0 else { continue }
      rows[row].unserved += rate * Int128(missing) / Int128(demand.parts)
      rows[row].demands += 1
      if let reason = spare.reason(index) {
        rows[row].count(reason)
      } else {
        ruledOut.append((row, index))
      }
    }
    let counts = derivation.reasonCounts(demands: ruledOut.map(\.demand))
    for ((row, _), counts) in zip(ruledOut, counts) {
      let most = counts.max { $0.count < $1.count }
      rows[row].count(.inadmissible(most?.kind ?? .noProfile))
    }
    for row in rows.indices {
      rows[row].reasons.sort { ($1.count, $0.reason.word) < ($0.count, $1.reason.word) }
    }
  }

  /// Share of all requests that is served.
  var servedShare: Double {
    let asked = rows.reduce(Int128(0)) { $0 + $1.asked }
    let unserved = rows.reduce(Int128(0)) { $0 + $1.unserved }
    return asked > 0 ? Double(asked - unserved) / Double(asked) : 1
  }

  /// The member `unserved` of a result.
  var json: JSONValue {
    .array(
      rows.map { row in
        .object([
          ("class", .string(row.name)),
          (
            "requestsPerSecond", .plain(PlainNumber(Int64(clamping: row.unserved), unit: 1_000_000))
          ),
          ("share", .decimal(row.share)),
          ("demands", .integer(row.demands)),
          ("reasons", .object(row.reasons.map { ($0.reason.word, .integer($0.count)) })),
        ])
      })
  }
}

// MARK: - In words

extension UnservedSummary {
  /// The classes as pages and text show them.
  var classes: [PlacementReport.UnservedClass] {
    rows.map { row in
      let rate = Figures.fixed(Double(row.unserved) / 1e6, 3)
      let asked = Figures.fixed(Double(row.asked) / 1e6, 3)
      return PlacementReport.UnservedClass(
        name: row.name, share: row.share, rates: "\(rate) of \(asked) requests/s",
        demands: row.demands,
        reasons: row.reasons.map { "\($0.count) \(Self.words(for: $0.reason))" }
          .joined(separator: ", "))
    }
  }

  private static func words(for reason: Reason) -> String {
    switch reason {
    case .capacity: "for want of capacity at its price"
    case .price: "because serving is dearer"
    case .improvable: "although there is room: a better plan exists"
    case .inadmissible(let kind): words(for: kind)
    }
  }

  /// What rules out most places, in words.
  private static func words(for kind: Inadmissible.Kind) -> String {
    switch kind {
    case .otherModel: "without a variant"
    case .noRequests: "without requests"
    case .endpointRegion, .endpointOffline: "without a device on line"
    case .residency: "by residency"
    case .weightsJurisdiction: "where the weights may not lie"
    case .forbidden: "where the model is forbidden"
    case .trust: "by trust"
    case .accuracy: "by accuracy"
    case .version: "by version"
    case .noNodes: "without nodes"
    case .noProfile: "without a profile on the hardware"
    case .otherObjective: "with an objective that no profile knows"
    case .doesNotFit: "too large for every node"
    case .unreachable, .dataUnreachable: "out of reach"
    case .latency: "by latency"
    case .firstToken: "by time to first token"
    case .perToken: "by time per token"
    }
  }
}

/// Which demands have an admissible lane, and whether one has load left for a part of them.
private struct SpareLoad {
  private enum Found: UInt8 { case noLane, full, dear, room }
  private var found: [Found]

  init(_ solution: PlacementSolution, _ instance: PlacementInstance) {
    let hours = instance.hours
    var spare = [Int128](repeating: 0, count: instance.lanes.count * hours)
    for element in solution.replicas {
      let capacity = Int128(instance.lanes[element.lane].capacity) * Int128(element.count)
      for hour in 0..<hours { spare[element.lane * hours + hour] = capacity }
    }
    for route in solution.routes {
      guard let arc = instance.arc(lane: route.lane, demand: route.demand) else { continue }
      for hour in 0..<hours {
        spare[route.lane * hours + hour] -=
          Int128(instance.load(ofArc: arc, hour: hour)) * Int128(route.parts)
      }
    }
    found = Array(repeating: .noLane, count: instance.demands.count)
    for lane in instance.lanes.indices {
      for arc in instance.arcs(ofLane: lane) {
        let demand = Int(instance.arcDemand[arc])
        guard found[demand] != .room else { continue }
        let fits = (0..<hours).allSatisfy {
          Int128(instance.load(ofArc: arc, hour: $0)) <= spare[lane * hours + $0]
        }
        let isWorthIt = instance.arcCost[arc] < instance.demands[demand].unservedCost ?? .max
        let here: Found = fits ? (isWorthIt ? .room : .dear) : .full
        if here.rawValue > found[demand].rawValue { found[demand] = here }
      }
    }
  }

  /// Why a demand with an admissible lane is not served, nil where it has none.
  func reason(_ demand: Int) -> UnservedSummary.Reason? {
    switch found[demand] {
    case .noLane: nil
    case .full: .capacity
    case .dear: .price
    case .room: .improvable
    }
  }
}
