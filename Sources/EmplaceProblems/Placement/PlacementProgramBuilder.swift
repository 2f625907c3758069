import EmplaceCore

/// Builds the program of ``PlacementFormulation``: columns by block first, then rows by constraint.
struct PlacementProgramBuilder {
  typealias Kind = PlacementLayout.Kind

  let instance: PlacementInstance
  var program = IntegerProgram()
  var layout = PlacementLayout()
  /// Whether an artifact needs a column of its own: something depends on where it lies.
  var matters: [Bool] = []
  /// Lane descriptions awaiting their rows.
  var laneParts: [LanePart] = []
  /// Gates awaiting their rows: column and lanes.
  var gateParts: [(column: Int, lanes: Range<Int>)] = []
  /// Rows that close the lanes of each gate.
  var gateRows: [Range<Int>] = []
  /// Blocks awaiting their rows.
  var poolParts: [PoolPart] = []

  struct LanePart {
    /// Columns, the arcs they stand for (nil: all of the lane), load rows, exactness; normal
    /// operation first.
    var cases: [(columns: Range<Int>, arcs: [Int]?, rows: Range<Int>, exact: Bool)]
  }

  struct PoolPart {
    var end: Int
    var gates: Range<Int>
    var plain: Range<Int>
    var pools: Range<Int>
    var keepable: [Int32] = []
  }

  init(instance: PlacementInstance) { self.instance = instance }

  mutating func build(links: PlacementFormulation.Links) {
    program.objectiveUnit = instance.objectiveUnit
    program.constant = instance.constant
    matters = artifactsThatMatter()
    prepare()
    addPoolColumns()
    let boxStart = program.columnCount
    addSharedColumns()
    addCoverRows()
    addLoadRows()
    addGateRows()
    addPoolRows()
    addSiteRows()
    addModelRows()
    addFailureRows()
    addPinRows()
    if links == .disaggregated { addLinkRows() }
    addBlocks(boxStart: boxStart)
  }

  func finished() -> (IntegerProgram, PlacementLayout) {
    var result = program
    let names = PlacementNames(instance: instance, columns: layout.columns, rows: layout.rows)
    result.columnName = { names.column($0) }
    result.rowName = { names.row($0) }
    return (result, layout)
  }

  // MARK: Helpers

  mutating func column(
    _ kind: Kind, _ first: Int, _ second: Int = 0, upper: Int64, lower: Int64 = 0, cost: Int64,
    divisible: Bool = false
  ) -> Int {
    layout.columns.append(
      .init(kind: kind, first: Int32(first), second: Int32(second)))
    return program.addColumn(lower: lower, upper: upper, cost: cost, divisible: divisible)
  }

  @discardableResult
  mutating func row(
    _ kind: Kind, _ first: Int, and second: Int = 0, _ relation: IntegerProgram.Relation,
    _ side: Int64, unit: Int64 = 1
  ) -> Int {
    layout.rows.append(.init(kind: kind, first: Int32(first), second: Int32(second)))
    return program.addRow(relation, side, unit: unit)
  }

  mutating func entry(_ column: Int, _ coefficient: Int64) {
    if column >= 0 { program.addEntry(column: column, coefficient: coefficient) }
  }

  /// Unit in which a row of loads reads well in doubles.
  var loadUnit: Int64 { instance.lanes.contains { $0.capacity >= 1_000_000 } ? 1_000_000_000 : 1 }

  private func artifactsThatMatter() -> [Bool] {
    let isPaired = modelsWithAffinity()
    return instance.artifacts.map { artifact in
      let site = instance.sites[Int(artifact.site)]
      let model = instance.variants[Int(artifact.variant)].model
      return artifact.addCost != 0 || artifact.removeCost != 0 || instance.moveBudget != nil
        || site.storageMiB != nil || (site.uplinkMiB != nil && artifact.transferMiB > 0)
        || site.openingCost != 0 || isPaired[Int(model)]
        || instance.models[Int(model)].liveVersions != nil
    }
  }

  private func modelsWithAffinity() -> [Bool] {
    var isPaired = [Bool](repeating: false, count: instance.models.count)
    for (index, model) in instance.models.enumerated() {
      for other in model.affinity + model.antiAffinity {
        isPaired[index] = true
        isPaired[Int(other)] = true
      }
    }
    return isPaired
  }

  private mutating func prepare() {
    layout.replicas = Array(repeating: -1, count: instance.lanes.count)
    layout.routes = Array(repeating: -1, count: instance.lanes.count)
    layout.present = Array(repeating: -1, count: instance.artifacts.count)
    layout.rented = Array(repeating: -1, count: instance.pools.count)
    layout.unserved = Array(repeating: -1, count: instance.demands.count)
    layout.open = Array(repeating: -1, count: instance.sites.count)
    layout.cases = Array(repeating: [], count: instance.failureCases.count)
    laneParts = Array(repeating: LanePart(cases: []), count: instance.lanes.count)
  }
}

// MARK: - Columns

extension PlacementProgramBuilder {
  /// Whether all pools form one block, around the row that open lanes hold all demand: no gates, no
  /// rented nodes, one hour, everything must be served, and something is to be opened.
  var isFacilityLocation: Bool {
    instance.hours == 1 && instance.failureCases.isEmpty && instance.artifacts.isEmpty
      && instance.demands.allSatisfy { $0.unservedCost == nil }
      && instance.pools.allSatisfy { $0.rentable == 0 }
      && instance.lanes.contains { $0.least < $0.most } && instance.pools.count <= 4096
  }

  mutating func addPoolColumns() {
    let caseDemands = instance.failureCases.map { demandsOf($0) }
    let poolOfArtifact = poolsOfArtifacts()
    var lane = 0
    var firstGate = 0
    for pool in instance.pools.indices {
      while lane < instance.lanes.count, Int(instance.lanes[lane].pool) == pool {
        let artifact = instance.lanes[lane].artifact
        var end = lane + 1
        while end < instance.lanes.count, Int(instance.lanes[end].pool) == pool,
          instance.lanes[end].artifact == artifact
        { end += 1 }
        addGroup(
          lane..<end, artifact: Int(artifact), pool: pool, pools: poolOfArtifact, caseDemands)
        lane = end
      }
      let plainStart = program.columnCount
      addPlainColumns(pool)
      if !isFacilityLocation || pool == instance.pools.count - 1 {
        poolParts.append(
          PoolPart(
            end: program.columnCount, gates: firstGate..<gateParts.count,
            plain: plainStart..<program.columnCount,
            pools: isFacilityLocation ? 0..<instance.pools.count : pool..<pool + 1))
        firstGate = gateParts.count
      }
    }
  }

  private func demandsOf(_ failure: PlacementInstance.FailureCase) -> [Bool] {
    var isPart = [Bool](repeating: false, count: instance.demands.count)
    for floor in failure.floors { for demand in floor.demands { isPart[Int(demand)] = true } }
    return isPart
  }

  private func poolsOfArtifacts() -> [Int] {
    var count = [Int](repeating: 0, count: instance.artifacts.count)
    var last = [Int32](repeating: -1, count: instance.artifacts.count)
    for lane in instance.lanes where lane.artifact >= 0 {
      if last[Int(lane.artifact)] != lane.pool {
        last[Int(lane.artifact)] = lane.pool
        count[Int(lane.artifact)] += 1
      }
    }
    return count
  }

  /// The lanes of one artifact in one pool: its gate, then counts and routes.
  private mutating func addGroup(
    _ lanes: Range<Int>, artifact: Int, pool: Int, pools: [Int], _ caseDemands: [[Bool]]
  ) {
    var gate = -1
    if artifact >= 0, matters[artifact] {
      if pools[artifact] == 1 {
        gate = addPresence(artifact)
      } else {
        gate = column(.loaded, artifact, pool, upper: 1, cost: 0)
        layout.loaded.append((artifact, pool, gate))
      }
    }
    for lane in lanes {
      let element = instance.lanes[lane]
      layout.replicas[lane] = column(
        .replicas, lane, upper: element.most, lower: element.least, cost: element.cost)
      layout.routes[lane] = program.columnCount
      for arc in instance.arcs(ofLane: lane) {
        _ = column(
          .route, Int(instance.arcDemand[arc]), lane, upper: instance.limit(ofArc: arc),
          cost: instance.arcCost[arc],
          divisible: instance.demands[Int(instance.arcDemand[arc])].parts > 1)
      }
      laneParts[lane].cases.append(
        (layout.routes[lane]..<program.columnCount, nil, 0..<0, isExact(lane)))
      addCaseColumns(lane, caseDemands)
    }
    gateParts.append((gate, lanes))
  }

  mutating func addPresence(_ artifact: Int) -> Int {
    let element = instance.artifacts[artifact]
    let result = column(
      .present, artifact, upper: 1, cost: element.addCost - element.removeCost)
    layout.present[artifact] = result
    return result
  }

  /// Whether the lane's knapsack is small enough for an exact dynamic programme.
  private func isExact(_ lane: Int) -> Bool {
    guard instance.hours == 1 else { return false }
    let element = instance.lanes[lane]
    let isSmall =
      element.capacity <= 1 << 20 && element.capacity * max(element.most, 1) <= 1 << 20
    return isSmall
      && instance.arcs(ofLane: lane).allSatisfy {
        instance.demands[Int(instance.arcDemand[$0])].parts == 1
      }
  }

  private mutating func addCaseColumns(_ lane: Int, _ caseDemands: [[Bool]]) {
    for (failure, isPart) in caseDemands.enumerated()
    where instance.failureCases[failure].siteServes[instance.site(ofLane: lane)] {
      let arcs = instance.arcs(ofLane: lane).filter { isPart[Int(instance.arcDemand[$0])] }
      guard !arcs.isEmpty else { continue }
      let start = program.columnCount
      for arc in arcs {
        layout.columns.append(
          .init(
            kind: .caseRoute, first: Int32(failure), second: Int32(truncatingIfNeeded: arc)))
        program.addColumn(
          lower: 0, upper: instance.limit(ofArc: arc), cost: 0,
          divisible: instance.demands[Int(instance.arcDemand[arc])].parts > 1)
      }
      layout.cases[failure].append(.init(lane: lane, start: start, arcs: arcs))
      laneParts[lane].cases.append((start..<program.columnCount, arcs, 0..<0, false))
    }
  }

  /// Rented nodes and units set apart.
  private mutating func addPlainColumns(_ pool: Int) {
    let element = instance.pools[pool]
    if element.rentable > 0 {
      layout.rented[pool] = column(.rented, pool, upper: element.rentable, cost: element.rentCost)
    }
    let nodes = element.owned + element.rentable
    for (tenant, owner) in instance.tenants.enumerated() where owner.isolation != .none {
      let units = owner.isolation == .node ? nodes : nodes * element.devices
      guard units > 0 else { continue }
      layout.apart.append((tenant, pool, column(.apart, tenant, pool, upper: units, cost: 0)))
    }
  }

  /// Columns that belong to no pool.
  mutating func addSharedColumns() {
    for (demand, element) in instance.demands.enumerated() {
      guard let cost = element.unservedCost else { continue }
      layout.unserved[demand] = column(
        .unserved, demand, upper: element.parts, cost: cost, divisible: element.parts > 1)
    }
    var removal: Int64 = 0
    for (artifact, element) in instance.artifacts.enumerated() {
      removal += element.removeCost
      if matters[artifact], layout.present[artifact] < 0 { _ = addPresence(artifact) }
    }
    if removal != 0 { layout.fixed = column(.fixed, 0, upper: 1, lower: 1, cost: removal) }
    for (site, element) in instance.sites.enumerated() where element.openingCost != 0 {
      layout.open[site] = column(.open, site, upper: 1, cost: element.openingCost)
    }
    for (model, element) in instance.models.enumerated() {
      if element.leastDomains > 0 {
        for domain in domains(ofModel: model) {
          layout.inDomain.append(
            (model, domain, column(.inDomain, model, domain, upper: 1, cost: 0)))
        }
      }
      if element.liveVersions != nil {
        for version in 0..<Int(element.versions) {
          layout.live.append((model, version, column(.live, model, version, upper: 1, cost: 0)))
        }
      }
    }
  }

  func domains(ofModel model: Int) -> [Int] {
    var result: Set<Int> = []
    for lane in instance.lanes.indices where instance.model(ofLane: lane) == model {
      result.insert(instance.domain(ofSite: instance.site(ofLane: lane)))
    }
    return result.sorted()
  }

  /// Gives the program its blocks once all rows are known.
  mutating func addBlocks(boxStart: Int) {
    for part in poolParts {
      let gates = part.gates.map { addGate($0) }
      let range = gates.isEmpty ? 0..<0 : gates[0]..<gates[gates.count - 1] + 1
      program.addBlock(
        upTo: part.end,
        shape: .pool(.init(gates: range, plain: part.plain, keepable: part.keepable)))
    }
    if program.columnCount > boxStart { program.addBlock(upTo: program.columnCount) }
  }

  private mutating func addGate(_ index: Int) -> Int {
    let (column, lanes) = gateParts[index]
    var indices: [Int] = []
    for lane in lanes {
      let cases = laneParts[lane].cases.map {
        program.addCase(.init(columns: $0.columns, rows: $0.rows, exact: $0.exact))
      }
      let range = cases.isEmpty ? 0..<0 : cases[0]..<cases[cases.count - 1] + 1
      indices.append(program.addLane(.init(count: layout.replicas[lane], cases: range)))
    }
    let range = indices.isEmpty ? 0..<0 : indices[0]..<indices[indices.count - 1] + 1
    return program.addGate(.init(column: column, lanes: range, rows: gateRows[index]))
  }
}
