import Foundation
import Testing

/// The object that `emplace solve --format json` prints.
struct ResultObject {
  let members: [String: Any]

  init(_ text: String) throws {
    let value = try JSONSerialization.jsonObject(with: Data(text.utf8))
    members = try #require(value as? [String: Any])
  }

  func string(_ key: String) -> String? { members[key] as? String }
  func number(_ key: String) -> Double? { (members[key] as? NSNumber)?.doubleValue }
  func isNull(_ key: String) -> Bool { members[key] is NSNull }

  /// Keys of every result, in alphabetical order.
  static let keys = [
    "algorithm", "backend", "bound", "boundBy", "boundEvidence", "closedGap", "currency", "digest",
    "gap", "instance", "objective", "output", "problem", "schema", "seed", "status", "termination",
    "version", "wallSeconds",
  ]
}
