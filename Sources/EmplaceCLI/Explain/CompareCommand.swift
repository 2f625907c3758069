import ArgumentParser
import Emplace
import Foundation

/// `emplace compare`
struct CompareCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "compare", abstract: "Say what differs between two plans, and what it costs.",
    discussion: """
      Both plans are verified first. Then: cost by terms, artifacts and replicas that come and go, \
      demands that are served elsewhere or no longer.

        emplace compare fleet.json monday.json tuesday.json
      """)

  @Argument(help: "Files of the instance, then two solutions.", completion: .file())
  var files: [String]
  @OptionGroup(title: "Reading") var reading: ReadingOptions

  func perform() async throws {
    let threads = max(1, ProcessInfo.processInfo.activeProcessorCount)
    let split = try JudgedFiles(files, solutions: 2)
    let loaded = try reading.read(split.instance, threads: threads)
    let first = try loaded.verifiedSolution(split.solutions[0])
    let second = try loaded.verifiedSolution(split.solutions[1])
    let comparison = Comparison(loaded.instance, first, second)
    Console.write(comparison.text(names: (split.solutions[0], split.solutions[1])))
  }
}

/// What differs between two verified plans of one instance.
struct Comparison {
  /// Lines of a list before it only counts.
  static let lineLimit = 40

  let instance: PlacementInstance
  let first: VerifiedSolution
  let second: VerifiedSolution

  init(_ instance: PlacementInstance, _ first: VerifiedSolution, _ second: VerifiedSolution) {
    self.instance = instance
    self.first = first
    self.second = second
  }

  /// Everything, the cost first.
  func text(names: (String, String)) -> String {
    let unit = instance.currency.isEmpty ? "" : ", \(instance.currency) per hour"
    var text = headline(names) + "\n\nCost\(unit)\n" + costs
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
      CostSplit(of: first.solution, in: instance), CostSplit(of: second.solution, in: instance)
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
    let (a, b) = (Set(first.solution.artifacts), Set(second.solution.artifacts))
    return a.symmetricDifference(b).sorted().map { artifact in
      let element = instance.artifacts[artifact]
      let variant = instance.variants[Int(element.variant)].name
      let site = instance.sites[Int(element.site)].name
      return b.contains(artifact)
        ? ["+", "\(variant) at \(site)"] : ["-", "\(variant) at \(site)"]
    }
  }

  private var replicas: [[String]] {
    changes(
      first.solution.replicas.map { ($0.lane, $0.count) },
      second.solution.replicas.map { ($0.lane, $0.count) }, instance.name(ofLane:))
  }

  private var rented: [[String]] {
    changes(
      first.solution.rented.map { ($0.pool, $0.count) },
      second.solution.rented.map { ($0.pool, $0.count) }
    ) { instance.pools[$0].name }
  }

  private func changes(
    _ a: [(Int, Int64)], _ b: [(Int, Int64)], _ name: (Int) -> String
  ) -> [[String]] {
    var counts: [Int: (Int64, Int64)] = [:]
    for (key, count) in a { counts[key, default: (0, 0)].0 = count }
    for (key, count) in b { counts[key, default: (0, 0)].1 = count }
    return counts.filter { $0.value.0 != $0.value.1 }.sorted { $0.key < $1.key }
      .map { [name($0.key), "\($0.value.0) -> \($0.value.1)"] }
  }

  private var demands: [[String]] {
    let (a, b) = (Self.byDemand(first.solution), Self.byDemand(second.solution))
    return Set(a.keys).union(b.keys).sorted().compactMap { demand in
      let (from, to) = (a[demand] ?? [:], b[demand] ?? [:])
      guard from != to else { return nil }
      return [instance.demands[demand].name, "\(words(from, demand)) -> \(words(to, demand))"]
    }
  }

  /// Parts of each demand by site.
  private static func byDemand(_ solution: PlacementSolution) -> [Int: [Int: Int64]] {
    var result: [Int: [Int: Int64]] = [:]
    for route in solution.routes {
      result[route.demand, default: [:]][route.lane, default: 0] += route.parts
    }
    return result
  }

  private func words(_ parts: [Int: Int64], _ demand: Int) -> String {
    var bySite: [Int: Int64] = [:]
    for (lane, count) in parts { bySite[instance.site(ofLane: lane), default: 0] += count }
    var words = bySite.sorted { $0.key < $1.key }
      .map { "\($0.value) at \(instance.sites[$0.key].name)" }
    let left = instance.demands[demand].parts - bySite.values.reduce(0, +)
    if left > 0 { words.append("\(left) not served") }
    return words.joined(separator: ", ")
  }
}
