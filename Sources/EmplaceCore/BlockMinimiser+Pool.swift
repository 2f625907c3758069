/// A choice that a pool makes: a lane's count or a plain column, each value with its weight in the
/// kept row.
struct PoolChoice {
  /// Lane index, or -1 for a plain column.
  var lane: Int
  /// Column that counts.
  var column: Int
  /// Options stand at this range of ``PoolTable/optionValue``, by increasing weight and strictly
  /// decreasing value; the last is the cheapest.
  var options: Range<Int>
  /// The option that is cheapest at the price of the kept row.
  var cheapest = -1
}

/// Lanes behind one gate, or plain columns, with their choices.
struct PoolGroup {
  /// Gate column, or -1.
  var gate: Int
  /// Reduced cost of the gate, 0 without one.
  var gateCost: Int64
  var choices: Range<Int>
  /// Sum of the choices' values while the gate is closed; infinite where it may not close.
  var closedValue: Int64
  /// Whether the gate may be open and every choice then has an option.
  var mayOpen: Bool
  /// What opening and closing lose against the priced minimum; infinite where impossible.
  var openLoss: Int64 = 0
  var closedLoss: Int64 = 0
}

/// Workspace of one pool's minimum.
struct PoolTable {
  var groups: [PoolGroup] = []
  var choices: [PoolChoice] = []
  /// Count of each option.
  var optionCount: [Int64] = []
  var optionValue: [Int64] = []
  var optionWeight: [Int] = []
  /// What each option loses against the cheapest of its choice at the price of the kept row.
  var optionLoss: [Int64] = []
  /// Most that decisions may lose together and still be part of a minimum.
  var slack: Int64 = 0
  /// Undominated states, by increasing weight and decreasing value.
  var states: [PoolState] = []
  /// Decisions of all states while they are recorded.
  var trail: [PoolStep] = []
  var shifted: [PoolState] = []
  var merged: [PoolState] = []
}

extension BlockMinimiser {
  mutating func poolMinimum(
    _ index: Int, _ block: Block, _ pool: Block.Pool, _ reduced: [Int64], _ row: Int?,
    _ values: UnsafeMutableBufferPointer<Int64>?
  ) throws(Failure) -> Int64? {
    if let row, !pool.keepable.contains(Int32(row)) {
      throw .notKeepable(block: index, row: row)
    }
    loadKept(row, block)
    loadGroups(block, pool, reduced)
    guard let capacity = reduceWeights(row, block) else { return nil }
    if table.groups.contains(where: { !$0.mayOpen && $0.closedValue >= Self.infinite }) {
      return nil
    }
    if fitsUnconstrained(capacity) {
      if let values { recordUnconstrained(reduced, into: values) }
      return table.groups.reduce(0) { $0 &+ min(table.openValue(of: $1), $1.closedValue) }
    }
    let minimum = try fillTable(capacity: capacity, block: index, recording: values != nil)
    guard minimum < Self.infinite / 2 else { return nil }
    if let values { recordTable(reduced, into: values) }
    return minimum
  }

  /// Coefficients of the kept row by column, as `sum a x <= side`.
  private mutating func loadKept(_ row: Int?, _ block: Block) {
    keptCoefficient.removeAll(keepingCapacity: true)
    guard let row else { return }
    keptCoefficient.append(contentsOf: repeatElement(0, count: block.columns.count))
    let sign: Int64 = program.relation[row] == .atLeast ? -1 : 1
    for entry in program.entries(ofRow: row) {
      keptCoefficient[Int(program.entryColumn[entry]) - block.columns.lowerBound] =
        sign * program.entryCoefficient[entry]
    }
  }

  private func keptWeight(_ column: Int, _ block: Block) -> Int64 {
    keptCoefficient.isEmpty ? 0 : keptCoefficient[column - block.columns.lowerBound]
  }

  /// Evaluates every lane and plain column into choices.
  private mutating func loadGroups(_ block: Block, _ pool: Block.Pool, _ reduced: [Int64]) {
    table.clear()
    for gateIndex in pool.gates {
      let gate = program.gates[gateIndex]
      let column = Int(gate.column)
      let start = table.choices.count
      var closedValue: Int64 = column < 0 || lower[column] > 0 ? Self.infinite : 0
      var mayOpen = column < 0 || upper[column] > 0
      for lane in gate.lanes {
        let count = Int(program.lanes[lane].count)
        evaluate(lane: lane, reduced: reduced)
        let mayBeZero = lower[count] <= 0 && upper[count] >= 0
        let zero = mayBeZero ? options.value[Int(-lower[count])] : Self.infinite
        closedValue = closedValue + zero < Self.infinite / 2 ? closedValue + zero : Self.infinite
        let hasOption = table.addChoice(
          lane: lane, column: count, from: lower[count], values: options.value,
          coefficient: keptWeight(count, block))
        mayOpen = mayOpen && hasOption
      }
      table.groups.append(
        PoolGroup(
          gate: column, gateCost: column < 0 ? 0 : reduced[column],
          choices: start..<table.choices.count, closedValue: closedValue, mayOpen: mayOpen))
    }
    guard !pool.plain.isEmpty else { return }
    let start = table.choices.count
    for column in pool.plain {
      _ = table.addChoice(
        lane: -1, column: column, from: lower[column],
        values: (lower[column]...upper[column]).map { reduced[column] &* $0 },
        coefficient: keptWeight(column, block))
    }
    table.groups.append(
      PoolGroup(
        gate: -1, gateCost: 0, choices: start..<table.choices.count, closedValue: Self.infinite,
        mayOpen: true))
  }

  /// Turns counts into weights above each choice's lightest count, divided by their common
  /// divisor; returns the capacity left for them, nil when even the lightest do not fit.
  private mutating func reduceWeights(_ row: Int?, _ block: Block) -> Int? {
    guard let row else { return 0 }
    var side = Int128(program.rightHandSide[row])
    if program.relation[row] == .atLeast { side = -side }
    var divisor: Int64 = 0
    for choice in table.choices {
      let coefficient = keptWeight(choice.column, block)
      let lightest = coefficient >= 0 ? lower[choice.column] : upper[choice.column]
      side -= Int128(coefficient) * Int128(lightest)
      divisor = greatestCommonDivisor(divisor, coefficient)
    }
    guard side >= 0 else { return nil }
    guard divisor > 0 else { return 0 }
    var heaviest: Int128 = 0
    for choice in table.choices where !choice.options.isEmpty {
      let coefficient = keptWeight(choice.column, block)
      let lightest = coefficient >= 0 ? lower[choice.column] : upper[choice.column]
      for option in choice.options {
        let steps = Int128(table.optionCount[option] - lightest) * Int128(coefficient / divisor)
        table.optionWeight[option] = Int(clamping: steps)
      }
      heaviest += Int128(table.optionWeight[choice.options.upperBound - 1])
    }
    return Int(clamping: min(side / Int128(divisor), heaviest))
  }

  /// Whether every group may take its cheapest options at once.
  private func fitsUnconstrained(_ capacity: Int) -> Bool {
    var weight = 0
    for group in table.groups where table.openValue(of: group) < group.closedValue {
      for choice in table.choices[group.choices] {
        let (sum, overflow) = weight.addingReportingOverflow(
          table.optionWeight[choice.options.upperBound - 1])
        if overflow || sum > capacity { return false }
        weight = sum
      }
    }
    return true
  }
}

extension PoolTable {
  mutating func clear() {
    groups.removeAll(keepingCapacity: true)
    choices.removeAll(keepingCapacity: true)
    optionCount.removeAll(keepingCapacity: true)
    optionValue.removeAll(keepingCapacity: true)
    optionWeight.removeAll(keepingCapacity: true)
  }

  /// Adds a choice, keeping only options that are cheaper than all lighter ones; says whether it
  /// has any.
  mutating func addChoice(
    lane: Int, column: Int, from least: Int64, values: [Int64], coefficient: Int64
  ) -> Bool {
    let start = optionValue.count
    var bestValue = BlockMinimiser.infinite
    for step in 0..<values.count {
      let position = coefficient >= 0 ? step : values.count - 1 - step
      guard values[position] < bestValue else { continue }
      bestValue = values[position]
      if coefficient == 0, optionValue.count > start {
        optionCount.removeLast()
        optionValue.removeLast()
        optionWeight.removeLast()
      }
      optionCount.append(least + Int64(position))
      optionValue.append(bestValue)
      optionWeight.append(0)
    }
    choices.append(PoolChoice(lane: lane, column: column, options: start..<optionValue.count))
    return start < optionValue.count
  }

  /// Value of a group whose gate is open when weight does not matter.
  func openValue(of group: PoolGroup) -> Int64 {
    guard group.mayOpen else { return BlockMinimiser.infinite }
    return choices[group.choices].reduce(group.gateCost) {
      $0 &+ optionValue[$1.options.upperBound - 1]
    }
  }
}
