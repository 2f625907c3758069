public import EmplaceCore

extension IntegerProgram {
  /// Checks everything on which a backend's own code would stumble: ordered bounds, columns in
  /// range, positive units, sizes that fit 32 bits. Coefficients that meet in one row and column
  /// are allowed, they add up.
  public func checkForBackend() throws(BackendError) {
    let most = 100_000_000
    guard columnCount <= most, rowCount <= most, entryCount <= 5 * most else {
      throw .unsupported(
        "\(columnCount) columns, \(rowCount) rows, \(entryCount) entries. Maybe decompose it")
    }
    guard rowStart.first == 0, rowStart.count == rowCount + 1 else {
      throw .invalid("entries before the first row. Maybe call addRow before addEntry")
    }
    guard objectiveUnit > 0 else {
      throw .invalid("objectiveUnit = \(objectiveUnit). Maybe use 1")
    }
    for column in 0..<columnCount where lower[column] > upper[column] {
      throw .invalid(
        "\(columnName(column)): range \(lower[column])...\(upper[column]) is empty. "
          + "Maybe the bounds are swapped")
    }
    for row in 0..<rowCount where rowUnit[row] <= 0 {
      throw .invalid("\(rowName(row)): unit \(rowUnit[row]). Maybe use 1")
    }
    try checkEntries()
  }

  private func checkEntries() throws(BackendError) {
    let limit = UInt32(columnCount)
    let bad = entryColumn.withUnsafeBufferPointer { columns in
      columns.firstIndex { UInt32(bitPattern: $0) >= limit }
    }
    guard let bad else { return }
    let row = (0..<rowCount).first { entries(ofRow: $0).contains(bad) } ?? 0
    throw .invalid(
      "\(rowName(row)): column \(entryColumn[bad]) of \(columnCount). "
        + "Maybe add the column first")
  }

  /// Values as integers when they are whole, within range and satisfy every row exactly; else nil.
  /// A value may be off a whole number by the `tolerance` of the backend that found it.
  public func exactSolution(from values: [Double], tolerance: Double = 1e-4) -> [Int64]? {
    guard values.count == columnCount else { return nil }
    var exact = [Int64](repeating: 0, count: columnCount)
    for column in 0..<columnCount {
      let nearest = values[column].rounded()
      guard abs(values[column] - nearest) <= tolerance else { return nil }
      // Doubles beyond 2^53 stand for many integers: the bounds are the likely ones.
      if nearest <= Double(lower[column]) {
        exact[column] = lower[column]
      } else if nearest >= Double(upper[column]) {
        exact[column] = upper[column]
      } else if let value = Int64(exactly: nearest) {
        exact[column] = value
      } else {
        return nil
      }
      guard abs(Double(exact[column]) - nearest) <= tolerance * max(1, abs(nearest)) else {
        return nil
      }
    }
    return satisfiesRows(exact) ? exact : nil
  }

  /// Whether `values`, one a column and within range, satisfy every row, exactly.
  func satisfiesRows(_ values: [Int64]) -> Bool {
    values.withUnsafeBufferPointer { values in
      entryColumn.withUnsafeBufferPointer { columns in
        entryCoefficient.withUnsafeBufferPointer { coefficients in
          (0..<rowCount).allSatisfy { row in
            var sum: Int128 = 0
            for entry in entries(ofRow: row) {
              // Two 64-bit factors always fit 128 bits; their sum may not.
              let term = Int128(coefficients[entry]) * Int128(values[Int(columns[entry])])
              let (next, overflow) = sum.addingReportingOverflow(term)
              if overflow { return false }
              sum = next
            }
            return holds(row: row, activity: sum)
          }
        }
      }
    }
  }

  /// Lower bound on the relaxation that the multipliers of all rows give, in doubles: the least
  /// value of the objective plus priced violations over the bounds of the columns. Multipliers
  /// that are not finite or have the wrong sign for their row count as zero.
  /// - Complexity: the number of entries.
  public func lagrangianBound(multipliers: [Double]) -> Double {
    guard multipliers.count == rowCount else { return -.infinity }
    var reduced = cost.map { Double($0) }
    var bound = 0.0
    for row in 0..<rowCount {
      let multiplier = relation[row].signCorrected(multipliers[row])
      guard multiplier != 0 else { continue }
      bound += multiplier * Double(rightHandSide[row])
      for entry in entries(ofRow: row) {
        reduced[Int(entryColumn[entry])] -= multiplier * Double(entryCoefficient[entry])
      }
    }
    for column in 0..<columnCount where reduced[column] != 0 {
      bound += reduced[column] * Double(reduced[column] > 0 ? lower[column] : upper[column])
    }
    return bound.isNaN ? -.infinity : bound
  }
}

extension IntegerProgram.Relation {
  /// The multiplier if it is finite and its sign suits the relation, else zero.
  func signCorrected(_ multiplier: Double) -> Double {
    guard multiplier.isFinite else { return 0 }
    switch self {
    case .atLeast: return max(0, multiplier)
    case .atMost: return min(0, multiplier)
    case .equal: return multiplier
    }
  }
}

extension IntegerProgram {
  /// Objective at `values`, exact; nothing overflows that 64-bit costs and values can hold.
  public func exactObjective(at values: [Int64]) -> Int128 {
    var sum: Int128 = 0
    for column in 0..<columnCount {
      sum = sum.saturatingAdd(Int128(cost[column]) * Int128(values[column]))
    }
    return sum
  }
}

extension Int128 {
  fileprivate func saturatingAdd(_ other: Int128) -> Int128 {
    let (sum, overflow) = addingReportingOverflow(other)
    return overflow ? (other > 0 ? .max : .min) : sum
  }
}

extension Cut {
  /// Checks that columns are in range and as many as coefficients.
  public func check(columnCount: Int) throws(BackendError) {
    guard columns.count == coefficients.count, columns.count <= 500_000_000 else {
      throw .invalid(
        "cut: \(columns.count) columns, \(coefficients.count) coefficients. "
          + "Maybe one of the arrays is cut short")
    }
    for column in columns where column < 0 || Int(column) >= columnCount {
      throw .invalid("cut: column \(column) of \(columnCount). Maybe count from 0")
    }
  }
}

extension MIPOptions {
  /// Checks that the options make sense for `program`.
  public func check(for program: IntegerProgram) throws(BackendError) {
    if let timeSeconds, !(timeSeconds >= 0) {
      throw .invalid("timeSeconds = \(timeSeconds). Maybe use nil for no limit")
    }
    guard gap >= 0, gap.isFinite else { throw .invalid("gap = \(gap). Maybe use 0") }
    if let treeNodes, treeNodes < 0 {
      throw .invalid("treeNodes = \(treeNodes). Maybe use nil for no limit")
    }
    guard let start else { return }
    guard !relaxed else {
      throw .unsupported("a start for a continuous relaxation. Maybe leave start out")
    }
    guard start.count == program.columnCount else {
      throw .invalid("start: \(start.count) values for \(program.columnCount) columns")
    }
    for column in start.indices
    where start[column] < program.lower[column] || start[column] > program.upper[column] {
      throw .invalid(
        "start: \(program.columnName(column)) = \(start[column]) outside "
          + "\(program.lower[column])...\(program.upper[column]). Maybe repair the start first")
    }
    guard program.satisfiesRows(start) else {
      throw .invalid("start: breaks a row. Maybe verify the start first")
    }
  }
}

extension LPOptions {
  /// Checks that the options make sense.
  public func check() throws(BackendError) {
    if let timeSeconds, !(timeSeconds >= 0) {
      throw .invalid("timeSeconds = \(timeSeconds). Maybe use nil for no limit")
    }
    if let iterations, iterations < 0 {
      throw .invalid("iterations = \(iterations). Maybe use nil for no limit")
    }
    if let objectiveLimit, objectiveLimit.isNaN {
      throw .invalid("objectiveLimit is not a number. Maybe use nil for no limit")
    }
  }
}
