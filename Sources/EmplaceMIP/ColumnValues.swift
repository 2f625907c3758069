public import EmplaceCore

/// Reads what another program says of the columns of an exported program: a line for each, with
/// the name as ``MPSWriter`` writes it, a blank and a decimal number.
public enum ColumnValues {
  /// How far a value may lie from a whole number.
  public static let tolerance = 1e-5

  /// Values of all columns as whole numbers, each within the range of its column. A column without
  /// a line is zero. What is wrong is reported at once, for all lines.
  /// - Complexity: the size of the file and of all names.
  public static func read(
    _ bytes: [UInt8], file: String, for program: IntegerProgram
  ) throws(InstanceError) -> [Int64] {
    var reading = Reading(file: file, program: program)
    for (index, line) in bytes.split(
      separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false
    )
    .enumerated() {
      reading.read(line, number: index + 1)
    }
    reading.checkMissing()
    guard reading.problems.isEmpty else {
      throw InstanceError(problems: reading.problems, furtherCount: reading.furtherCount)
    }
    return reading.values
  }
}

/// The state of one reading.
private struct Reading {
  let file: String
  let program: IntegerProgram
  private let columns: [String: Int]
  private var isRead: [Bool]
  private(set) var values: [Int64]
  private(set) var problems: [InstanceError.Problem] = []
  private(set) var furtherCount = 0

  init(file: String, program: IntegerProgram) {
    self.file = file
    self.program = program
    var columns: [String: Int] = [:]
    columns.reserveCapacity(program.columnCount)
    for column in 0..<program.columnCount { columns[Self.name(column, program)] = column }
    self.columns = columns
    isRead = Array(repeating: false, count: program.columnCount)
    values = Array(repeating: 0, count: program.columnCount)
  }

  mutating func read(_ line: ArraySlice<UInt8>, number: Int) {
    let words = line.split { $0 == UInt8(ascii: " ") || (0x09...0x0D).contains($0) }
      .map { String(decoding: $0, as: UTF8.self) }
    guard let name = words.first else { return }
    guard words.count == 2 else {
      return report(
        number, name, "", "the line must hold a name and one number",
        "a blank of the name was not written as %20, or more columns of a table were kept")
    }
    let text = words[1]
    guard let column = columns[name] else {
      return report(
        number, name, text, "the instance has no column of that name",
        "the file belongs to another instance, or names were changed on the way")
    }
    guard !isRead[column] else {
      return report(number, name, text, "the column has a line already", "two files were joined")
    }
    isRead[column] = true
    guard let value = Double(text), value.isFinite else {
      return report(number, name, text, "not a number", "write it like 42 or 4.2e1")
    }
    let whole = value.rounded()
    guard abs(value - whole) <= ColumnValues.tolerance else {
      return report(
        number, name, text, "more than \(ColumnValues.tolerance) from a whole number",
        "a relaxation was solved, or the solver's integrality tolerance is too loose")
    }
    let (lower, upper) = (program.lower[column], program.upper[column])
    guard let exact = Int64(exactly: whole), exact >= lower, exact <= upper else {
      return report(
        number, name, text, "outside \(lower)...\(upper)",
        "the bounds of the column were not read")
    }
    values[column] = exact
  }

  /// Columns that have no line must be able to be zero.
  mutating func checkMissing() {
    for column in 0..<program.columnCount where !isRead[column] {
      let (lower, upper) = (program.lower[column], program.upper[column])
      guard lower > 0 || upper < 0 else { continue }
      report(
        nil, Self.name(column, program), "",
        "missing, and zero is outside \(lower)...\(upper)", "the file was cut off while copying")
    }
  }

  private static func name(_ column: Int, _ program: IntegerProgram) -> String {
    var bytes: [UInt8] = []
    MPSWriter.appendName(ofColumn: column, in: program, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  private mutating func report(
    _ line: Int?, _ name: String, _ value: String, _ message: String, _ suggestion: String
  ) {
    guard problems.count < InstanceError.printedProblems else {
      furtherCount += 1
      return
    }
    problems.append(
      InstanceError.Problem(
        file: file, line: line, path: name, value: String(value.prefix(24)), message: message,
        suggestion: suggestion))
  }
}
