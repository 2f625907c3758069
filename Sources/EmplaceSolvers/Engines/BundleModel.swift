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
  private struct Point: Equatable {
    var columns: [Int32] = []
    var values: [Double] = []
  }

  /// Multipliers that the model proposes, by row.
  let multipliers: FlatArray<Double>
  /// Step length: multiplies the metric.
  var scale = 1.0

  private let program: IntegerProgram
  private let matrix: RelaxedColumns
  private let arena = Arena()
  private let metric: FlatArray<Double>
  private let sign: FlatArray<Int8>
  private let isBox: FlatArray<Bool>
  private let isKept: FlatArray<Bool>
  private let centre: FlatArray<Double>
  /// Right-hand side minus activity of the averaged point, by row.
  private let residual: FlatArray<Double>
  /// Values of the columns of boxes.
  private let boxValue: FlatArray<Double>
  /// Points of block `b` stand at `b * capacity`.
  private var points: [Point]
  private let pointCount: FlatArray<Int>
  private let cost: FlatArray<Double>
  private let weight: FlatArray<Double>
  private let lastUse: FlatArray<Int>
  /// Whether a point is within the bounds of the columns as they stand.
  private let isActive: FlatArray<Bool>
  private let capacity: Int
  private var round = 0
  /// Activities: `capacity` stretches of the block's relaxed rows, for each block.
  private let activities: FlatArray<Double>
  private let activityStart: FlatArray<Int>
  // What one block needs while its weights move, by its own rows.
  private let local: LocalRows

  init(dual: borrowing LagrangianDual, worth: [Double]) {
    let program = dual.program
    self.program = program
    let matrix = RelaxedColumns(dual, in: arena)
    self.matrix = matrix
    let isBox = program.blocks.map { if case .box = $0.shape { true } else { false } }
    self.isBox = arena.array(isBox)
    isKept = arena.array(false, count: program.rowCount)
    metric = arena.array(Self.metric(dual, worth))
    sign = arena.array(program.relation.map { $0 == .equal ? 0 : $0 == .atLeast ? 1 : -1 })
    centre = arena.array(0, count: program.rowCount)
    multipliers = arena.array(0, count: program.rowCount)
    residual = arena.array(0, count: program.rowCount)
    boxValue = arena.array(program.lower.map(Double.init))
    let widths = program.blocks.indices.map { isBox[$0] ? 0 : matrix.rows(ofBlock: $0).count }
    let wish = min(200, max(24, 1000 / max(program.blocks.count, 1)))
    capacity = min(wish, max(2, Self.memoryLimit / max(widths.reduce(0, +), 1)))
    var start = [0]
    for width in widths { start.append(start[start.count - 1] + capacity * width) }
    activityStart = arena.array(start)
    activities = arena.array(0, count: start[start.count - 1])
    let count = capacity * program.blocks.count
    points = Array(repeating: Point(), count: count)
    pointCount = arena.array(0, count: program.blocks.count)
    cost = arena.array(0, count: count)
    weight = arena.array(0, count: count)
    lastUse = arena.array(0, count: count)
    isActive = arena.array(false, count: count)
    local = LocalRows(width: widths.max() ?? 0, in: arena)
  }

  /// Most activities held: 1 GiB.
  private static let memoryLimit = 1 << 27

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

/// Arrays over the rows of one block.
private struct LocalRows {
  let multiplier: FlatArray<Double>
  let centre: FlatArray<Double>
  let step: FlatArray<Double>
  let residual: FlatArray<Double>
  let difference: FlatArray<Double>

  init(width: Int, in arena: Arena) {
    multiplier = arena.array(0, count: width)
    centre = arena.array(0, count: width)
    step = arena.array(0, count: width)
    residual = arena.array(0, count: width)
    difference = arena.array(0, count: width)
  }
}

// MARK: - Points

extension BundleModel {
  /// Moves the centre to the dual's multipliers; weights stay.
  func moveCentre(to dual: borrowing LagrangianDual) {
    for row in centre.indices {
      centre[row] = Double(dual.multipliers[row]) / Double(dual.denominator)
    }
  }

  /// Begins anew at the dual's multipliers, kept rows and bounds. Points outside the bounds of the
  /// `restricted` columns rest until they are within them again.
  func restart(dual: borrowing LagrangianDual, restricted: Set<Int>) {
    for row in isKept.indices { isKept[row] = false }
    for row in dual.kept where row >= 0 { isKept[row] = true }
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
      for index in block * capacity..<block * capacity + pointCount[block] {
        weight[index] = 0
        isActive[index] = isWithin(points[index], dual, ofBlock[block])
      }
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
    let start = activityStart[block] + slot * width
    for position in 0..<width { activities[start + position] = sum[position] }
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

// MARK: - Steps

extension BundleModel {
  /// Makes weights convex again after points came or went, and computes residuals and multipliers.
  func settle() {
    for row in residual.indices {
      multipliers[row] = centre[row]
      residual[row] = Double(program.rightHandSide[row])
    }
    for block in program.blocks.indices {
      if isBox[block] {
        for column in program.blocks[block].columns where boxValue[column] != 0 {
          for entry in matrix.entries(ofColumn: column) {
            residual[Int(matrix.row[entry])] -= matrix.coefficient[entry] * boxValue[column]
          }
        }
      } else {
        normalise(block)
        let rows = matrix.rows(ofBlock: block)
        for slot in 0..<pointCount[block] {
          let weight = weight[block * capacity + slot]
          guard weight > 0 else { continue }
          let start = activityStart[block] + slot * rows.count
          for position in 0..<rows.count {
            residual[matrix.blockRow[rows.lowerBound + position]] -=
              weight * activities[start + position]
          }
        }
      }
    }
    for row in residual.indices { updateMultiplier(row) }
  }

  private func normalise(_ block: Int) {
    let range = block * capacity..<block * capacity + pointCount[block]
    var sum = 0.0
    for index in range {
      if !isActive[index] { weight[index] = 0 }
      sum += weight[index]
    }
    if sum > 1e-9 {
      for index in range { weight[index] /= sum }
      return
    }
    gather(block)
    var best: (index: Int, value: Double)?
    for index in range where isActive[index] {
      let value = slope(block, index - range.lowerBound)
      if best.map({ value < $0.value }) ?? true { best = (index, value) }
    }
    if let best { weight[best.index] = 1 }
  }

  @inline(__always)
  private func updateMultiplier(_ row: Int) {
    if isKept[row] { return }
    var value = centre[row] + scale * metric[row] * residual[row]
    if sign[row] > 0 { value = max(value, 0) } else if sign[row] < 0 { value = min(value, 0) }
    multipliers[row] = value
  }

  private func gather(_ block: Int) {
    let rows = matrix.rows(ofBlock: block)
    for position in 0..<rows.count {
      let row = Int(matrix.blockRow[rows.lowerBound &+ position])
      local.multiplier[position] = isKept[row] ? 0 : multipliers[row]
      local.centre[position] = isKept[row] ? 0 : centre[row]
      local.step[position] = isKept[row] ? 0 : scale * metric[row]
      local.residual[position] = residual[row]
    }
  }

  private func scatter(_ block: Int) {
    let rows = matrix.rows(ofBlock: block)
    for position in 0..<rows.count {
      let row = Int(matrix.blockRow[rows.lowerBound &+ position])
      residual[row] = local.residual[position]
      if !isKept[row] { multipliers[row] = local.multiplier[position] }
    }
  }

  /// Cost of a point at the block's gathered multipliers.
  @inline(__always)
  private func slope(_ block: Int, _ slot: Int) -> Double {
    let width = matrix.rows(ofBlock: block).count
    let start = activityStart[block] + slot * width
    var (even, odd) = (0.0, 0.0)
    var position = 0
    while position + 1 < width {
      even += local.multiplier[position] * activities[start &+ position]
      odd += local.multiplier[position &+ 1] * activities[start &+ position &+ 1]
      position &+= 2
    }
    if position < width { even += local.multiplier[position] * activities[start &+ position] }
    return cost[block * capacity + slot] - even - odd
  }

  /// Passes over all blocks until a pass gains less than `tolerance`, or `passes` are made; says
  /// which.
  func minimise(_ dual: borrowing LagrangianDual, passes: Int, tolerance: Double) -> Bool {
    defer { for index in weight.indices where weight[index] > 0 { lastUse[index] = round } }
    for _ in 0..<passes {
      var gained = 0.0
      for block in program.blocks.indices {
        gained += isBox[block] ? moveBox(block, dual) : moveWeights(block)
      }
      if gained < tolerance { return true }
    }
    return false
  }

  /// Moves weight within a block, each time from its dearest point to its cheapest.
  private func moveWeights(_ block: Int) -> Double {
    guard pointCount[block] > 1 else { return 0 }
    gather(block)
    var gained = 0.0
    for _ in 0..<6 {
      let gain = moveWeight(block)
      if gain <= 0 { break }
      gained += gain
    }
    if gained > 0 { scatter(block) }
    return gained
  }

  private func moveWeight(_ block: Int) -> Double {
    let first = block * capacity
    var (best, worst) = (-1, -1)
    var (low, high) = (Double.infinity, -Double.infinity)
    for slot in 0..<pointCount[block] where isActive[first + slot] {
      let value = slope(block, slot)
      if value < low { (low, best) = (value, slot) }
      if weight[first + slot] > 0, value > high { (high, worst) = (value, slot) }
    }
    guard best >= 0, worst >= 0, best != worst, high - low > 1e-12 * abs(low) else { return 0 }
    let rows = matrix.rows(ofBlock: block)
    let (a, b) = (
      activityStart[block] + best * rows.count, activityStart[block] + worst * rows.count
    )
    var curvature = 0.0
    for position in 0..<rows.count {
      let difference = activities[a &+ position] - activities[b &+ position]
      local.difference[position] = difference
      curvature += local.step[position] * difference * difference
    }
    let most = weight[first + worst]
    let length = curvature > 0 ? min(most, (high - low) / curvature) : most
    weight[first + best] += length
    weight[first + worst] = length == most ? 0 : most - length
    for position in 0..<rows.count where local.difference[position] != 0 {
      local.residual[position] -= length * local.difference[position]
      var value = local.centre[position] + local.step[position] * local.residual[position]
      let sign = sign[matrix.blockRow[rows.lowerBound &+ position]]
      if sign > 0 { value = max(value, 0) } else if sign < 0 { value = min(value, 0) }
      local.multiplier[position] = value
    }
    return length * (high - low) - 0.5 * length * length * curvature
  }

  /// Moves each column of a box to its minimum; returns about what it gained.
  private func moveBox(_ block: Int, _ dual: borrowing LagrangianDual) -> Double {
    var gained = 0.0
    for column in program.blocks[block].columns {
      let (lower, upper) = dual.bounds(ofColumn: column)
      guard lower < upper else { continue }
      let entries = matrix.entries(ofColumn: column)
      var slope = Double(program.cost[column])
      var curvature = 0.0
      for entry in entries {
        let row = Int(matrix.row[entry])
        if isKept[row] { continue }
        let coefficient = matrix.coefficient[entry]
        slope -= multipliers[row] * coefficient
        // A multiplier held at zero by its sign does not move at once.
        if sign[row] == 0 || multipliers[row] != 0 {
          curvature += scale * metric[row] * coefficient * coefficient
        }
      }
      guard slope != 0 else { continue }
      var value = slope < 0 ? Double(upper) : Double(lower)
      if curvature > 0 {
        value = min(max(boxValue[column] - slope / curvature, Double(lower)), Double(upper))
      }
      let step = damped(column, value - boxValue[column], slope)
      guard step != 0 else { continue }
      gained -= 0.5 * slope * step
      boxValue[column] += step
      for entry in entries {
        let row = Int(matrix.row[entry])
        residual[row] -= matrix.coefficient[entry] * step
        updateMultiplier(row)
      }
    }
    return gained
  }

  /// The step, halved until the slope at its end no longer points back harder than it began.
  private func damped(_ column: Int, _ step: Double, _ slope: Double) -> Double {
    var step = step
    for _ in 0..<20 where step != 0 {
      var end = Double(program.cost[column])
      for entry in matrix.entries(ofColumn: column) {
        let row = Int(matrix.row[entry])
        if isKept[row] { continue }
        var value =
          centre[row] + scale * metric[row] * (residual[row] - matrix.coefficient[entry] * step)
        if sign[row] > 0 { value = max(value, 0) } else if sign[row] < 0 { value = min(value, 0) }
        end -= value * matrix.coefficient[entry]
      }
      if end * slope >= 0 || abs(end) <= abs(slope) { return step }
      step /= 2
    }
    return step
  }
}

// MARK: - Results

extension BundleModel {
  /// Value of the model at its multipliers, without the price of leaving the centre.
  func value(_ dual: borrowing LagrangianDual) -> Double {
    var sum = 0.0
    for row in residual.indices where !isKept[row] {
      sum += multipliers[row] * Double(program.rightHandSide[row])
    }
    for block in program.blocks.indices {
      if isBox[block] {
        for column in program.blocks[block].columns {
          let (lower, upper) = dual.bounds(ofColumn: column)
          var slope = Double(program.cost[column])
          for entry in matrix.entries(ofColumn: column) where !isKept[Int(matrix.row[entry])] {
            slope -= multipliers[Int(matrix.row[entry])] * matrix.coefficient[entry]
          }
          sum += slope * Double(slope < 0 ? upper : lower)
        }
      } else {
        gather(block)
        var low = Double.infinity
        for slot in 0..<pointCount[block] where isActive[block * capacity + slot] {
          low = min(low, slope(block, slot))
        }
        sum += low
      }
    }
    return sum
  }

  /// The averaged point, by column.
  func average() -> [Double] {
    var result = (0..<program.columnCount).map { boxValue[$0] }
    for block in program.blocks.indices where !isBox[block] {
      for column in program.blocks[block].columns { result[column] = 0 }
      for index in block * capacity..<block * capacity + pointCount[block]
      where weight[index] > 0 {
        for (column, value) in zip(points[index].columns, points[index].values) {
          result[Int(column)] += weight[index] * value
        }
      }
    }
    return result
  }
}
