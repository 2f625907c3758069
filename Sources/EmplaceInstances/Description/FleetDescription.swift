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

  /// A plan with what is known beside it.
  public struct Plan: Sendable {
    /// The plan.
    public var solution: PlacementSolution
    /// How it was found, in words.
    public var origin: String?
    /// Objective of the best of all greedy constructions.
    public var greedyObjective: Int64?
    /// Objective of the plain linear relaxation, in the instance's units.
    public var relaxedObjective: Double?
    /// Families of limits without which there is a cheaper plan; nil where nobody looked.
    public var binding: [PlacementRelaxation]?

    /// A plan.
    public init(_ solution: PlacementSolution) { self.solution = solution }
  }

  /// All figures, in the order of printing.
  public private(set) var figures: [Figure] = []
  /// Share of the sites above 85 % of their scarcest resource, in millionths; nil without a plan.
  public private(set) var fullSitesMillionths: Int64?
  /// Resources that are the scarcest of some full site; empty without a plan.
  public private(set) var scarceResources: [SiteUse.Resource] = []
  /// Mean number of replicas of the lanes that have any, in millionths; nil without a plan.
  public private(set) var replicasPerUsedLaneMillionths: Int64?
  /// The same over lanes at edge sites; nil without a fleet and a plan with such lanes.
  public private(set) var replicasPerEdgeLaneMillionths: Int64?
  /// Pools of the plan that first fit cannot pack; nil without a plan.
  public private(set) var unpackedPools: Int?
  /// How much dearer the best greedy plan is than the plan, in millionths; nil where not known.
  public private(set) var greedyExcessMillionths: Int64?
  /// How far the plain linear relaxation lies below the plan, in millionths of the plan; nil where
  /// not known.
  public private(set) var relaxationGapMillionths: Int64?
  /// P4-P15 that the plan could be cheaper without: `P6`; empty where nobody looked.
  public private(set) var bindingConstraints: [String] = []
  /// Share of the cost that is for unserved demand, in millionths; nil without a plan.
  public private(set) var unservedCostMillionths: Int64?
  /// Mean number of arcs of a demand, in millionths; nil without an instance.
  public private(set) var arcsPerDemandMillionths: Int64?

  /// Describes a fleet, and further what was derived from it and a plan, where they are given.
  public init(
    fleet: Fleet? = nil, instance: PlacementInstance? = nil, plan: Plan? = nil
  ) {
    if let fleet { add(fleet) }
    guard let instance else { return }
    add(instance)
    if let plan { add(plan, fleet, instance) }
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
    let edges = fleet.pools.filter { fleet.sites[$0.site].tier == .edge }
    let perSite = Dictionary(edges.map { ($0.site, $0.owned) }, uniquingKeysWith: +).values
    if let least = perSite.min(), let most = perSite.max() {
      add("owned nodes of an edge site", least == most ? "\(least)" : "\(least) to \(most)")
    }
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

  private mutating func add(_ plan: Plan, _ fleet: Fleet?, _ instance: PlacementInstance) {
    let solution = plan.solution
    if let origin = plan.origin { add("plan", origin) }
    replicasPerUsedLaneMillionths = Self.mean(solution.replicas.map(\.count)) ?? 0
    add("used lanes", solution.replicas.count)
    add("replicas", solution.replicas.reduce(Int128(0)) { $0 + Int128($1.count) })
    add("replicas per used lane", Self.decimal(replicasPerUsedLaneMillionths ?? 0))
    if let fleet {
      let edge = solution.replicas.filter {
        fleet.sites[instance.site(ofLane: $0.lane)].tier == .edge
      }
      replicasPerEdgeLaneMillionths = Self.mean(edge.map(\.count))
      if let mean = replicasPerEdgeLaneMillionths {
        add("replicas per used lane at the edge", Self.decimal(mean))
      }
    }
    addUse(solution, instance)
    let misfits = Placement.packingMisfits(of: solution, against: instance)
    unpackedPools = misfits.count
    let left = misfits.reduce(Int128(0)) { $0 + Int128($1.replicas) }
    add("pools that first fit cannot pack", "\(misfits.count), \(left) replicas left over")
    let split = CostSplit(of: solution, in: instance)
    add(split, instance)
    addDistances(plan, objective: split.total)
    if let binding = plan.binding {
      for family in binding where !bindingConstraints.contains(family.constraint) {
        if family != .floors { bindingConstraints.append(family.constraint) }
      }
      add(
        "constraints without which a cheaper plan was found",
        "\(bindingConstraints.count): " + binding.map(\.rawValue).joined(separator: ", "))
    }
  }

  private static func mean(_ counts: [Int64]) -> Int64? {
    guard !counts.isEmpty else { return nil }
    let sum = counts.reduce(Int128(0)) { $0 + Int128($1) }
    return Int64(clamping: sum * 1_000_000 / Int128(counts.count))
  }

  private mutating func addDistances(_ plan: Plan, objective: Int128) {
    guard objective > 0 else { return }
    if let greedy = plan.greedyObjective {
      let excess = Int64(clamping: (Int128(greedy) - objective) * 1_000_000 / objective)
      greedyExcessMillionths = excess
      add("best greedy plan above the plan", Self.percent(excess))
    }
    if let relaxed = plan.relaxedObjective {
      let gap = Int64(((Double(objective) - relaxed) / Double(objective) * 1_000_000).rounded())
      relaxationGapMillionths = gap
      add("plain linear relaxation below the plan", Self.percent(gap))
    }
  }

  private mutating func addUse(_ solution: PlacementSolution, _ instance: PlacementInstance) {
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
