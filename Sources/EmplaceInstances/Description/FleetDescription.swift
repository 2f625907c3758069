public import EmplaceFleet
public import EmplaceProblems

/// Figures that say how large, how connected and how scarce a fleet is: what `--describe` prints.
public struct FleetDescription: Sendable, Hashable {
  /// A figure with its name and unit.
  public struct Figure: Sendable, Hashable {
    /// Name: `arcs per demand`.
    public var name: String
    /// Value in decimal digits.
    public var value: String

    /// A figure.
    public init(_ name: String, _ value: String) {
      self.name = name
      self.value = value
    }
  }

  /// All figures, in the order of printing.
  public private(set) var figures: [Figure] = []
  /// Share of the sites above 85 % of their scarcest resource, in millionths; nil without a plan.
  public private(set) var fullSitesMillionths: Int64?
  /// Resources that are the scarcest of some full site; empty without a plan.
  public private(set) var scarceResources: [SiteUse.Resource] = []
  /// Mean number of replicas of the lanes that have any, in millionths; nil without a plan.
  public private(set) var replicasPerUsedLaneMillionths: Int64?
  /// Share of the cost that is for unserved demand, in millionths; nil without a plan.
  public private(set) var unservedCostMillionths: Int64?
  /// Mean number of arcs of a demand, in millionths; nil without an instance.
  public private(set) var arcsPerDemandMillionths: Int64?

  /// Describes a fleet, and further what was derived from it and a plan, where they are given.
  public init(
    fleet: Fleet? = nil, instance: PlacementInstance? = nil, solution: PlacementSolution? = nil
  ) {
    if let fleet { add(fleet) }
    guard let instance else { return }
    add(instance)
    if let solution { add(solution, instance) }
  }

  /// Name and value of every figure, one a line.
  public var text: String {
    let width = figures.reduce(0) { max($0, $1.name.count) }
    return figures.map { figure in
      figure.name + String(repeating: " ", count: width - figure.name.count + 2) + figure.value
    }.joined(separator: "\n")
  }

  private mutating func add(_ name: String, _ value: some CustomStringConvertible) {
    figures.append(Figure(name, value.description))
  }

  // MARK: - Fleet

  private mutating func add(_ fleet: Fleet) {
    add("fleet", fleet.name)
    func count(_ tier: Site.Tier) -> Int { fleet.sites.count { $0.tier == tier } }
    add(
      "sites",
      "\(fleet.sites.count): \(count(.cloud)) cloud, \(count(.edge)) edge, "
        + "\(count(.endpoint)) endpoint")
    add("pools", fleet.pools.count)
    let nodes = fleet.pools.filter { fleet.sites[$0.site].tier != .endpoint }
    add("owned nodes without endpoints", nodes.reduce(0) { $0 + $1.owned })
    add("rentable nodes", nodes.reduce(0) { $0 + $1.rentable })
    add("models", fleet.models.count)
    add("variants", fleet.variants.count)
    add("tenants", fleet.tenants.count)
    add("regions", fleet.regions.count)
    add("demands", fleet.demands.count)
    add("representative hours", fleet.horizon.hoursUTC.count)
    add("incumbent artifacts", fleet.incumbent?.artifacts.count ?? 0)
    add("incumbent replicas", fleet.incumbent?.replicas.reduce(0) { $0 + $1.count } ?? 0)
  }

  // MARK: - Instance

  private mutating func add(_ instance: PlacementInstance) {
    let demands = max(1, instance.demands.count)
    var arcs = [Int](repeating: 0, count: instance.demands.count)
    for demand in instance.arcDemand { arcs[Int(demand)] += 1 }
    let sorted = arcs.sorted()
    arcsPerDemandMillionths = Int64(clamping: instance.arcCount * 1_000_000 / demands)
    add("lanes", instance.lanes.count)
    add("artifacts", instance.artifacts.count)
    add("arcs", instance.arcCount)
    add("arcs per demand, mean", Self.decimal(arcsPerDemandMillionths ?? 0))
    add("arcs per demand, median", sorted.isEmpty ? 0 : sorted[sorted.count / 2])
    add("arcs per demand, least", sorted.first ?? 0)
    add("demands without arc", sorted.prefix { $0 == 0 }.count)
    add("failure cases", instance.failureCases.count)
  }

  // MARK: - Plan

  private mutating func add(_ solution: PlacementSolution, _ instance: PlacementInstance) {
    let lanes = solution.replicas.count
    let replicas = solution.replicas.reduce(Int128(0)) { $0 + Int128($1.count) }
    let mean = lanes == 0 ? 0 : Int64(clamping: replicas * 1_000_000 / Int128(lanes))
    replicasPerUsedLaneMillionths = mean
    add("used lanes", lanes)
    add("replicas", replicas)
    add("replicas per used lane", Self.decimal(mean))
    let uses = SiteUse.all(of: solution, in: instance).compactMap(\.scarcest)
    let full = uses.filter { $0.usedMillionths > 850_000 }
    fullSitesMillionths = Int64(full.count * 1_000_000 / max(1, instance.sites.count))
    add("sites above 85 % of their scarcest resource", Self.percent(fullSitesMillionths ?? 0))
    for resource in SiteUse.Resource.allCases {
      let count = full.count { $0.resource == resource }
      guard count > 0 else { continue }
      scarceResources.append(resource)
      add("  of these short of \(resource.rawValue)", count)
    }
    add(CostSplit(of: solution, in: instance), instance)
  }

  private mutating func add(_ split: CostSplit, _ instance: PlacementInstance) {
    let unit = Int128(max(1, instance.objectiveUnit))
    let terms: [(String, Int128)] = [
      ("cost", split.total), ("  rent", split.rent), ("  opening", split.opening),
      ("  replicas", split.replicas), ("  routes", split.routes), ("  unserved", split.unserved),
      ("  moves", split.moves),
    ]
    for (name, value) in terms {
      add(name, Self.decimal(value * 1_000_000 / unit))
    }
    let share = split.total > 0 ? split.unserved * 1_000_000 / split.total : 0
    unservedCostMillionths = Int64(clamping: share)
    add("share of the cost for unserved demand", Self.percent(Int64(clamping: share)))
  }

  /// Millionths as a decimal with two places.
  private static func decimal(_ millionths: some BinaryInteger) -> String {
    let hundredths = (Int128(millionths).magnitude + 5_000) / 10_000
    let fraction = hundredths % 100
    return (millionths < 0 ? "-" : "") + "\(hundredths / 100)."
      + (fraction < 10 ? "0\(fraction)" : "\(fraction)")
  }

  private static func percent(_ millionths: Int64) -> String {
    decimal(Int128(millionths) * 100) + " %"
  }
}
