internal import EmplaceCore

/// Rows of comma-separated text, with messages that say where.
struct TableText {
  let file: String
  /// Line numbers and fields of every row that is not empty.
  let rows: [(line: Int, fields: [Substring])]

  init(_ bytes: [UInt8], file: String) {
    self.file = file
    let lines = String(decoding: bytes, as: UTF8.self)
      .split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
    rows = lines.enumerated().compactMap { index, line in
      line.allSatisfy(\.isWhitespace)
        ? nil : (index + 1, line.split(separator: ",", omittingEmptySubsequences: false))
    }
  }

  func error(
    _ line: Int, _ field: String, _ value: Substring, _ message: String, suggestion: String
  ) -> InstanceError {
    InstanceError(
      file: file, line: line, field: field, value: String(value.prefix(24)), message: message,
      suggestion: suggestion)
  }

  /// A field of a row, which must be there.
  func field(
    _ column: Int, of row: (line: Int, fields: [Substring]), _ name: String
  ) throws(InstanceError) -> Substring {
    guard column < row.fields.count else {
      throw error(
        row.line, name, "",
        "missing: the row has \(row.fields.count) columns",
        suggestion: "the separator is not a comma")
    }
    return row.fields[column]
  }

  /// Degrees in `range`.
  func degrees(
    _ column: Int, of row: (line: Int, fields: [Substring]), _ name: String,
    in range: ClosedRange<Double>
  ) throws(InstanceError) -> Double {
    let text = try field(column, of: row, name)
    guard let value = Double(text), range.contains(value) else {
      throw error(
        row.line, name, text,
        "not a number in \(range.lowerBound)...\(range.upperBound)",
        suggestion: "the columns stand in another order")
    }
    return value
  }

  /// A decimal, not negative, times 10^places; digits beyond that are refused.
  func decimal(
    _ text: Substring, places: Int, line: Int, _ name: String
  ) throws(InstanceError) -> Int64 {
    var scanner = NumberScanner(Array(text.utf8), file: file)
    guard let number = try? scanner.next(name), (try? scanner.finish()) != nil,
      number.decimals <= places, let value = number.scaled(to: places), value <= 1 << 50
    else {
      throw error(
        line, name, text,
        "not a number from 0 with at most \(places) digits after the point",
        suggestion: "a unit or a thousands separator is left in it")
    }
    return value
  }
}
