extension IntegerProgram {
  /// What is wrong with the blocks' description, or nil: that they partition the columns, and that
  /// the rows which a block's minimum enforces have the form that the minimiser reads.
  ///
  /// A certificate is worth as much as this check, because the minimum of a block is a bound only
  /// if the rows that it enforces are really rows of the program.
  public var structuralFlaw: String? {
    var next = 0
    for (index, block) in blocks.enumerated() {
      guard block.columns.lowerBound == next, block.multiplicity > 0 else {
        return "block \(index) does not begin where the previous one ends"
      }
      next = block.columns.upperBound
      if case .pool(let pool) = block.shape, let flaw = flaw(of: pool, in: block) {
        return "block \(index): \(flaw)"
      }
    }
    return next == columnCount ? nil : "the blocks hold \(next) of \(columnCount) columns"
  }

  private func flaw(of pool: Block.Pool, in block: Block) -> String? {
    var isPart = [UInt8](repeating: 0, count: block.columns.count)
    func take(_ column: Int, _ mark: UInt8) -> Bool {
      guard block.columns.contains(column), isPart[column - block.columns.lowerBound] == 0 else {
        return false
      }
      isPart[column - block.columns.lowerBound] = mark
      return true
    }
    for column in pool.plain where !take(column, 1) { return "plain column \(column)" }
    for gate in gates[pool.gates] {
      let column = Int(gate.column)
      if column >= 0 {
        guard take(column, 2), lower[column] >= 0, upper[column] <= 1 else {
          return "gate \(column)"
        }
        guard gate.rows.count == gate.lanes.count else { return "rows of gate \(column)" }
      }
      for (position, index) in gate.lanes.enumerated() {
        let lane = lanes[index]
        guard take(Int(lane.count), column >= 0 ? 3 : 1) else { return "count of lane \(index)" }
        if column >= 0, !isLink(row: gate.rows.lowerBound + position, Int(lane.count), column) {
          return "gate row of lane \(index)"
        }
        for element in cases[lane.cases] {
          for column in element.columns where !take(column, 4) { return "route column \(column)" }
          for row in element.rows where !isLoad(row: row, element, Int(lane.count)) {
            return "load row \(row)"
          }
          if element.exact, element.rows.count != 1 { return "rows of an exact case" }
        }
      }
    }
    guard !isPart.contains(0) else { return "a column without a part" }
    for row in pool.keepable where !isKeepable(row: Int(row), block, isPart) {
      return "keepable row \(row)"
    }
    return nil
  }

  /// `count <= b gate` with positive coefficients and a right-hand side of zero.
  private func isLink(row: Int, _ count: Int, _ gate: Int) -> Bool {
    guard row < rowCount, relation[row] == .atMost, rightHandSide[row] == 0,
      entries(ofRow: row).count == 2
    else { return false }
    return entries(ofRow: row).allSatisfy { entry in
      let column = Int(entryColumn[entry])
      return column == count && entryCoefficient[entry] > 0
        || column == gate && entryCoefficient[entry] < 0
    }
  }

  /// `sum l x - capacity count <= side` over the case's columns and the count, each at most once.
  private func isLoad(row: Int, _ element: Block.Case, _ count: Int) -> Bool {
    guard row < rowCount, relation[row] == .atMost else { return false }
    var previous = -1
    var seesCount = false
    for entry in entries(ofRow: row) {
      let column = Int(entryColumn[entry])
      if column == count {
        guard !seesCount, entryCoefficient[entry] <= 0 else { return false }
        seesCount = true
      } else {
        guard element.columns.contains(column), entryCoefficient[entry] > 0, column > previous
        else { return false }
        previous = column
      }
    }
    return true
  }

  /// Over plain columns and counts alone, each at most once; a gated count weighs at least 0, and
  /// the row bounds from above there.
  private func isKeepable(row: Int, _ block: Block, _ isPart: [UInt8]) -> Bool {
    guard row >= 0, row < rowCount, relation[row] != .equal else { return false }
    var seen: Set<Int32> = []
    for entry in entries(ofRow: row) {
      let column = Int(entryColumn[entry])
      guard block.columns.contains(column), seen.insert(entryColumn[entry]).inserted else {
        return false
      }
      let part = isPart[column - block.columns.lowerBound]
      let isHeavier = relation[row] == .atMost ? entryCoefficient[entry] >= 0 : false
      guard part == 1 || part == 3 && isHeavier else { return false }
    }
    return true
  }
}
