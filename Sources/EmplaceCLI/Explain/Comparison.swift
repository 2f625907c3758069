import Emplace

/// What differs between two verified plans, of one instance or of two whose sites, pools, variants
/// and demands are the same.
struct Comparison {
  /// Lines of a list before it only counts.
  static let lineLimit = 40

  /// One of the plans.
  struct Side {
    let instance: PlacementInstance
    let solution: PlacementSolution
    let objective: Int64

    init(_ instance: PlacementInstance, _ plan: VerifiedSolution) {
      self.instance = instance
      solution = plan.solution
      objective = plan.objective
    }
  }

  let first: Side
  let second: Side
  private var instance: PlacementInstance { second.instance }

  init(_ first: Side, _ second: Side) {
    self.first = first
    self.second = second
  }

  /// Everything, the cost first.
  func text(names: (String, String)) -> String { headline(names) + "\n\n" + details }

  /// The cost by terms, then what moved.
  var details: String {
    let unit = instance.currency.isEmpty ? "" : ", \(instance.currency) per hour"
    var text = "Cost\(unit)\n" + costs
    for (title, rows) in [
      ("Artifacts", artifacts), ("Replicas", replicas), ("Rented nodes", rented),
      ("Demands", demands),
    ] where !rows.isEmpty {
      text += "\n\(title)\n" + Figures.table(Array(rows.prefix(Self.lineLimit)))
      if rows.count > Self.lineLimit { text += "  and \(rows.count - Self.lineLimit) more\n" }
    }
    return text
  }

  private func headline(_ names: (String, String)) -> String {
    guard first.solution != second.solution else { return "The two plans are the same." }
    let difference = Int128(second.objective) - Int128(first.objective)
    // Printed objectives of a maximising benchmark are negated, "cheaper" is then "larger".
    let words =
      difference == 0
      ? "costs the same as" : difference < 0 ? "is better than" : "is worse than"
    let amount = difference == 0 ? "" : " by \(money(difference.magnitude))"
    return "\(names.1) \(words) \(names.0)\(amount)."
  }

  private var costs: String {
    let (a, b) = (
      CostSplit(of: first.solution, in: first.instance),
      CostSplit(of: second.solution, in: second.instance)
    )
    let terms: [(String, Int128, Int128)] = [
      ("rented nodes", a.rent, b.rent), ("opened sites", a.opening, b.opening),
      ("running replicas", a.replicas, b.replicas), ("served requests", a.routes, b.routes),
      ("requests not served", a.unserved, b.unserved),
      ("moving and removing artifacts", a.moves, b.moves),
    ]
    var rows = [["first", "second", "difference", ""]]
    rows += terms.filter { $0.1 != 0 || $0.2 != 0 }.map { row($0.0, $0.1, $0.2) }
    rows.append(row("in all", a.total, b.total))
    return Figures.table(rows, rightAligned: [0, 1, 2])
  }

  private func row(_ name: String, _ a: Int128, _ b: Int128) -> [String] {
    [printed(a), printed(b), (b > a ? "+" : "") + printed(b - a), name]
  }

  private func printed(_ amount: Int128) -> String {
    let number = instance.printed(Int64(clamping: amount))
    return instance.currency.isEmpty ? number.description : number.padded(to: 6)
  }

  private func money(_ amount: UInt128) -> String {
    let number = PlainNumber(Int64(clamping: amount), unit: instance.objectiveUnit)
    return instance.currency.isEmpty
      ? number.description : "\(number.padded(to: 6)) \(instance.currency) per hour"
  }

  // MARK: What moved

  private var artifacts: [[String]] {
    let (a, b) = (Self.artifacts(first), Self.artifacts(second))
    return a.symmetricDifference(b).sorted { $0.lexicographicallyPrecedes($1) }.map { place in
      let variant = instance.variants[Int(place[1])].name
      let site = instance.sites[Int(place[0])].name
      return [b.contains(place) ? "+" : "-", "\(variant) at \(site)"]
    }
  }

  /// Site and variant of each artifact.
  private static func artifacts(_ side: Side) -> Set<[Int32]> {
    Set(
      side.solution.artifacts.map {
        let artifact = side.instance.artifacts[$0]
        return [artifact.site, artifact.variant]
      })
  }

  private var replicas: [[String]] {
    changes(
      first.instance.replicas(of: first.solution), second.instance.replicas(of: second.solution),
      instance.name(of:))
  }

  private var rented: [[String]] {
    changes(Self.rented(first), Self.rented(second)) { instance.pools[$0].name }
  }

  private static func rented(_ side: Side) -> [Int: Int64] {
    Dictionary(side.solution.rented.map { ($0.pool, $0.count) }, uniquingKeysWith: +)
  }

  private func changes<Key: Hashable & Comparable>(
    _ a: [Key: Int64], _ b: [Key: Int64], _ name: (Key) -> String
  ) -> [[String]] {
    Set(a.keys).union(b.keys).sorted().compactMap { key in
      let (from, to) = (a[key] ?? 0, b[key] ?? 0)
      return from == to ? nil : [name(key), "\(from) -> \(to)"]
    }
  }

  private var demands: [[String]] {
    let (a, b) = (Self.byDemand(first), Self.byDemand(second))
    return Set(a.keys).union(b.keys).sorted().compactMap { demand in
      let (from, to) = (a[demand] ?? [:], b[demand] ?? [:])
      guard from != to else { return nil }
      return [instance.demands[demand].name, "\(words(from, demand)) -> \(words(to, demand))"]
    }
  }

  /// Parts of each demand by what serves them.
  private static func byDemand(_ side: Side) -> [Int: [ReplicaKind: Int64]] {
    var result: [Int: [ReplicaKind: Int64]] = [:]
    for route in side.solution.routes {
      let kind = side.instance.kind(ofLane: route.lane)
      result[route.demand, default: [:]][kind, default: 0] += route.parts
    }
    return result
  }

  private func words(_ parts: [ReplicaKind: Int64], _ demand: Int) -> String {
    var bySite: [Int: Int64] = [:]
    for (kind, count) in parts {
      bySite[Int(instance.pools[Int(kind.pool)].site), default: 0] += count
    }
    var words = bySite.sorted { $0.key < $1.key }
      .map { "\($0.value) at \(instance.sites[$0.key].name)" }
    let left = instance.demands[demand].parts - bySite.values.reduce(0, +)
    if left > 0 { words.append("\(left) not served") }
    return words.joined(separator: ", ")
  }
}
