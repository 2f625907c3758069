public import EmplaceCore

/// A program where many columns stand still, without these and without the rows that hold anyway:
/// what a heuristic solves of it.
///
/// Ranges are narrowed by what the rows leave room for. Activities are in doubles, with a tolerance
/// that never narrows too much by more than rounding: no proof rests on it.
/// Source: Savelsbergh 1994, doi:10.1287/ijoc.6.4.445 (bounds from rows, redundant rows).
public struct ReducedProgram: Sendable {
  /// What is left: its last column is 1 and carries what the other columns cost.
  public private(set) var program = IntegerProgram()
  /// Column of the whole program of each column that is left.
  public private(set) var columns: [Int] = []
  /// Column of the reduced program of each column of the whole one, -1 where it stands still.
  public private(set) var place: [Int] = []
  /// Values of the whole program's columns that stand still; zero elsewhere.
  private var still: [Int64] = []

  /// Most times that all rows are asked.
  private static let mostRounds = 6
  private static let tolerance = 1e-6

  /// The program within `ranges`; nil where rows leave no room.
  public init?(_ whole: IntegerProgram, ranges: [Int: ClosedRange<Int64>]) {
    var box = Box(whole, ranges)
    for _ in 0..<Self.mostRounds {
      guard let narrowed = box.narrow(whole) else { return nil }
      if !narrowed { break }
    }
    addColumns(whole, box)
    for row in 0..<whole.rowCount where !box.isRedundant(row, whole) { add(row, of: whole) }
  }

  private mutating func addColumns(_ whole: IntegerProgram, _ box: Box) {
    place = Array(repeating: -1, count: whole.columnCount)
    still = Array(repeating: 0, count: whole.columnCount)
    var constant: Int64 = 0
    for column in 0..<whole.columnCount {
      let (lower, upper) = (box.lower[column], box.upper[column])
      if lower == upper {
        still[column] = lower
        constant &+= whole.cost[column] &* lower
      } else {
        place[column] = program.addColumn(
          lower: lower, upper: upper, cost: whole.cost[column],
          divisible: whole.divisible[column])
        columns.append(column)
      }
    }
    program.addColumn(lower: 1, upper: 1, cost: constant)
    program.addBlock(upTo: program.columnCount)
    program.objectiveUnit = whole.objectiveUnit
  }

  private mutating func add(_ row: Int, of whole: IntegerProgram) {
    var side = whole.rightHandSide[row]
    var entries: [(Int, Int64)] = []
    for entry in whole.entries(ofRow: row) {
      let column = Int(whole.entryColumn[entry])
      if place[column] < 0 {
        side &-= whole.entryCoefficient[entry] &* still[column]
      } else {
        entries.append((place[column], whole.entryCoefficient[entry]))
      }
    }
    program.addRow(whole.relation[row], side, unit: whole.rowUnit[row], entries: entries)
  }

  /// Values of all columns of the whole program.
  public func expanded(_ values: [Double]) -> [Double] {
    var result = still.map { Double($0) }
    for (index, column) in columns.enumerated() { result[column] = values[index] }
    return result
  }

  /// Ranges of all columns.
  private struct Box {
    var lower: [Int64]
    var upper: [Int64]

    init(_ whole: IntegerProgram, _ ranges: [Int: ClosedRange<Int64>]) {
      (lower, upper) = (whole.lower, whole.upper)
      for (column, range) in ranges {
        lower[column] = max(lower[column], range.lowerBound)
        upper[column] = min(upper[column], range.upperBound)
      }
    }

    /// Smallest and largest activity of a row, and the size of what it sums.
    func activity(_ row: Int, _ whole: IntegerProgram) -> (
      least: Double, most: Double, size: Double
    ) {
      var result = (least: 0.0, most: 0.0, size: abs(Double(whole.rightHandSide[row])))
      for entry in whole.entries(ofRow: row) {
        let column = Int(whole.entryColumn[entry])
        let coefficient = Double(whole.entryCoefficient[entry])
        let (one, two) = (
          coefficient * Double(lower[column]), coefficient * Double(upper[column])
        )
        result.least += min(one, two)
        result.most += max(one, two)
        result.size += max(abs(one), abs(two))
      }
      return result
    }

    func isRedundant(_ row: Int, _ whole: IntegerProgram) -> Bool {
      let (least, most, _) = activity(row, whole)
      let side = Double(whole.rightHandSide[row])
      switch whole.relation[row] {
      case .atMost: return most <= side
      case .atLeast: return least >= side
      case .equal: return least == side && most == side
      }
    }

    /// Narrows all ranges once; says whether one became narrower, nil where nothing is left.
    mutating func narrow(_ whole: IntegerProgram) -> Bool? {
      var narrowed = false
      for row in 0..<whole.rowCount {
        let (least, most, size) = activity(row, whole)
        let (side, slack) = (Double(whole.rightHandSide[row]), 1e-9 * size)
        let relation = whole.relation[row]
        for sign in [1.0, -1.0] {
          if sign > 0, relation == .atLeast { continue }
          if sign < 0, relation == .atMost { continue }
          // Read as `sign * activity <= sign * side`.
          let room = sign * side - (sign > 0 ? least : -most)
          guard room >= -slack else { return nil }
          for entry in whole.entries(ofRow: row) {
            let column = Int(whole.entryColumn[entry])
            guard lower[column] < upper[column] else { continue }
            let coefficient = sign * Double(whole.entryCoefficient[entry])
            let reach = (room + slack) / abs(coefficient) + ReducedProgram.tolerance
            guard reach < Double(upper[column] - lower[column]) else { continue }
            if coefficient > 0 {
              upper[column] = lower[column] + Int64(reach)
            } else {
              lower[column] = upper[column] - Int64(reach)
            }
            narrowed = true
          }
        }
      }
      return narrowed
    }
  }
}
