import Emplace
import Foundation

/// What moved incumbent and bound during a run, `emplace/history/1`: for pictures only, nothing is
/// decided from it.
struct HistoryFile: Decodable {
  static let schema = "emplace/history/1"

  var schema: String
  var instance: String
  var digest: String
  var events: [RunEvent]

  init(_ events: [RunEvent], of instance: PlacementInstance) {
    schema = Self.schema
    self.instance = instance.name
    digest = instance.digest
    self.events = events
  }

  /// Reads the history of a run on `instance`.
  static func read(
    _ path: String, for instance: PlacementInstance
  ) throws(CommandFailure) -> HistoryFile {
    let bytes = try InputFile.bytes(of: path)
    guard let file = try? JSONDecoder().decode(HistoryFile.self, from: Data(bytes)),
      file.schema == Self.schema
    else {
      throw CommandFailure(
        file: path, "not a history \"\(Self.schema)\"", maybe: "solve --history writes one")
    }
    guard file.digest == instance.digest else {
      throw CommandFailure(
        file: path, "the history of another instance, with the digest \(file.digest)")
    }
    return file
  }

  /// The document.
  var json: JSONValue {
    .object([
      ("schema", .string(schema)), ("instance", .string(instance)), ("digest", .string(digest)),
      (
        "events",
        .array(
          events.map { event in
            .object([
              ("seconds", .decimal((event.seconds * 1000).rounded() / 1000)),
              ("objective", event.objective.map { .integer($0) } ?? .null),
              ("bound", event.bound.map { .integer($0) } ?? .null),
              ("source", .string(event.source)),
            ])
          })
      ),
    ])
  }
}
