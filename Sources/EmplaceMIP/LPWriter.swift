public import EmplaceCore

/// Writes a program in the CPLEX LP format, as HiGHS and GLPK read it.
///
/// Units, the objective's name and its constant are as in ``MPSWriter``. The format keeps `[`, `]`
/// and `=` for itself: in names they become `(`, `)` and `~`, so that `P2[lane=3,hour=0]` is
/// written `P2(lane~3,hour~0)`; other characters that it keeps, and `(`, `)`, `~` themselves, become
/// `%` and two hexadecimal digits. A program without columns gets the column `%none`, fixed at 0, and
/// one without rows the row `%none`, which always holds: the format cannot say less.
public enum LPWriter {
  /// Writes `program` to `sink`.
  /// - Complexity: the number of entries.
  public static func write(
    _ program: IntegerProgram, options: ProgramTextOptions = ProgramTextOptions(),
    to sink: @escaping ProgramTextSink
  ) throws(BackendError) {
    try program.checkForBackend()
    var text = ChunkedText(limit: options.chunkBytes, sink: sink)
    for remark in openingRemarks(program) {
      text.add("\\ ")
      text.add(remark)
      try text.endLine()
    }
    let count = max(1, program.columnCount)
    let names = NameTable(count: count, prefix: "c", rule: .lp) {
      program.columnCount == 0 ? "" : program.columnName($0)
    }
    let first = program.columnCount == 0 ? [UInt8]("%none".utf8)[...] : names[0]
    try writeObjective(program, names, first, &text)
    try writeRows(program, names, first, &text)
    try writeBounds(program, names, first, &text)
    text.add("Generals")
    try text.endLine()
    for column in 0..<program.columnCount
    where !(options.relaxDivisible && program.divisible[column]) {
      text.add(" ")
      text.add(names[column])
      try text.endLine()
    }
    text.add("End")
    try text.endLine()
    try text.flush()
  }

  private static func add(
    _ coefficient: Int128, _ unit: DecimalUnit, _ name: ArraySlice<UInt8>,
    _ text: inout ChunkedText
  ) throws(BackendError) {
    if text.lineLength > 200 {
      try text.endLine()
      text.add(" ")
    }
    text.add(coefficient < 0 ? " - " : " + ")
    text.add(abs(coefficient), unit)
    text.add(" ")
    text.add(name)
  }

  private static func writeObjective(
    _ program: IntegerProgram, _ names: NameTable, _ first: ArraySlice<UInt8>,
    _ text: inout ChunkedText
  ) throws(BackendError) {
    text.add("Minimize")
    try text.endLine()
    text.add(" OBJECTIVE:")
    let unit = DecimalUnit(program.objectiveUnit)
    var isEmpty = true
    for column in 0..<program.columnCount where program.cost[column] != 0 {
      isEmpty = false
      try add(Int128(program.cost[column]), unit, names[column], &text)
    }
    if isEmpty { try add(0, unit, first, &text) }
    try text.endLine()
  }

  private static func writeRows(
    _ program: IntegerProgram, _ names: NameTable, _ first: ArraySlice<UInt8>,
    _ text: inout ChunkedText
  ) throws(BackendError) {
    text.add("Subject To")
    try text.endLine()
    if program.rowCount == 0 {
      text.add(" %none:")
      try add(0, DecimalUnit(1), first, &text)
      text.add(" <= 0")
      try text.endLine()
    }
    let units = RowUnits(program)
    var merge = RowMerge(columnCount: program.columnCount)
    var name: [UInt8] = []
    for row in 0..<program.rowCount {
      name.removeAll(keepingCapacity: true)
      NameRule.lp.append(program.rowName(row), fallback: "%r\(row)", to: &name)
      text.add(" ")
      text.add(name[...])
      text.add(":")
      var isEmpty = true
      for (column, coefficient) in merge.terms(ofRow: row, program) where coefficient != 0 {
        isEmpty = false
        try add(coefficient, units[row], names[column], &text)
      }
      if isEmpty { try add(0, units[row], first, &text) }
      switch program.relation[row] {
      case .atLeast: text.add(" >= ")
      case .atMost: text.add(" <= ")
      case .equal: text.add(" = ")
      }
      text.add(Int128(program.rightHandSide[row]), units[row])
      try text.endLine()
    }
  }

  private static func writeBounds(
    _ program: IntegerProgram, _ names: NameTable, _ first: ArraySlice<UInt8>,
    _ text: inout ChunkedText
  ) throws(BackendError) {
    text.add("Bounds")
    try text.endLine()
    if program.columnCount == 0 {
      text.add(" ")
      text.add(first)
      text.add(" = 0")
      try text.endLine()
    }
    let one = DecimalUnit(1)
    for column in 0..<program.columnCount {
      text.add(" ")
      if program.lower[column] == program.upper[column] {
        text.add(names[column])
        text.add(" = ")
      } else {
        text.add(Int128(program.lower[column]), one)
        text.add(" <= ")
        text.add(names[column])
        text.add(" <= ")
      }
      text.add(Int128(program.upper[column]), one)
      try text.endLine()
    }
  }
}

/// Sums the coefficients of equal columns in one row after another, in order of first appearance.
private struct RowMerge {
  private var place: [Int32]

  init(columnCount: Int) { place = [Int32](repeating: -1, count: columnCount) }

  mutating func terms(ofRow row: Int, _ program: IntegerProgram)
    -> [(column: Int, coefficient: Int128)]
  {
    var terms: [(column: Int, coefficient: Int128)] = []
    for entry in program.entries(ofRow: row) {
      let column = Int(program.entryColumn[entry])
      let coefficient = Int128(program.entryCoefficient[entry])
      if place[column] >= 0 {
        terms[Int(place[column])].coefficient += coefficient
      } else {
        place[column] = Int32(terms.count)
        terms.append((column, coefficient))
      }
    }
    for term in terms { place[term.column] = -1 }
    return terms
  }
}
