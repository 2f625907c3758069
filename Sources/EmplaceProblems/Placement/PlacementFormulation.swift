public import EmplaceCore

/// Placement as an integer program, P1...P16, rows named as in the formulation's page.
///
/// Columns: `x` parts on an arc (normal operation and each failure case), `y` replicas of a lane,
/// `a` artifact loaded in a pool, `z` artifact at a site, `w` rented nodes, `n` units set apart for
/// a tenant, `u` unserved parts, `o` site open, `f` model in a failure domain, `v` version live.
/// Blocks: one a pool (one for all pools in facility location, around the row that the open
/// facilities hold all demand), and one box for everything that belongs to no pool.
public struct PlacementFormulation: Formulation {
  /// Placement.
  public typealias P = Placement

  /// Whether the rows `x <= parts a` (P3 by arc) are part of the program. They cut off no integer
  /// solution, but many fractional ones.
  public enum Links: String, Sendable, CaseIterable {
    /// Without them: smaller.
    case plain
    /// With them: tighter.
    case disaggregated
  }

  /// The instance.
  public let instance: PlacementInstance
  /// Which links it has.
  public let links: Links
  /// The program.
  public let program: IntegerProgram
  let layout: PlacementLayout

  /// Builds the program.
  public init(instance: PlacementInstance, links: Links = .plain) {
    var builder = PlacementProgramBuilder(instance: instance)
    builder.build(links: links)
    self.instance = instance
    self.links = links
    (program, layout) = builder.finished()
  }
}

extension PlacementFormulation {
  /// Most arcs for which the links by arc earn the time that their rows cost.
  private static let mostLinkedArcs = 50_000

  /// The program on which bounds of an instance are proven: with links by arc, as long as they are
  /// not too many.
  public static func forBounds(of instance: PlacementInstance) -> PlacementFormulation {
    PlacementFormulation(
      instance: instance,
      links: instance.arcCount <= mostLinkedArcs ? .disaggregated : .plain)
  }
}

/// Where each decision stands among the columns; -1 where it has no column.
struct PlacementLayout: Sendable {
  /// What a column or a row is, for its name.
  struct Label: Sendable {
    var kind: Kind
    var first: Int32
    var second: Int32
  }

  enum Kind: UInt8, Sendable {
    case route, replicas, loaded, present, rented, apart, unserved, open, inDomain, live, fixed
    case cover, floor, load, gate, gateSite, siteOpen, memory, memoryCount, compute, computeCount
    case places, hostCPU, hostMemory, power, storage, spreadLink, spread, caseCover, caseFloor
    case caseLoad, affinity, antiAffinity, licence, budget, uplink, moves, versionLink, versions
    case quota, apartCompute, apartMemory, restCompute, restMemory, apartCPU, apartHost, restCPU
    case restHost, restNodes, total, link, caseRoute, pin
  }

  /// A stretch of columns for the arcs of a lane in a failure case.
  struct CaseStretch: Sendable {
    var lane: Int
    var start: Int
    var arcs: [Int]
  }

  /// Column of `y`, by lane.
  var replicas: [Int] = []
  /// First column of `x`, by lane; arcs follow each other.
  var routes: [Int] = []
  /// Column of `z`, by artifact.
  var present: [Int] = []
  /// Columns of `a` beside `z`: artifact, pool, column.
  var loaded: [(artifact: Int, pool: Int, column: Int)] = []
  /// Column of `w`, by pool.
  var rented: [Int] = []
  /// Columns of `n`: tenant, pool, column.
  var apart: [(tenant: Int, pool: Int, column: Int)] = []
  /// Column of `u`, by demand.
  var unserved: [Int] = []
  /// Column of `o`, by site.
  var open: [Int] = []
  /// Columns of `f`: model, domain, column.
  var inDomain: [(model: Int, domain: Int, column: Int)] = []
  /// Columns of `v`: model, version, column.
  var live: [(model: Int, version: Int, column: Int)] = []
  /// Column that is always one and carries what removing every incumbent artifact costs.
  var fixed = -1
  /// Columns of the failure cases.
  var cases: [[CaseStretch]] = []
  var columns: [Label] = []
  var rows: [Label] = []
}

// MARK: - Where decisions stand

extension PlacementFormulation {
  /// Column that counts the replicas of a lane.
  public func column(ofReplicas lane: Int) -> Int { layout.replicas[lane] }

  /// Column of the first arc of a lane; its other arcs follow.
  public func column(ofRoutes lane: Int) -> Int { layout.routes[lane] }

  /// Values of columns by what they stand for: replicas of each lane, artifacts, where those of all
  /// columns of an artifact are added, and rented nodes of each pool.
  public func grouped(
    _ values: [Double]
  ) -> (replicas: [Double], artifacts: [Double], rented: [Double]) {
    func at(_ column: Int) -> Double { column >= 0 ? values[column] : 0 }
    var artifacts = layout.present.map(at)
    for element in layout.loaded { artifacts[element.artifact] += values[element.column] }
    return (layout.replicas.map(at), artifacts, layout.rented.map(at))
  }

  /// Columns on which a tree branches, by class, the most important class first: rented nodes and
  /// sites, artifacts, replicas and units set apart, routes of few parts, then the other routes;
  /// those of failure cases included.
  public var branchingClasses: [[Int]] {
    var classes = [[Int]](repeating: [], count: 5)
    for (column, label) in layout.columns.enumerated() {
      switch label.kind {
      case .rented, .open, .live, .inDomain: classes[0].append(column)
      case .present, .loaded: classes[1].append(column)
      case .replicas, .apart: classes[2].append(column)
      case .route, .caseRoute:
        classes[program.upper[column] <= Self.fewParts ? 3 : 4].append(column)
      default: break
      }
    }
    return classes
  }

  /// Most parts of a route that loses much by rounding.
  private static let fewParts: Int64 = 16

  /// Whether each column is some of a demand's parts: on a route, or not served.
  public var isShare: [Bool] {
    layout.columns.map { [.route, .caseRoute, .unserved].contains($0.kind) }
  }

  /// Columns of the parts of each demand that are not served.
  public var unserved: [Int] {
    layout.columns.indices.filter { layout.columns[$0].kind == .unserved }
  }
}

/// Where a decision stands in the fleet; nil where it belongs to no single site or model.
public struct ColumnPlace: Sendable, Hashable {
  /// Site.
  public var site: Int?
  /// Model.
  public var model: Int?
}

extension PlacementFormulation {
  /// Site and model of a column that counts nodes, artifacts or replicas.
  public func place(ofColumn column: Int) -> ColumnPlace {
    let label = layout.columns[column]
    let first = Int(label.first)
    switch label.kind {
    case .rented: return ColumnPlace(site: Int(instance.pools[first].site))
    case .apart: return ColumnPlace(site: Int(instance.pools[Int(label.second)].site))
    case .open: return ColumnPlace(site: first)
    case .replicas:
      return ColumnPlace(
        site: instance.site(ofLane: first), model: instance.model(ofLane: first))
    case .present, .loaded:
      let artifact = instance.artifacts[first]
      let model = Int(instance.variants[Int(artifact.variant)].model)
      return ColumnPlace(site: Int(artifact.site), model: model)
    case .inDomain, .live: return ColumnPlace(model: first)
    default: return ColumnPlace()
    }
  }
}

extension PlacementFormulation {
  /// Reads the decisions from the values of all columns.
  public func solution(from values: [Int64]) -> PlacementSolution {
    var result = PlacementSolution()
    var present = [Bool](repeating: false, count: instance.artifacts.count)
    for (artifact, column) in layout.present.enumerated() where column >= 0 {
      present[artifact] = values[column] > 0
    }
    for (lane, column) in layout.replicas.enumerated() where values[column] > 0 {
      result.replicas.append(.init(lane: lane, count: values[column]))
      let artifact = Int(instance.lanes[lane].artifact)
      if artifact >= 0, layout.present[artifact] < 0 { present[artifact] = true }
    }
    for (lane, start) in layout.routes.enumerated() {
      let arcs = instance.arcs(ofLane: lane)
      for arc in arcs where values[start + arc - arcs.lowerBound] > 0 {
        result.routes.append(
          .init(
            demand: Int(instance.arcDemand[arc]), lane: lane,
            parts: values[start + arc - arcs.lowerBound]))
      }
    }
    result.routes.sort { ($0.demand, $0.lane) < ($1.demand, $1.lane) }
    result.artifacts = present.indices.filter { present[$0] }
    for (pool, column) in layout.rented.enumerated() where column >= 0 && values[column] > 0 {
      result.rented.append(.init(pool: pool, count: values[column]))
    }
    result.isolated =
      layout.apart.filter { values[$0.column] > 0 }
      .map { .init(tenant: $0.tenant, pool: $0.pool, count: values[$0.column]) }
      .sorted { ($0.tenant, $0.pool) < ($1.tenant, $1.pool) }
    result.failureRoutes = layout.cases.map { failureRoutes($0, values) }
    return result
  }

  private func failureRoutes(_ stretches: [PlacementLayout.CaseStretch], _ values: [Int64])
    -> [PlacementSolution.Route]
  {
    var routes: [PlacementSolution.Route] = []
    for stretch in stretches {
      for (position, arc) in stretch.arcs.enumerated() where values[stretch.start + position] > 0 {
        routes.append(
          .init(
            demand: Int(instance.arcDemand[arc]), lane: stretch.lane,
            parts: values[stretch.start + position]))
      }
    }
    return routes.sorted { ($0.demand, $0.lane) < ($1.demand, $1.lane) }
  }

  /// Values of all columns for a solution.
  public func values(of solution: PlacementSolution) -> [Int64] {
    var values = [Int64](repeating: 0, count: program.columnCount)
    for (demand, column) in layout.unserved.enumerated() where column >= 0 {
      values[column] = instance.demands[demand].parts
    }
    for element in solution.replicas { values[layout.replicas[element.lane]] = element.count }
    for route in solution.routes {
      guard let arc = instance.arc(lane: route.lane, demand: route.demand) else { continue }
      values[layout.routes[route.lane] + arc - instance.arcStart[route.lane]] = route.parts
      let column = layout.unserved[route.demand]
      if column >= 0 { values[column] -= route.parts }
    }
    setArtifacts(solution, &values)
    for element in solution.rented where layout.rented[element.pool] >= 0 {
      values[layout.rented[element.pool]] = element.count
    }
    for element in layout.apart {
      let units = solution.isolated.first { $0.tenant == element.tenant && $0.pool == element.pool }
      values[element.column] = units?.count ?? 0
    }
    for (stretches, routes) in zip(layout.cases, solution.failureRoutes) {
      setFailureRoutes(stretches, routes, &values)
    }
    return values
  }

  /// Sets `a`, `z`, `o`, `f`, `v` and the fixed column.
  private func setArtifacts(_ solution: PlacementSolution, _ values: inout [Int64]) {
    if layout.fixed >= 0 { values[layout.fixed] = 1 }
    var isLive = Set<[Int]>()
    for artifact in solution.artifacts {
      let element = instance.artifacts[artifact]
      if layout.present[artifact] >= 0 { values[layout.present[artifact]] = 1 }
      if layout.open[Int(element.site)] >= 0 { values[layout.open[Int(element.site)]] = 1 }
      let variant = instance.variants[Int(element.variant)]
      isLive.insert([Int(variant.model), Int(variant.version)])
    }
    var isLoaded = Set<[Int]>()
    var isInDomain = Set<[Int]>()
    for element in solution.replicas where instance.lanes[element.lane].artifact >= 0 {
      let lane = instance.lanes[element.lane]
      isLoaded.insert([Int(lane.artifact), Int(lane.pool)])
      let domain = instance.domain(ofSite: instance.site(ofLane: element.lane))
      isInDomain.insert([instance.model(ofLane: element.lane), domain])
    }
    for element in layout.loaded {
      values[element.column] = isLoaded.contains([element.artifact, element.pool]) ? 1 : 0
    }
    for element in layout.inDomain {
      values[element.column] = isInDomain.contains([element.model, element.domain]) ? 1 : 0
    }
    for element in layout.live {
      values[element.column] = isLive.contains([element.model, element.version]) ? 1 : 0
    }
  }

  private func setFailureRoutes(
    _ stretches: [PlacementLayout.CaseStretch], _ routes: [PlacementSolution.Route],
    _ values: inout [Int64]
  ) {
    var columnOf: [[Int]: Int] = [:]
    for stretch in stretches {
      for (position, arc) in stretch.arcs.enumerated() {
        columnOf[[stretch.lane, Int(instance.arcDemand[arc])]] = stretch.start + position
      }
    }
    for route in routes {
      if let column = columnOf[[route.lane, route.demand]] { values[column] = route.parts }
    }
  }
}
