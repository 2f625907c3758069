import EmplaceCore

/// A random program of one pool block, small enough to enumerate, and its enumeration.
struct RandomPool {
  var program = IntegerProgram()
  var keptRow: Int?
  var generator: RandomGenerator

  init(seed: UInt64, exact: Bool) {
    generator = RandomGenerator(seed: seed)
    var gates: [(gate: Int, lanes: [(count: Int, columns: Range<Int>)])] = []
    for _ in 0..<generator.below(3) + 1 where points < 500 {
      let isGated = generator.below(2) == 0
      let gate = isGated ? program.addColumn(lower: 0, upper: 1, cost: draw(-3, 12)) : -1
      var lanes: [(Int, Range<Int>)] = []
      for position in 0..<generator.below(2) + 1 where position == 0 || points < 500 {
        let least: Int64 = !isGated && generator.below(4) == 0 ? 1 : 0
        let count = program.addColumn(
          lower: least, upper: least + draw(1, 2), cost: draw(-1, 5))
        let start = program.columnCount
        for _ in 0..<generator.below(3) where points < 2000 {
          program.addColumn(lower: 0, upper: draw(1, 2), cost: draw(-9, 1))
        }
        lanes.append((count, start..<program.columnCount))
      }
      gates.append((gate, lanes))
    }
    let plainStart = program.columnCount
    for _ in 0..<generator.below(2) { program.addColumn(lower: 0, upper: 2, cost: draw(-2, 6)) }
    addRows(gates, plain: plainStart..<program.columnCount, exact: exact)
  }

  /// Number of points between the bounds.
  var points: Int64 {
    (0..<program.columnCount).reduce(1) { $0 * (program.upper[$1] - program.lower[$1] + 1) }
  }

  private mutating func draw(_ low: Int64, _ high: Int64) -> Int64 {
    low + Int64(generator.below(Int(high - low + 1)))
  }

  private mutating func addRows(
    _ gates: [(gate: Int, lanes: [(count: Int, columns: Range<Int>)])], plain: Range<Int>,
    exact: Bool
  ) {
    var built: [Block.Gate] = []
    var lanes: [[Block.Lane]] = []
    for (_, members) in gates {
      var group: [Block.Lane] = []
      for (count, columns) in members {
        let rows = exact ? 1 : generator.below(2) + 1
        let first = program.rowCount
        for _ in 0..<rows {
          program.addRow(.atMost, exact ? 0 : draw(0, 1))
          program.addEntry(column: count, coefficient: -draw(1, 9))
          for column in columns { program.addEntry(column: column, coefficient: draw(0, 6)) }
        }
        let index = program.addCase(
          .init(columns: columns, rows: first..<program.rowCount, exact: exact))
        group.append(.init(count: count, cases: index..<index + 1))
      }
      lanes.append(group)
    }
    for ((gate, members), group) in zip(gates, lanes) {
      let first = program.rowCount
      if gate >= 0 {
        for (count, _) in members {
          program.addRow(.atMost, 0, entries: [(count, 1), (gate, -3)])
        }
      }
      let indices = group.map { program.addLane($0) }
      built.append(
        .init(
          column: gate, lanes: indices[0]..<indices[indices.count - 1] + 1,
          rows: first..<program.rowCount))
    }
    var keepable: [Int32] = []
    if generator.below(4) > 0 {
      let row = program.addRow(.atMost, draw(1, 9))
      for (_, members) in gates {
        for (count, _) in members { program.addEntry(column: count, coefficient: draw(0, 4)) }
      }
      for column in plain { program.addEntry(column: column, coefficient: draw(-4, 2)) }
      keptRow = row
      keepable = [Int32(row)]
    }
    let indices = built.map { program.addGate($0) }
    program.addBlock(
      upTo: program.columnCount,
      shape: .pool(
        .init(
          gates: indices[0]..<indices[indices.count - 1] + 1, plain: plain, keepable: keepable)))
  }

  /// Minimum of `cost . x` over all integer points that satisfy every row; nil when there is none.
  func enumerated(cost: [Int64], lower: [Int64]? = nil, upper: [Int64]? = nil) -> Int64? {
    let (lower, upper) = (lower ?? program.lower, upper ?? program.upper)
    var values = lower
    var best: Int64?
    while true {
      let holds = (0..<program.rowCount).allSatisfy {
        program.holds(row: $0, activity: program.activity(ofRow: $0, at: values))
      }
      if holds {
        let value = zip(cost, values).reduce(Int64(0)) { $0 + $1.0 * $1.1 }
        best = min(best ?? .max, value)
      }
      var column = 0
      while column < values.count, values[column] == upper[column] {
        values[column] = lower[column]
        column += 1
      }
      guard column < values.count else { return best }
      values[column] += 1
    }
  }
}
