/// Values of a lane for each count of replicas, and what is needed to recover its routes.
struct LaneOptions {
  /// `value[k - least]` is the minimum with k replicas; ``BlockMinimiser/infinite`` where none.
  var value: [Int64] = []
  /// Candidates of one case: position in the case, profit, weight, room.
  var items: [KnapsackItem] = []
  /// Weight of each column of the case in the row at hand.
  var weight: [Int64] = []
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
      addCase(program.cases[caseIndex], count: count, least: least, most: most, reduced: reduced)
    }
  }

  private mutating func addCase(
    _ element: Block.Case, count: Int, least: Int64, most: Int64, reduced: [Int64]
  ) {
    var base: Int64 = 0
    var free: Int64 = 0
    var hasLowerBounds = false
    for column in element.columns {
      base &+= reduced[column] &* lower[column]
      if reduced[column] < 0 { free &+= reduced[column] &* (upper[column] &- lower[column]) }
      if lower[column] != 0 { hasLowerBounds = true }
    }
    if free == 0, !hasLowerBounds { return }
    // Without rows every candidate is taken; each row then raises the value where it binds.
    options.caseValue.removeAll(keepingCapacity: true)
    for _ in least...most { options.caseValue.append(base &+ free) }
    for row in element.rows {
      let side = loadItems(of: element, row: row, count: count, reduced: reduced)
      raise(
        to: row, side: side.side, slope: side.slope, least: least, most: most, base: base,
        exact: element.exact)
    }
    for k in 0..<options.value.count {
      options.value[k] =
        options.caseValue[k] >= Self.infinite || options.value[k] >= Self.infinite
        ? Self.infinite : options.value[k] &+ options.caseValue[k]
    }
  }

  /// Reads the candidates of a row: columns with a negative reduced cost and room. Returns the
  /// row's capacity as `side + slope * count`, what lower bounds take already subtracted.
  mutating func loadItems(
    of element: Block.Case, row: Int, count: Int, reduced: [Int64]
  ) -> (side: Int128, slope: Int64) {
    let first = element.columns.lowerBound
    options.weight.removeAll(keepingCapacity: true)
    for _ in element.columns { options.weight.append(0) }
    var slope: Int64 = 0
    for entry in program.entries(ofRow: row) {
      let column = Int(program.entryColumn[entry])
      if column == count {
        slope = -program.entryCoefficient[entry]
      } else {
        options.weight[column - first] = program.entryCoefficient[entry]
      }
    }
    var side = Int128(program.rightHandSide[row])
    options.items.removeAll(keepingCapacity: true)
    for column in element.columns {
      let weight = options.weight[column - first]
      if lower[column] != 0 { side -= Int128(weight) * Int128(lower[column]) }
      let room = upper[column] - lower[column]
      if reduced[column] < 0, room > 0 {
        options.items.append(
          KnapsackItem(
            position: Int32(column - first), profit: -reduced[column], weight: weight, room: room))
      }
    }
    return (side, slope)
  }

  /// Raises the case's value at each count to what this row allows.
  private mutating func raise(
    to row: Int, side: Int128, slope: Int64, least: Int64, most: Int64, base: Int64, exact: Bool
  ) {
    knapsack.sort(&options.items)
    for k in least...most {
      let capacity = side + Int128(slope) * Int128(k)
      let position = Int(k - least)
      guard capacity >= 0 else {
        options.caseValue[position] = Self.infinite
        continue
      }
      let profit =
        exact
        ? knapsack.maximum(options.items, capacity: capacity)
        : knapsack.fractionalMaximum(options.items, capacity: capacity)
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
      for column in element.columns { values[column] = lower[column] &* Self.unit }
      guard let row = bindingRow(of: element, count: count, replicas: replicas, reduced: reduced)
      else {
        for column in element.columns where reduced[column] < 0 {
          values[column] = upper[column] &* Self.unit
        }
        continue
      }
      let (side, slope) = loadItems(of: element, row: row, count: count, reduced: reduced)
      knapsack.sort(&options.items)
      let first = element.columns.lowerBound
      knapsack.solution(
        options.items, capacity: side + Int128(slope) * Int128(replicas), exact: element.exact
      ) { position, taken in values[first + Int(position)] &+= taken }
    }
  }

  /// The row of a case that allows least profit with so many replicas: it decides the routes.
  private mutating func bindingRow(
    of element: Block.Case, count: Int, replicas: Int64, reduced: [Int64]
  ) -> Int? {
    if element.rows.count < 2 { return element.rows.first }
    var worst: (row: Int, profit: Int64)?
    for row in element.rows {
      let (side, slope) = loadItems(of: element, row: row, count: count, reduced: reduced)
      knapsack.sort(&options.items)
      let profit = knapsack.fractionalMaximum(
        options.items, capacity: side + Int128(slope) * Int128(replicas))
      if worst.map({ profit < $0.profit }) ?? true { worst = (row, profit) }
    }
    return worst?.row
  }
}
