public import EmplaceCore

/// Writes a program as free MPS.
///
/// Units: the objective, named `OBJECTIVE`, is divided by ``IntegerProgram/objectiveUnit`` and each
/// row by its ``IntegerProgram/rowUnit``; all numbers are exact decimals. The objective's constant
/// is left out, and a comment says so. Names are kept: `P2[lane=3,hour=0]` stands as it is; blanks,
/// `%` and bytes beyond ASCII become `%` and two hexadecimal digits. Every integer column stands
/// between markers and has its bounds written out. Entries of one row and column are summed.
///
/// A file of n entries takes about 12 n bytes of memory beside the program, to turn rows into
/// columns, and the names of the rows.
public enum MPSWriter {
  /// Writes `program` to `sink`.
  /// - Complexity: the number of entries.
  public static func write(
    _ program: IntegerProgram, options: ProgramTextOptions = ProgramTextOptions(),
    to sink: @escaping ProgramTextSink
  ) throws(BackendError) {
    try program.checkForBackend()
    var text = ChunkedText(limit: options.chunkBytes, sink: sink)
    for remark in openingRemarks(program) {
      text.add("* ")
      text.add(remark)
      try text.endLine()
    }
    text.add("NAME emplace")
    try text.endLine()
    let rowNames = NameTable(
      count: program.rowCount, prefix: "r", rule: .mps, name: program.rowName)
    let rowUnits = RowUnits(program)
    try writeRows(program, rowNames, &text)
    try writeColumns(program, rowNames, rowUnits, options, &text)
    try writeSides(program, rowNames, rowUnits, &text)
    try writeBounds(program, &text)
    text.add("ENDATA")
    try text.endLine()
    try text.flush()
  }

  /// The name of a column as it stands in the file.
  static func appendName(
    ofColumn column: Int, in program: IntegerProgram, to name: inout [UInt8]
  ) {
    NameRule.mps.append(program.columnName(column), fallback: "%c\(column)", to: &name)
  }

  private static func writeRows(
    _ program: IntegerProgram, _ names: NameTable, _ text: inout ChunkedText
  ) throws(BackendError) {
    text.add("ROWS")
    try text.endLine()
    text.add(" N OBJECTIVE")
    try text.endLine()
    for row in 0..<program.rowCount {
      switch program.relation[row] {
      case .atLeast: text.add(" G ")
      case .atMost: text.add(" L ")
      case .equal: text.add(" E ")
      }
      text.add(names[row])
      try text.endLine()
    }
  }

  private static func writeColumns(
    _ program: IntegerProgram, _ rowNames: NameTable, _ units: RowUnits,
    _ options: ProgramTextOptions, _ text: inout ChunkedText
  ) throws(BackendError) {
    text.add("COLUMNS")
    try text.endLine()
    let byColumn = ColumnOrder(program)
    let objectiveUnit = DecimalUnit(program.objectiveUnit)
    var integer = false
    var markers = 0
    var name: [UInt8] = []
    for column in 0..<program.columnCount {
      let isInteger = !(options.relaxDivisible && program.divisible[column])
      if isInteger != integer {
        try mark(starts: isInteger, &markers, &text)
        integer = isInteger
      }
      name.removeAll(keepingCapacity: true)
      appendName(ofColumn: column, in: program, to: &name)
      var written = false
      if program.cost[column] != 0 || byColumn.isEmpty(column) {
        text.add(" ")
        text.add(name[...])
        text.add(" OBJECTIVE ")
        text.add(Int128(program.cost[column]), objectiveUnit)
        try text.endLine()
        written = true
      }
      try byColumn.forEach(column) { (row, coefficient) throws(BackendError) in
        guard coefficient != 0 || !written else { return }
        written = true
        text.add(" ")
        text.add(name[...])
        text.add(" ")
        text.add(rowNames[row])
        text.add(" ")
        text.add(coefficient, units[row])
        try text.endLine()
      }
    }
    if integer { try mark(starts: false, &markers, &text) }
  }

  private static func mark(starts: Bool, _ markers: inout Int, _ text: inout ChunkedText)
    throws(BackendError)
  {
    text.add(" MARKER\(markers) 'MARKER' ")
    text.add(starts ? "'INTORG'" : "'INTEND'")
    markers += 1
    try text.endLine()
  }

  private static func writeSides(
    _ program: IntegerProgram, _ names: NameTable, _ units: RowUnits, _ text: inout ChunkedText
  ) throws(BackendError) {
    text.add("RHS")
    try text.endLine()
    for row in 0..<program.rowCount where program.rightHandSide[row] != 0 {
      text.add(" RHS ")
      text.add(names[row])
      text.add(" ")
      text.add(Int128(program.rightHandSide[row]), units[row])
      try text.endLine()
    }
  }

  private static func writeBounds(_ program: IntegerProgram, _ text: inout ChunkedText)
    throws(BackendError)
  {
    text.add("BOUNDS")
    try text.endLine()
    var name: [UInt8] = []
    let one = DecimalUnit(1)
    for column in 0..<program.columnCount {
      name.removeAll(keepingCapacity: true)
      appendName(ofColumn: column, in: program, to: &name)
      let (lower, upper) = (program.lower[column], program.upper[column])
      if lower == upper {
        text.add(" FX BOUND ")
      } else {
        if lower != 0 {
          text.add(" LO BOUND ")
          text.add(name[...])
          text.add(" ")
          text.add(Int128(lower), one)
          try text.endLine()
        }
        text.add(" UP BOUND ")
      }
      text.add(name[...])
      text.add(" ")
      text.add(Int128(upper), one)
      try text.endLine()
    }
  }
}

/// The decimal unit of every row; rows mostly share a few.
struct RowUnits {
  private let distinct: [DecimalUnit]
  private let index: [Int32]

  init(_ program: IntegerProgram) {
    var known: [Int64: Int32] = [:]
    var distinct: [DecimalUnit] = []
    index = program.rowUnit.map { unit in
      if let index = known[unit] { return index }
      known[unit] = Int32(distinct.count)
      distinct.append(DecimalUnit(unit))
      return Int32(distinct.count - 1)
    }
    self.distinct = distinct
  }

  subscript(row: Int) -> DecimalUnit { distinct[Int(index[row])] }
}

/// The entries of a program by column.
private struct ColumnOrder {
  private var start: [Int]
  private var row: [Int32]
  private var coefficient: [Int64]

  init(_ program: IntegerProgram) {
    start = [Int](repeating: 0, count: program.columnCount + 1)
    for column in program.entryColumn { start[Int(column) + 1] += 1 }
    for column in 0..<program.columnCount { start[column + 1] += start[column] }
    row = [Int32](repeating: 0, count: program.entryCount)
    coefficient = [Int64](repeating: 0, count: program.entryCount)
    var next = start
    for source in 0..<program.rowCount {
      for entry in program.entries(ofRow: source) {
        let column = Int(program.entryColumn[entry])
        row[next[column]] = Int32(source)
        coefficient[next[column]] = program.entryCoefficient[entry]
        next[column] += 1
      }
    }
  }

  func isEmpty(_ column: Int) -> Bool { start[column] == start[column + 1] }

  /// Calls `body` for each row of the column, in order, with the sum of its coefficients.
  func forEach(_ column: Int, _ body: (Int, Int128) throws(BackendError) -> Void)
    throws(BackendError)
  {
    var entry = start[column]
    while entry < start[column + 1] {
      let source = row[entry]
      var sum: Int128 = 0
      while entry < start[column + 1], row[entry] == source {
        sum += Int128(coefficient[entry])
        entry += 1
      }
      try body(Int(source), sum)
    }
  }
}
