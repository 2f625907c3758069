/// Coefficients of the rows of a program's cases by column, so that those of a few columns are found
/// without reading a row.
struct CaseWeights {
  /// Where the weights of a row begin in `weight`; by row.
  private var start: [Int]
  /// Weights of all columns of a row's case, one row after the other.
  private var weight: [Int64] = []
  /// What a replica adds to the side of each row.
  private(set) var slope: [Int64]

  init(_ program: IntegerProgram) {
    start = Array(repeating: 0, count: program.rowCount)
    slope = Array(repeating: 0, count: program.rowCount)
    for lane in program.lanes {
      for element in program.cases[lane.cases] {
        for row in element.rows { add(row, of: element, count: Int(lane.count), program) }
      }
    }
  }

  private mutating func add(
    _ row: Int, of element: Block.Case, count: Int, _ program: IntegerProgram
  ) {
    start[row] = weight.count
    weight.append(contentsOf: repeatElement(0, count: element.columns.count))
    for entry in program.entries(ofRow: row) {
      let column = Int(program.entryColumn[entry])
      if column == count {
        slope[row] = -program.entryCoefficient[entry]
      } else {
        weight[start[row] + column - element.columns.lowerBound] = program.entryCoefficient[entry]
      }
    }
  }

  /// Weight in a row of the column at a position of the row's case.
  @inline(__always)
  subscript(row row: Int, position position: Int) -> Int64 { weight[start[row] &+ position] }
}
