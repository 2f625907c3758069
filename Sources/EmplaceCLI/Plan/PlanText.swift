import Emplace
import EmplaceReport

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

  /// Replicas, sites, service and money in one sentence.
  func headline(_ unserved: UnservedSummary?) -> String {
    let replicas = solution.replicas.reduce(0) { $0 + $1.count }
    let sites = Set(solution.replicas.map { instance.site(ofLane: $0.lane) }).count
    let name = instance.name.isEmpty ? "The plan" : instance.name
    return "\(name): \(Figures.count(replicas, "replica")) at "
      + "\(sites) of \(Figures.count(instance.sites.count, "site"))"
      + (unserved.map { " serve \(Figures.percent($0.servedShare)) of the requests for " } ?? ", ")
      + money(objective)
  }

  /// An amount with its unit.
  func money(_ amount: Int64) -> String {
    unit.isEmpty
      ? instance.printed(amount).description
      : "\(instance.printed(amount).padded(to: 6)) \(unit)"
  }

  private var unit: String { instance.currency.isEmpty ? "" : "\(instance.currency) per hour" }

  // MARK: Sections

  private var tables: PlanTables { PlanTables(solution, of: instance, fleet: loaded.fleet) }

  private var places: String {
    var rows: [[String]] = []
    var previous = -1
    for place in tables.places {
      var what = place.variant ?? "open"
      if place.batch > 0 { what += ", batch \(place.batch)" }
      var pool = place.pool
      if place.rentedNodes > 0 { pool += " (\(Figures.count(place.rentedNodes, "node")) rented)" }
      rows.append([
        place.site == previous ? "" : place.siteName, "\(place.count) x", what,
        place.variant == nil ? "" : "on \(pool)",
      ])
      previous = place.site
    }
    return Self.list(rows, rightAligned: [1], nothing: "nothing runs")
  }

  private static func notServed(_ unserved: UnservedSummary) -> String {
    let rows = unserved.classes.map { row -> [String] in
      [
        row.name, Figures.percent(row.share), row.rates,
        row.demands == 0 ? "" : "\(Figures.count(row.demands, "demand")): \(row.reasons)",
      ]
    }
    return list(rows, rightAligned: [1], nothing: "")
  }

  private var costs: String {
    var rows = tables.costs.map { [printed($0.amount), $0.words] }
    rows.append([printed(tables.total), "in all"])
    if instance.constant != 0 {
      rows.append([printed(instance.constant), "apart from this: what no decision changes"])
    }
    return Figures.table(rows, rightAligned: [0])
  }

  private func printed(_ amount: Int64) -> String {
    let number = instance.printed(amount)
    return instance.currency.isEmpty ? number.description : number.padded(to: 6)
  }

  private var changes: String? {
    tables.changes.map { changes in
      Self.list(
        changes.map { [$0.isAddition ? "+" : "-", $0.words] }, nothing: "nothing changes")
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
}
