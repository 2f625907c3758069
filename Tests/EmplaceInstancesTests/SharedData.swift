import Foundation

/// Public benchmark files beside the package, which tests read when they are there.
enum SharedData {
  /// `../shared/data` relative to the root of the package.
  static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "shared/data")

  static func exists(_ path: String) -> Bool {
    FileManager.default.fileExists(atPath: root.appending(path: path).path)
  }

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: root.appending(path: path)))
  }

  static func lines(_ path: String) throws -> [String] {
    String(decoding: try bytes(path), as: UTF8.self)
      .split(whereSeparator: \.isNewline).map(String.init)
  }

  /// Names of the files of a folder that start with `prefix`, sorted.
  static func files(_ folder: String, prefix: String = "") throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: root.appending(path: folder).path)
      .filter { $0.hasPrefix(prefix) }.sorted()
  }
}
