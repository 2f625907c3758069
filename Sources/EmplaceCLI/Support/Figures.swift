import Foundation

/// How figures stand in text.
enum Figures {
  /// A double with that many decimals.
  static func fixed(_ value: Double, _ places: Int) -> String {
    String(format: "%.\(places)f", value)
  }

  /// A fraction as a percentage with two decimals.
  static func percent(_ fraction: Double) -> String { "\(fixed(100 * fraction, 2)) %" }

  /// `1 replica`, `2 replicas`.
  static func count(_ number: some BinaryInteger, _ singular: String, _ plural: String? = nil)
    -> String
  {
    "\(number) \(number == 1 ? singular : plural ?? singular + "s")"
  }

  /// Rows in columns: all but the last padded, two blanks between them, each row indented.
  static func table(_ rows: [[String]], rightAligned: Set<Int> = []) -> String {
    var widths: [Int] = []
    for row in rows {
      for (column, cell) in row.enumerated() {
        if column == widths.count { widths.append(0) }
        widths[column] = max(widths[column], cell.count)
      }
    }
    return rows.map { row in
      let cells = row.enumerated().map { column, cell in
        let padding = String(repeating: " ", count: widths[column] - cell.count)
        return rightAligned.contains(column) ? padding + cell : cell + padding
      }
      var line = "  " + cells.joined(separator: "  ")
      while line.last == " " { line.removeLast() }
      return line + "\n"
    }.joined()
  }
}
