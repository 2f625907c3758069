import Foundation

/// Public data beside the project; tests that need a file skip where it is absent.
enum SharedData {
  /// `../shared/data` as seen from the package.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data")

  /// Whether a file is there.
  static func has(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// Lines of a CSV file without quotes, split at commas.
  static func rows(_ path: String) throws -> [[Substring]] {
    let text = try String(contentsOf: root.appending(path: path), encoding: .utf8)
    return text.split(whereSeparator: \.isNewline).map {
      $0.split(separator: ",", omittingEmptySubsequences: false)
    }
  }

  /// Rows of a CSV file by the names in its first line.
  static func records(_ path: String) throws -> [[String: String]] {
    let rows = try rows(path)
    guard let header = rows.first else { return [] }
    return rows.dropFirst().map { row in
      Dictionary(
        zip(header, row).map { (String($0), String($1)) }, uniquingKeysWith: { first, _ in first })
    }
  }
}
