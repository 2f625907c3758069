internal import EmplaceCore

// How the weights of a bundle's points and the columns of boxes move.

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
          activities[block * capacity + slot].forEach { position, activity in
            residual[matrix.blockRow[rows.lowerBound &+ position]] -= weight * activity
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

  /// The multiplier of a row that is nearest to `value` and has its sign.
  @inline(__always)
  private func legal(_ value: Double, _ row: Int) -> Double {
    let sign = sign[row]
    return sign > 0 ? max(value, 0) : sign < 0 ? min(value, 0) : value
  }

  @inline(__always)
  private func updateMultiplier(_ row: Int) {
    if isKept[row] { return }
    multipliers[row] = legal(centre[row] + scale * metric[row] * residual[row], row)
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
    let index = block * capacity + slot
    return cost[index] - activities[index].product(with: local.multiplier)
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

  /// Moves weight within a block, each time from its dearest point to its cheapest. A multiplier
  /// that its sign holds at zero is taken to move all the same: the steps are then too short.
  private func moveWeights(_ block: Int) -> Double {
    let count = pointCount[block]
    guard count > 1 else { return 0 }
    gather(block)
    for slot in 0..<count {
      local.slope[slot] = slope(block, slot)
      local.shift[slot] = 0
    }
    var gained = 0.0
    for _ in 0..<2 * count {
      let gain = moveWeight(block)
      gained += gain
      if gain <= 0.01 * gained { break }
    }
    guard gained > 0 else { return 0 }
    let rows = matrix.rows(ofBlock: block)
    for slot in 0..<count where local.shift[slot] != 0 {
      let shift = local.shift[slot]
      activities[block * capacity + slot].forEach { position, activity in
        local.residual[position] -= shift * activity
      }
    }
    for position in 0..<rows.count {
      local.multiplier[position] = legal(
        local.centre[position] + local.step[position] * local.residual[position],
        Int(matrix.blockRow[rows.lowerBound &+ position]))
    }
    scatter(block)
    return gained
  }

  private func moveWeight(_ block: Int) -> Double {
    let (first, count) = (block * capacity, pointCount[block])
    var (best, worst) = (-1, -1)
    var (low, high) = (Double.infinity, -Double.infinity)
    for slot in 0..<count where isActive[first + slot] {
      let value = local.slope[slot]
      if value < low { (low, best) = (value, slot) }
      if weight[first + slot] > 0, value > high { (high, worst) = (value, slot) }
    }
    guard best >= 0, worst >= 0, best != worst, high - low > 1e-12 * abs(low) else { return 0 }
    let (a, b) = ((first + best) * capacity, (first + worst) * capacity)
    let curvature =
      scale * (products[a + best] + products[b + worst] - 2 * products[a + worst])
    let most = weight[first + worst]
    let length = curvature > 0 ? min(most, (high - low) / curvature) : most
    weight[first + best] += length
    weight[first + worst] = length == most ? 0 : most - length
    local.shift[best] += length
    local.shift[worst] -= length
    for slot in 0..<count {
      local.slope[slot] += scale * length * (products[a + slot] - products[b + slot])
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
        let left = residual[row] - matrix.coefficient[entry] * step
        end -= legal(centre[row] + scale * metric[row] * left, row) * matrix.coefficient[entry]
      }
      if end * slope >= 0 || abs(end) <= abs(slope) { return step }
      step /= 2
    }
    return step
  }
}

// MARK: - Results

extension BundleModel {
  /// Multipliers that the model proposes, by row.
  func proposal() -> [Double] { multipliers.indices.map { multipliers[$0] } }

  /// An upper bound on the model less the price of leaving the centre, over all multipliers: the
  /// augmented Lagrangian at the averaged point.
  func regularisedMaximum() -> Double {
    var sum = -penalty()
    for row in residual.indices where !isKept[row] { sum += multipliers[row] * residual[row] }
    for block in program.blocks.indices {
      if isBox[block] {
        for column in program.blocks[block].columns where boxValue[column] != 0 {
          sum += Double(program.cost[column]) * boxValue[column]
        }
      } else {
        for index in block * capacity..<block * capacity + pointCount[block]
        where weight[index] > 0 { sum += weight[index] * cost[index] }
      }
    }
    return sum
  }

  /// The price of leaving the centre for the model's multipliers.
  private func penalty() -> Double {
    var sum = 0.0
    for row in residual.indices where !isKept[row] && metric[row] > 0 {
      let step = multipliers[row] - centre[row]
      if step != 0 { sum += step * step / (2 * scale * metric[row]) }
    }
    return sum
  }

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
