import Foundation
import Testing

/// A row of a `known.csv` under `Instances/placement`.
struct ShippedInstance: CustomTestStringConvertible, Sendable {
  /// Folder of the set.
  let folder: URL
  private let fields: [String: String]

  subscript(_ column: String) -> String { fields[column] ?? "" }
  var testDescription: String { "\(folder.lastPathComponent)/\(self["name"])" }
  /// Paths of its files; none where the instance is too large to be shipped.
  var files: [String] {
    self["files"].split(separator: " ").map { folder.appendingPathComponent(String($0)).path }
  }
  /// Words of the command that makes it; none for what is written by hand.
  var making: [String] {
    self["made"].hasPrefix("emplace ")
      ? self["made"].split(separator: " ").dropFirst().map(String.init) : []
  }

  /// The folder of all sets.
  static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Instances/placement")

  /// Names of the sets, sorted.
  static var sets: [String] {
    (try? FileManager.default.contentsOfDirectory(atPath: root.path).sorted()) ?? []
  }

  /// The rows of one set.
  static func rows(of set: String) throws -> [ShippedInstance] {
    let folder = root.appendingPathComponent(set)
    let text = try String(
      contentsOf: folder.appendingPathComponent("known.csv"), encoding: .utf8)
    let lines = text.split(separator: "\n").map {
      $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
    }
    let header = try #require(lines.first)
    return try lines.dropFirst().map { fields in
      try #require(fields.count == header.count, "\(set): \(fields)")
      return ShippedInstance(
        folder: folder,
        fields: Dictionary(uniqueKeysWithValues: zip(header, fields)))
    }
  }
}
