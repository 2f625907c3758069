/// Values of a lane for each count of replicas, and what is needed to recover its routes.
struct LaneOptions {
  /// `value[k - least]` is the minimum with k replicas; ``BlockMinimiser/infinite`` where none.
  var value: [Int64] = []
  /// Candidates of one case: columns with a negative reduced cost and room.
  var candidates: [Int] = []
  /// The same in the row at hand: position in the case, profit, weight, room.
  var items: [KnapsackItem] = []
  /// Value of one case for each count.
  var caseValue: [Int64] = []
}

extension BlockMinimiser {
  /// Fills `options.value` for all counts of the lane between its bounds.
  mutating func evaluate(lane index: Int, reduced: [Int64]) {
    let lane = program.lanes[index]
    let count = Int(lane.count)
    let (least, most) = (lower[count], upper[count])
    options.value.removeAll(keepingCapacity: true)
    for k in least...most { options.value.append(reduced[count] &* k) }
    for caseIndex in lane.cases {
      addCase(program.cases[caseIndex], least: least, most: most, reduced: reduced)
    }
  }

  private mutating func addCase(
    _ element: Block.Case, least: Int64, most: Int64, reduced: [Int64]
  ) {
    let (base, free, hasLowerBounds) = collect(element, reduced)
    if free == 0, !hasLowerBounds { return }
    // Without rows every candidate is taken; each row then raises the value where it binds.
    options.caseValue.removeAll(keepingCapacity: true)
    for _ in least...most { options.caseValue.append(base &+ free) }
    for row in element.rows {
      let side = loadItems(of: element, row: row, reduced: reduced)
      raise(to: row, side: side, least: least, most: most, base: base, exact: element.exact)
    }
    for k in 0..<options.value.count {
      options.value[k] =
        options.caseValue[k] >= Self.infinite || options.value[k] >= Self.infinite
        ? Self.infinite : options.value[k] &+ options.caseValue[k]
    }
  }

  /// Lists the candidates of a case. Returns what its columns cost at their lower bounds, what the
  /// candidates add at their upper ones, and whether a lower bound is not zero.
  private mutating func collect(
    _ element: Block.Case, _ reduced: [Int64]
  ) -> (base: Int64, free: Int64, hasLowerBounds: Bool) {
    var (base, free): (Int64, Int64) = (0, 0)
    var hasLowerBounds = false
    options.candidates.removeAll(keepingCapacity: true)
    for column in element.columns {
      if lower[column] != 0 {
        base &+= reduced[column] &* lower[column]
        hasLowerBounds = true
      }
      guard reduced[column] < 0, upper[column] > lower[column] else { continue }
      free &+= reduced[column] &* (upper[column] &- lower[column])
      options.candidates.append(column)
    }
    return (base, free, hasLowerBounds)
  }

  /// Loads the candidates as items of a row. Returns the row's side, what lower bounds take already
  /// subtracted.
  private mutating func loadItems(
    of element: Block.Case, row: Int, reduced: [Int64]
  ) -> Int128 {
    let first = element.columns.lowerBound
    var side = Int128(program.rightHandSide[row])
    for column in element.columns where lower[column] != 0 {
      side -= Int128(weights[row: row, position: column - first]) * Int128(lower[column])
    }
    options.items.removeAll(keepingCapacity: true)
    for column in options.candidates {
      options.items.append(
        KnapsackItem(
          position: Int32(column - first), profit: -reduced[column],
          weight: weights[row: row, position: column - first],
          room: upper[column] - lower[column]))
    }
    return side
  }

  /// Raises the case's value at each count to what this row allows.
  private mutating func raise(
    to row: Int, side: Int128, least: Int64, most: Int64, base: Int64, exact: Bool
  ) {
    knapsack.sort(&options.items)
    var fill = ContinuousFill()
    for k in least...most {
      let capacity = side + Int128(weights.slope[row]) * Int128(k)
      let position = Int(k - least)
      guard capacity >= 0 else {
        options.caseValue[position] = Self.infinite
        continue
      }
      let profit =
        exact
        ? knapsack.maximum(options.items, capacity: capacity)
        : fill.profit(of: options.items, capacity: capacity)
      options.caseValue[position] = max(options.caseValue[position], base &- profit)
    }
  }

  /// Writes routes that reach the lane's value with `replicas` replicas.
  mutating func record(
    lane index: Int, replicas: Int64, reduced: [Int64],
    into values: UnsafeMutableBufferPointer<Int64>
  ) {
    let lane = program.lanes[index]
    let count = Int(lane.count)
    values[count] = replicas &* Self.unit
    for caseIndex in lane.cases {
      let element = program.cases[caseIndex]
      _ = collect(element, reduced)
      for column in element.columns { values[column] = lower[column] &* Self.unit }
      guard let row = bindingRow(of: element, replicas: replicas, reduced: reduced) else {
        for column in options.candidates { values[column] = upper[column] &* Self.unit }
        continue
      }
      let side = loadItems(of: element, row: row, reduced: reduced)
      knapsack.sort(&options.items)
      let first = element.columns.lowerBound
      knapsack.solution(
        options.items, capacity: side + Int128(weights.slope[row]) * Int128(replicas),
        exact: element.exact
      ) { position, taken in values[first + Int(position)] &+= taken }
    }
  }

  /// The row of a case that allows least profit with so many replicas: it decides the routes.
  private mutating func bindingRow(
    of element: Block.Case, replicas: Int64, reduced: [Int64]
  ) -> Int? {
    if element.rows.count < 2 { return element.rows.first }
    var worst: (row: Int, profit: Int64)?
    for row in element.rows {
      let side = loadItems(of: element, row: row, reduced: reduced)
      knapsack.sort(&options.items)
      var fill = ContinuousFill()
      let profit = fill.profit(
        of: options.items, capacity: side + Int128(weights.slope[row]) * Int128(replicas))
      if worst.map({ profit < $0.profit }) ?? true { worst = (row, profit) }
    }
    return worst?.row
  }
}
