public import EmplaceFleet
public import EmplaceProblems

/// What a plan decides as lists of rows, for text and for pages alike.
public struct PlanTables: Sendable {
  /// Replicas of one variant in one pool.
  public struct Place: Sendable, Hashable {
    /// Index of the site.
    public var site: Int
    /// Name of the site.
    public var siteName: String
    /// Replicas.
    public var count: Int64
    /// Name of the variant; nil in benchmarks, where a lane is merely open.
    public var variant: String?
    /// Batch limit, 0 in benchmarks.
    public var batch: Int32
    /// Name of the pool.
    public var pool: String
    /// Nodes rented in the pool.
    public var rentedNodes: Int64
  }

  /// One term of the cost.
  public struct Cost: Sendable, Hashable {
    /// What it is for.
    public var words: String
    /// Amount in units of the instance.
    public var amount: Int64
  }

  /// One difference from what runs now.
  public struct Change: Sendable, Hashable {
    /// Whether something comes; else something goes.
    public var isAddition: Bool
    /// One phrase.
    public var words: String
  }

  private let solution: PlacementSolution
  private let instance: PlacementInstance
  private let fleet: Fleet?

  /// Tables of a plan; the solution's indices must be those of the instance.
  public init(_ solution: PlacementSolution, of instance: PlacementInstance, fleet: Fleet?) {
    self.solution = solution
    self.instance = instance
    self.fleet = fleet
  }

  /// What runs where, by site, then lane.
  public var places: [Place] {
    let rented = Dictionary(
      solution.rented.map { ($0.pool, $0.count) }, uniquingKeysWith: { $0 + $1 })
    return solution.replicas
      .sorted {
        (instance.site(ofLane: $0.lane), $0.lane) < (instance.site(ofLane: $1.lane), $1.lane)
      }
      .map { element in
        let lane = instance.lanes[element.lane]
        let (site, pool) = (instance.site(ofLane: element.lane), Int(lane.pool))
        let variant = instance.variant(ofLane: element.lane)
        return Place(
          site: site, siteName: instance.sites[site].name, count: element.count,
          variant: variant < 0 ? nil : instance.variants[variant].name, batch: lane.batch,
          pool: instance.pools[pool].name, rentedNodes: rented[pool] ?? 0)
      }
  }

  /// The terms of the cost that are not zero; with ``total`` as their sum.
  public var costs: [Cost] {
    let split = CostSplit(of: solution, in: instance)
    let isFleet = fleet != nil
    let terms: [(String, Int128)] = [
      ("rented nodes", split.rent), (isFleet ? "opened sites" : "opened", split.opening),
      (isFleet ? "running replicas" : "fixed", split.replicas),
      (isFleet ? "served requests: energy, network, latency, accuracy" : "assigned", split.routes),
      ("requests not served", split.unserved), ("moving and removing artifacts", split.moves),
    ]
    return terms.filter { $0.1 != 0 }.map { Cost(words: $0.0, amount: Int64(clamping: $0.1)) }
  }

  /// The whole cost.
  public var total: Int64 { Int64(clamping: CostSplit(of: solution, in: instance).total) }

  /// What comes and what goes, artifacts first; nil where nobody said what runs now.
  public var changes: [Change]? {
    guard let incumbent = fleet?.incumbent else { return nil }
    let isPresent = Set(solution.artifacts)
    var changes: [Change] = []
    for (index, artifact) in instance.artifacts.enumerated()
    where isPresent.contains(index) != artifact.isIncumbent {
      let variant = instance.variants[Int(artifact.variant)].name
      let site = instance.sites[Int(artifact.site)].name
      let size = artifact.transferMiB > 0 ? " (\(artifact.transferMiB) MiB to move)" : ""
      changes.append(
        artifact.isIncumbent
          ? Change(isAddition: false, words: "\(variant) leaves \(site)")
          : Change(isAddition: true, words: "\(variant) comes to \(site)\(size)"))
    }
    return changes + replicaChanges(incumbent)
  }

  private func replicaChanges(_ incumbent: IncumbentPlan) -> [Change] {
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
        let count = change.magnitude == 1 ? "1 replica" : "\(change.magnitude) replicas"
        let (variant, pool) = (instance.variants[place.variant], instance.pools[place.pool])
        return Change(isAddition: change > 0, words: "\(count) of \(variant.name) on \(pool.name)")
      }
  }
}
