public import Foundation

/// Public data beside the package: tests that need a file skip, saying so, where it is absent.
public enum SharedData {
  /// `../shared/data` relative to the root of the package.
  public static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data")

  /// Whether a file or folder is there.
  public static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  /// The bytes of a file.
  public static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appending(path: path)))
  }

  /// Lines of a file that are not empty.
  public static func lines(_ path: String) throws -> [String] {
    String(decoding: try bytes(path), as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
  }

  /// Lines of a CSV file without quotes, split at commas.
  public static func rows(_ path: String) throws -> [[Substring]] {
    try lines(path).map { $0.split(separator: ",", omittingEmptySubsequences: false) }
  }

  /// Rows of a CSV file by the names in its first line.
  public static func records(_ path: String) throws -> [[String: String]] {
    let rows = try rows(path)
    guard let header = rows.first else { return [] }
    return rows.dropFirst().map { row in
      Dictionary(
        zip(header, row).map { (String($0), String($1)) }, uniquingKeysWith: { first, _ in first })
    }
  }

  /// Names of the files of a folder that start with `prefix`, sorted.
  public static func files(_ folder: String, prefix: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { $0.hasPrefix(prefix) }.sorted()
  }
}
