internal import EmplaceCore
internal import EmplaceProblems

/// Where the Lagrangian dual of a placement starts: multipliers, the worth of each row, and the
/// row that each pool keeps inside.
struct PlacementDual {
  let instance: PlacementInstance
  let program: IntegerProgram
  /// Money that flows through each row, in units of the objective: shapes the metric of an ascent.
  private(set) var worth: [Double]
  /// Starting multiplier of each row, in units of the objective per unit of the row.
  private(set) var start: [Double]
  /// The same where nothing is paid for rented nodes: a bound at once, for no replica gains at them,
  /// and a poor place to climb from, for all minima are empty there.
  private(set) var floor: [Double]

  init(formulation: PlacementFormulation) {
    instance = formulation.instance
    program = formulation.program
    worth = Array(repeating: 0, count: program.rowCount)
    start = Array(repeating: 0, count: program.rowCount)
    floor = start
    estimate()
  }

  /// Cover rows start at the cheapest way to serve a part: its arc plus its share of a replica, of
  /// the capacity of benchmarks, or of rented nodes. All other rows start at zero and are worth a
  /// share of what the fleet costs.
  private mutating func estimate() {
    let (cheapest, least) = cheapestParts()
    var total = 0.0
    // Rows P1 by demand come first, in order.
    for (demand, element) in instance.demands.enumerated() {
      let limit = element.unservedCost.map(Double.init) ?? .infinity
      start[demand] = Self.finite(min(cheapest[demand], limit))
      floor[demand] = Self.finite(min(least[demand], limit))
      worth[demand] = max(abs(start[demand]), 1) * Double(element.parts)
      total += worth[demand]
    }
    let share = total / Double(max(instance.demands.count, 1))
    for row in instance.demands.count..<program.rowCount { worth[row] = share }
  }

  private static func finite(_ value: Double) -> Double { value.isFinite ? value : 0 }

  /// Cost of serving a part of each demand where that is cheapest, with rented nodes and without: an
  /// arc, and in the mean over the hours the share of a replica.
  private func cheapestParts() -> (withNodes: [Double], without: [Double]) {
    var withNodes = [Double](repeating: .infinity, count: instance.demands.count)
    var without = withNodes
    for lane in instance.lanes.indices {
      let (cost, nodes) = replicaPrice(instance.lanes[lane])
      let capacity = Double(max(instance.lanes[lane].capacity, 1)) * Double(max(instance.hours, 1))
      for arc in instance.arcs(ofLane: lane) {
        var load = 0.0
        for hour in 0..<instance.hours { load += Double(instance.load(ofArc: arc, hour: hour)) }
        let demand = Int(instance.arcDemand[arc])
        let arcCost = Double(instance.arcCost[arc])
        withNodes[demand] = min(withNodes[demand], arcCost + (cost + nodes) * load / capacity)
        without[demand] = min(without[demand], arcCost + cost * load / capacity)
      }
    }
    return (withNodes, without)
  }

  /// What a replica costs, and its share of a rented node; in benchmarks without costs, a tenth of a
  /// unit for each unit of capacity.
  private func replicaPrice(_ lane: PlacementInstance.Lane) -> (cost: Double, nodes: Double) {
    let pool = instance.pools[Int(lane.pool)]
    var (cost, nodes) = (Double(lane.cost), 0.0)
    if pool.rentable > 0, pool.devices > 0 {
      nodes =
        Double(pool.rentCost) * Double(lane.devices * lane.milliShares)
        / Double(1000 * pool.devices)
    }
    if lane.artifact < 0, lane.least == lane.most { cost += 0.1 * Double(lane.capacity) }
    return (cost, nodes)
  }

  /// A dual at the starting multipliers; the only row that a block can keep is kept.
  func dual() -> LagrangianDual {
    var dual = LagrangianDual(program: program)
    dual.set(start)
    for (index, block) in program.blocks.enumerated() {
      if case .pool(let pool) = block.shape, pool.keepable.count == 1 {
        dual.keep(row: Int(pool.keepable[0]), inBlock: index)
      }
    }
    return dual
  }

  /// The dual at the multipliers of a certificate's root, with the rows kept that it keeps; nil where
  /// they are not of this program.
  func dual(at known: Certificate) -> LagrangianDual? {
    guard let root = known.nodes.first, known.denominator > 0 else { return nil }
    var multipliers = [Double](repeating: 0, count: program.rowCount)
    for (row, numerator) in zip(root.rows, root.changes) where row < program.rowCount {
      guard row >= 0 else { return nil }
      let isCoarse = known.coarseBits > 0 && Certificate.isCoarse(row: row, of: program)
      multipliers[row] =
        Double(numerator) / Double(known.denominator)
        * Double(sign: .plus, exponent: isCoarse ? known.coarseBits : 0, significand: 1)
    }
    var dual = LagrangianDual(program: program)
    for kept in known.kept where program.blocks.indices.contains(kept.block) {
      guard case .pool(let pool) = program.blocks[kept.block].shape,
        pool.keepable.contains(Int32(truncatingIfNeeded: kept.row))
      else { return nil }
      dual.keep(row: kept.row, inBlock: kept.block)
    }
    dual.set(multipliers)
    return dual
  }

  /// Keeps in each pool the row whose multiplier carries the most money.
  func keepDearestRows(in dual: inout LagrangianDual) {
    for (index, block) in program.blocks.enumerated() {
      guard case .pool(let pool) = block.shape else { continue }
      var best: (row: Int, money: Double)?
      for row in pool.keepable.map({ Int($0) }) {
        let money = abs(Double(dual.multipliers[row])) * Double(rowReach(row))
        if money > best?.money ?? 0 { best = (row, money) }
      }
      if let best { dual.keep(row: best.row, inBlock: index) }
    }
  }

  /// Size of a row: its side, or its largest coefficient where the side is zero.
  private func rowReach(_ row: Int) -> Int64 {
    if program.rightHandSide[row] != 0 { return abs(program.rightHandSide[row]) }
    return program.entries(ofRow: row).reduce(1) {
      max($0, abs(program.entryCoefficient[$1]))
    }
  }
}
