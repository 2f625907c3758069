import Emplace

/// A plan as people read it: what runs where, what is not served and why, what it costs, what
/// changes.
struct PlanText {
  /// Lines of a list before it only counts.
  static let lineLimit = 40

  let loaded: LoadedInstance
  let solution: PlacementSolution
  let objective: Int64
  private var instance: PlacementInstance { loaded.instance }

  init(_ loaded: LoadedInstance, _ solution: PlacementSolution, _ objective: Int64) {
    self.loaded = loaded
    self.solution = solution
    self.objective = objective
  }

  /// All sections.
  func text(_ unserved: UnservedSummary?) -> String {
    var sections = ["What runs where\n" + places]
    if let unserved { sections.append("Not served\n" + Self.notServed(unserved)) }
    sections.append("Cost\(unit.isEmpty ? "" : ", \(unit)")\n" + costs)
    if let changes { sections.append("Changes from what runs now\n" + changes) }
    return sections.joined(separator: "\n")
  }

  // MARK: Head

  /// Replicas, sites and money in one sentence.
  var headline: String {
    let replicas = solution.replicas.reduce(0) { $0 + $1.count }
    let sites = Set(solution.replicas.map { instance.site(ofLane: $0.lane) }).count
    let name = instance.name.isEmpty ? "The plan" : instance.name
    return "\(name): \(Figures.count(replicas, "replica")) at "
      + "\(sites) of \(Figures.count(instance.sites.count, "site")), \(money(objective))"
  }

  /// An amount with its unit.
  func money(_ amount: Int64) -> String {
    unit.isEmpty
      ? instance.printed(amount).description
      : "\(instance.printed(amount).padded(to: 6)) \(unit)"
  }

  private var unit: String { instance.currency.isEmpty ? "" : "\(instance.currency) per hour" }

  // MARK: Sections

  private var places: String {
    var rows: [[String]] = []
    var previous = -1
    let order = solution.replicas.sorted {
      (instance.site(ofLane: $0.lane), $0.lane) < (instance.site(ofLane: $1.lane), $1.lane)
    }
    let rented = Dictionary(uniqueKeysWithValues: solution.rented.map { ($0.pool, $0.count) })
    for element in order {
      let lane = instance.lanes[element.lane]
      let site = instance.site(ofLane: element.lane)
      let variant = instance.variant(ofLane: element.lane)
      var what = variant < 0 ? "open" : instance.variants[variant].name
      if lane.batch > 0 { what += ", batch \(lane.batch)" }
      var pool = instance.pools[Int(lane.pool)].name
      if let nodes = rented[Int(lane.pool)] {
        pool += " (\(Figures.count(nodes, "node")) rented)"
      }
      rows.append([
        site == previous ? "" : instance.sites[site].name, "\(element.count) x", what,
        variant < 0 ? "" : "on \(pool)",
      ])
      previous = site
    }
    return Self.list(rows, rightAligned: [1], nothing: "nothing runs")
  }

  private static func notServed(_ unserved: UnservedSummary) -> String {
    let rows = unserved.rows.map { row -> [String] in
      let rate = Figures.fixed(Double(row.unserved) / 1e6, 3)
      let asked = Figures.fixed(Double(row.asked) / 1e6, 3)
      let reasons = row.reasons.map { "\($0.count) \(words(for: $0.reason))" }
      return [
        row.name, Figures.percent(row.share), "\(rate) of \(asked) requests/s",
        row.demands == 0
          ? ""
          : "\(Figures.count(row.demands, "demand")): " + reasons.joined(separator: ", "),
      ]
    }
    return list(rows, rightAligned: [1], nothing: "")
  }

  private var costs: String {
    let split = CostSplit(of: solution, in: instance)
    let isFleet = loaded.fleet != nil
    let terms: [(String, Int128)] = [
      ("rented nodes", split.rent), (isFleet ? "opened sites" : "opened", split.opening),
      (isFleet ? "running replicas" : "fixed", split.replicas),
      (isFleet ? "served requests: energy, network, latency, accuracy" : "assigned", split.routes),
      ("requests not served", split.unserved), ("moving and removing artifacts", split.moves),
    ]
    var rows = terms.filter { $0.1 != 0 }.map { [printed($0.1), $0.0] }
    rows.append([printed(split.total), "in all"])
    if instance.constant != 0 {
      rows.append([
        printed(Int128(instance.constant)), "apart from this: what no decision changes",
      ])
    }
    return Figures.table(rows, rightAligned: [0])
  }

  private func printed(_ amount: Int128) -> String {
    let number = instance.printed(Int64(clamping: amount))
    return instance.currency.isEmpty ? number.description : number.padded(to: 6)
  }

  private var changes: String? {
    guard let incumbent = loaded.fleet?.incumbent else { return nil }
    let isPresent = Set(solution.artifacts)
    var rows: [[String]] = []
    for (index, artifact) in instance.artifacts.enumerated()
    where isPresent.contains(index) != artifact.isIncumbent {
      let variant = instance.variants[Int(artifact.variant)].name
      let site = instance.sites[Int(artifact.site)].name
      rows.append(
        artifact.isIncumbent
          ? ["-", "\(variant) leaves \(site)"]
          : [
            "+",
            "\(variant) comes to \(site)"
              + (artifact.transferMiB > 0 ? " (\(artifact.transferMiB) MiB to move)" : ""),
          ])
    }
    rows += replicaChanges(incumbent)
    return Self.list(rows, nothing: "nothing changes")
  }

  private func replicaChanges(_ incumbent: IncumbentPlan) -> [[String]] {
    struct Place: Hashable {
      var pool: Int
      var variant: Int
    }
    var difference: [Place: Int64] = [:]
    for element in incumbent.replicas {
      difference[Place(pool: element.pool, variant: element.variant), default: 0] -= element.count
    }
    for element in solution.replicas {
      let place = Place(
        pool: Int(instance.lanes[element.lane].pool),
        variant: instance.variant(ofLane: element.lane))
      difference[place, default: 0] += element.count
    }
    return difference.filter { $0.value != 0 }
      .sorted { ($0.key.pool, $0.key.variant) < ($1.key.pool, $1.key.variant) }
      .map { place, change in
        let count = Figures.count(Int(change.magnitude), "replica")
        return [
          change > 0 ? "+" : "-",
          "\(count) of \(instance.variants[place.variant].name) on \(instance.pools[place.pool].name)",
        ]
      }
  }

  private static func list(
    _ rows: [[String]], rightAligned: Set<Int> = [], nothing: String
  ) -> String {
    guard !rows.isEmpty else { return nothing.isEmpty ? "" : "  \(nothing)\n" }
    var text = Figures.table(Array(rows.prefix(lineLimit)), rightAligned: rightAligned)
    if rows.count > lineLimit {
      text += "  and \(rows.count - lineLimit) more; the solution file has them all\n"
    }
    return text
  }

  private static func words(for reason: UnservedSummary.Reason) -> String {
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
