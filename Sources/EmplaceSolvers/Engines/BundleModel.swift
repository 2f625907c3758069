internal import EmplaceCore

/// The stabilised model of a dual function that a bundle method climbs on: for each block some of
/// its points with convex weights, and a quadratic price on leaving a centre.
///
/// Its primal side is an augmented Lagrangian over the averaged points, minimised by exact steps:
/// weight moves between two points of one block, and columns of boxes move one at a time; the
/// multipliers follow from the residuals, so that every step is felt by all blocks at once.
/// Sources: Lemaréchal, Nemirovskii, Nesterov 1995, doi:10.1007/BF01585555 (bundle methods);
/// Lacoste-Julien, Jaggi, Schmidt, Pletscher 2013, arXiv:1207.4747 (block-coordinate steps).
///
/// A class, because it owns its flat memory; whoever holds it is its only user.
final class BundleModel {
  /// The columns of a point that are not zero.
  struct Point: Equatable {
    var columns: [Int32] = []
    var values: [Double] = []
  }

  /// Multipliers at the averaged point, by row.
  let multipliers: FlatArray<Double>
  /// Step length: multiplies the metric.
  var scale = 1.0

  let program: IntegerProgram
  let matrix: RelaxedColumns
  private let arena = Arena()
  let metric: FlatArray<Double>
  /// How each row's multiplier moved when the centre last did.
  private let lastMove: FlatArray<Double>
  let sign: FlatArray<Int8>
  let isBox: FlatArray<Bool>
  let isKept: FlatArray<Bool>
  let centre: FlatArray<Double>
  /// Right-hand side minus activity of the averaged point, by row.
  let residual: FlatArray<Double>
  /// Values of the columns of boxes.
  let boxValue: FlatArray<Double>
  /// Points of block `b` stand at `b * capacity`.
  private(set) var points: [Point]
  let pointCount: FlatArray<Int>
  let cost: FlatArray<Double>
  let weight: FlatArray<Double>
  let lastUse: FlatArray<Int>
  /// Whether a point is within the bounds of the columns as they stand.
  let isActive: FlatArray<Bool>
  let capacity: Int
  private(set) var round = 0
  /// Row that each block keeps, or -1.
  private let keptRow: FlatArray<Int>
  /// Activities of the points, by position among the relaxed rows of their block.
  let activities: FlatArray<SparseRow>
  /// Products of a block's points under the metric, kept rows left out: `capacity` squared a block.
  let products: FlatArray<Double>
  // What one block needs while its weights move, by its own rows.
  let local: LocalRows

  init(dual: borrowing LagrangianDual, worth: [Double]) {
    let program = dual.program
    self.program = program
    let matrix = RelaxedColumns(dual, in: arena)
    self.matrix = matrix
    let isBox = program.blocks.map { if case .box = $0.shape { true } else { false } }
    self.isBox = arena.array(isBox)
    isKept = arena.array(false, count: program.rowCount)
    keptRow = arena.array(-1, count: program.blocks.count)
    metric = arena.array(Self.metric(dual, worth))
    lastMove = arena.array(0, count: program.rowCount)
    sign = arena.array(program.relation.map { $0 == .equal ? 0 : $0 == .atLeast ? 1 : -1 })
    centre = arena.array(0, count: program.rowCount)
    multipliers = arena.array(0, count: program.rowCount)
    residual = arena.array(0, count: program.rowCount)
    boxValue = arena.array(program.lower.map(Double.init))
    let widths = program.blocks.indices.map { isBox[$0] ? 0 : matrix.rows(ofBlock: $0).count }
    let wish = min(200, max(24, 1000 / max(program.blocks.count, 1)))
    let most = Self.memoryLimit / max(SparseRow.stride * widths.reduce(0, +), 1)
    capacity = min(wish, max(2, most))
    let count = capacity * program.blocks.count
    activities = arena.array(SparseRow(), count: count)
    points = Array(repeating: Point(), count: count)
    pointCount = arena.array(0, count: program.blocks.count)
    cost = arena.array(0, count: count)
    weight = arena.array(0, count: count)
    lastUse = arena.array(0, count: count)
    isActive = arena.array(false, count: count)
    products = arena.array(0, count: count * capacity)
    local = LocalRows(width: widths.max() ?? 0, points: capacity, in: arena)
  }

  deinit { for index in activities.indices { activities[index].free() } }

  /// Most bytes of activities, if none were zero.
  private static let memoryLimit = 1 << 30

  /// Squared step of each relaxed row: money per squared unit of the row.
  private static func metric(_ dual: borrowing LagrangianDual, _ worth: [Double]) -> [Double] {
    let program = dual.program
    var metric = [Double](repeating: 0, count: program.rowCount)
    for row in dual.relaxedRows {
      var size = abs(Double(program.rightHandSide[row]))
      for entry in program.entries(ofRow: row) {
        size = max(size, abs(Double(program.entryCoefficient[entry])))
      }
      metric[row] = max(worth[row], 1e-9) / max(size * size, 1)
    }
    return metric
  }
}

/// Arrays over the rows and the points of one block.
struct LocalRows {
  let multiplier: FlatArray<Double>
  let centre: FlatArray<Double>
  let step: FlatArray<Double>
  let residual: FlatArray<Double>
  let difference: FlatArray<Double>
  /// Cost of each point at the multipliers, and by how much its weight moves.
  let slope: FlatArray<Double>
  let shift: FlatArray<Double>

  init(width: Int, points: Int, in arena: Arena) {
    multiplier = arena.array(0, count: width)
    centre = arena.array(0, count: width)
    step = arena.array(0, count: width)
    residual = arena.array(0, count: width)
    difference = arena.array(0, count: width)
    slope = arena.array(0, count: points)
    shift = arena.array(0, count: points)
  }
}

// MARK: - Points

extension BundleModel {
  /// Moves the centre to the dual's multipliers and adapts the metric: rows whose multipliers go on
  /// in the same direction take longer steps, those that turn back shorter ones.
  ///
  /// Source of the rule: Riedmiller, Braun 1993, doi:10.1109/ICNN.1993.298623.
  func follow(_ dual: borrowing LagrangianDual) {
    for row in centre.indices {
      let move = Double(dual.multipliers[row]) / Double(dual.denominator) - centre[row]
      if move == 0 { continue }
      let product = move * lastMove[row]
      if product > 0 { metric[row] *= 1.6 } else if product < 0 { metric[row] *= 0.5 }
      lastMove[row] = move
    }
    moveCentre(to: dual)
    for block in program.blocks.indices { multiplyAll(of: block) }
  }

  /// Moves the centre to the dual's multipliers; weights stay.
  func moveCentre(to dual: borrowing LagrangianDual) {
    for row in centre.indices {
      centre[row] = Double(dual.multipliers[row]) / Double(dual.denominator)
    }
  }

  /// Begins anew at the dual's multipliers, kept rows and bounds. Points outside the bounds of the
  /// `restricted` columns, or beyond the row that their block keeps, rest until they are within.
  func restart(dual: borrowing LagrangianDual, restricted: Set<Int>) {
    keep(dual.kept)
    moveCentre(to: dual)
    var ofBlock = [[Int]](repeating: [], count: program.blocks.count)
    for column in restricted { ofBlock[matrix.block(ofColumn: column)].append(column) }
    for block in program.blocks.indices {
      if isBox[block] {
        for column in program.blocks[block].columns {
          let (lower, upper) = dual.bounds(ofColumn: column)
          boxValue[column] = min(max(boxValue[column], Double(lower)), Double(upper))
        }
        continue
      }
      let first = block * capacity
      for index in first..<first + pointCount[block] {
        weight[index] = 0
        isActive[index] = isWithin(points[index], dual, ofBlock[block])
      }
      restBeyond(dual.kept[block], block)
    }
  }

  private func keep(_ rows: [Int]) {
    for row in isKept.indices { isKept[row] = false }
    for row in rows where row >= 0 { isKept[row] = true }
    for block in rows.indices where rows[block] != keptRow[block] {
      keptRow[block] = rows[block]
      multiplyAll(of: block)
    }
  }

  /// All products of a block, after the metric or the row that it keeps has changed.
  private func multiplyAll(of block: Int) {
    for slot in 0..<pointCount[block] { multiply(slot, of: block, upTo: slot) }
  }

  /// The products of a point with itself and those at the slots up to `last`.
  private func multiply(_ slot: Int, of block: Int, upTo last: Int) {
    let rows = matrix.rows(ofBlock: block)
    let first = block * capacity
    let point = activities[first + slot]
    for position in 0..<rows.count { local.difference[position] = 0 }
    point.forEach { position, activity in
      let row = Int(matrix.blockRow[rows.lowerBound &+ position])
      if !isKept[row] { local.difference[position] = metric[row] * activity }
    }
    for other in 0...last {
      let product = activities[first + other].product(with: local.difference)
      products[(first + slot) * capacity + other] = product
      products[(first + other) * capacity + slot] = product
    }
  }

  private func isWithin(_ point: Point, _ dual: borrowing LagrangianDual, _ columns: [Int]) -> Bool
  {
    columns.allSatisfy { column in
      let (lower, upper) = dual.bounds(ofColumn: column)
      // Columns at zero are not listed.
      let position = point.columns.firstIndex(of: Int32(column))
      let value = position.map { point.values[$0] } ?? 0
      return value >= Double(lower) - 1e-9 && value <= Double(upper) + 1e-9
    }
  }

  /// Rests the points that violate the row that their block keeps: all its columns are the block's.
  private func restBeyond(_ row: Int, _ block: Int) {
    let rows = matrix.rows(ofBlock: block)
    guard row >= 0, let place = rows.firstIndex(where: { matrix.blockRow[$0] == Int32(row) })
    else { return }
    let multiplicity = Double(program.blocks[block].multiplicity)
    let side = Double(program.rightHandSide[row])
    let slack = 1e-9 * max(1, abs(side))
    for slot in 0..<pointCount[block] {
      let activity = activities[block * capacity + slot].value(at: place - rows.lowerBound)
      let over = activity / multiplicity - side
      let holds =
        switch program.relation[row] {
        case .atLeast: over >= -slack
        case .atMost: over <= slack
        case .equal: abs(over) <= slack
        }
      if !holds { isActive[block * capacity + slot] = false }
    }
  }

  /// Adds the minimisers of the last evaluation.
  func add(_ dual: borrowing LagrangianDual) {
    round += 1
    for block in program.blocks.indices where !isBox[block] { add(block, dual) }
  }

  private func add(_ block: Int, _ dual: borrowing LagrangianDual) {
    let multiplicity = Double(program.blocks[block].multiplicity)
    let width = matrix.rows(ofBlock: block).count
    var (point, total) = (Point(), 0.0)
    let sum = local.difference
    for position in 0..<width { sum[position] = 0 }
    for column in program.blocks[block].columns where dual.values[column] != 0 {
      let value = Double(dual.values[column]) / Double(BlockMinimiser.unit)
      point.columns.append(Int32(column))
      point.values.append(value)
      total += Double(program.cost[column]) * value * multiplicity
      for entry in matrix.entries(ofColumn: column) {
        sum[Int(matrix.position[entry])] += matrix.coefficient[entry] * value * multiplicity
      }
    }
    guard let slot = slot(for: point, block, width) else { return }
    let index = block * capacity + slot
    points[index] = point
    cost[index] = total
    weight[index] = 0
    lastUse[index] = round
    isActive[index] = true
    activities[index].assign(sum, count: width)
    multiply(slot, of: block, upTo: pointCount[block] - 1)
  }

  /// Where to put a point: nil when it is there already.
  private func slot(for point: Point, _ block: Int, _ width: Int) -> Int? {
    let first = block * capacity
    var victim: Int?
    for slot in 0..<pointCount[block] {
      if points[first + slot] == point {
        lastUse[first + slot] = round
        return nil
      }
      // The one unused for longest, or where all carry weight the lightest.
      let key = (weight[first + slot], lastUse[first + slot])
      if victim.map({ key < (weight[first + $0], lastUse[first + $0]) }) ?? true { victim = slot }
    }
    if pointCount[block] < capacity {
      pointCount[block] += 1
      return pointCount[block] - 1
    }
    return victim
  }
}
