import EmplaceCore
import EmplaceTestSupport
import Foundation
import Testing

@testable import EmplaceFleet

/// The published schema says what the reader does.
@Suite struct DocumentSchemaTests {
  private static let root = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
  private static let file = root.appending(
    path: "Sources/EmplaceFleet/Resources/fleet-1.schema.json")

  /// With EMPLACE_RECORD=1 the file is written anew instead; read the difference.
  @Test func schemaFileIsMadeFromTheTableOfKeys() throws {
    let text = DocumentSchemaText.text
    if ProcessInfo.processInfo.environment["EMPLACE_RECORD"] == "1" {
      try Data(text.utf8).write(to: Self.file)
      return
    }
    #expect(String(decoding: FleetSchema.json, as: UTF8.self) == text)
  }

  /// Keys of the schema file, read by another parser, beside those of the reader.
  @Test func schemaAndReaderKnowTheSameKeys() throws {
    let parsed = try JSONSerialization.jsonObject(with: Data(FleetSchema.json))
    let schema = try #require(parsed as? [String: Any])
    let definitions = try #require(schema["$defs"] as? [String: [String: Any]])
    for kind in DocumentSchemaText.kinds {
      let object = try #require(kind == .root ? schema : definitions["\(kind)"], "\(kind)")
      let properties = try #require(object["properties"] as? [String: Any])
      #expect(Set(properties.keys) == Set(KeyTable.specs(kind).map(\.key.name)), "\(kind)")
      #expect(object["additionalProperties"] as? Bool == false, "\(kind)")
    }
    #expect(definitions.count == DocumentSchemaText.kinds.count - 1)
  }

  /// No key stands twice in a kind, and every key of the format has a place.
  @Test func everyKeyHasAPlace() {
    var used: Set<Key> = []
    for kind in ObjectKind.allCases {
      let keys = KeyTable.specs(kind).map(\.key)
      #expect(Set(keys).count == keys.count, "\(kind)")
      #expect(keys.count < 64, "\(kind)")
      used.formUnion(keys)
    }
    #expect(used == Set(Key.allCases))
  }

  // MARK: - By another program

  private static let hasValidator = run(["-c", "import jsonschema"]) == 0

  /// Exit status of python3; nil where there is none.
  private static func run(_ arguments: [String]) -> Int32? {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = ["python3"] + arguments
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    guard (try? process.run()) != nil else { return nil }
    process.waitUntilExit()
    return process.terminationStatus
  }

  /// Reads documents, one a line, each after `1` (valid) or `0`; fails at the first surprise.
  private static let program = """
    import json, sys, jsonschema
    schema = json.load(open(sys.argv[1]))
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for line in open(sys.argv[2]):
        if validator.is_valid(json.loads(line[1:])) != (line[0] == "1"):
            print("schema disagrees:", line[:4000])
            sys.exit(1)
    """

  /// Whether the validator judges all documents as stated.
  private static func judges(_ documents: [(isValid: Bool, text: String)]) -> Bool {
    let lines = documents.map { ($0.isValid ? "1" : "0") + $0.text.replacing("\n", with: " ") }
    let list = FileManager.default.temporaryDirectory.appending(
      path: "emplace-schema-\(UInt64.random(in: 0 ... .max))")
    defer { try? FileManager.default.removeItem(at: list) }
    guard (try? Data(lines.joined(separator: "\n").utf8).write(to: list)) != nil else {
      return false
    }
    let paths = [file, list].map { $0.path(percentEncoded: false) }
    return run(["-c", program] + paths) == 0
  }

  @Test(.enabled(if: hasValidator, "python3 with jsonschema is not here"))
  func fleetsAreValid() {
    #expect(
      Self.judges([
        (true, DocumentFixtures.complete), (true, DocumentFixtures.minimal),
        (
          true,
          "{\"schema\": \"emplace/fleet/1\", \"sites\": [{\"id\": \"a\", \"override\": true}]}"
        ),
        (false, "{\"schema\": \"emplace/fleet/1\", \"sites\": [{\"id\": \"a\"}]}"),
        (false, "{\"schema\": \"emplace/fleet/2\"}"), (false, "[]"),
      ]))
    // What the writer makes, in one judgement for many.
    let written = (UInt64(1)...40).map { seed in
      (true, String(decoding: FleetWriter.bytes(of: RandomFleet.make(seed: seed)), as: UTF8.self))
    }
    #expect(Self.judges(written))
  }

  @Test(.enabled(if: hasValidator, "python3 with jsonschema is not here"))
  func mistakesOfOneKeyAreInvalid() {
    let document = DocumentValue(DocumentFixtures.complete)
    var documents: [(isValid: Bool, text: String)] = []
    for (steps, spec) in DocumentEveryKeyTests.places where spec.key != .dollarSchema {
      var isCell = false
      if case .table = spec.shape { isCell = true }
      if case .reals = spec.shape { continue }
      for token in ["{}", "[[[]]]", "-1e300", "null"] where !(isCell && token == "null") {
        documents.append((false, document.replacing(steps, with: token)))
      }
    }
    for (steps, value) in document.all {
      guard case .object = value, let kind = DocumentEveryKeyTests.kind(of: steps) else { continue }
      documents.append((false, document.adding("unknownKey", "1", to: steps)))
      for spec in KeyTable.specs(kind) where spec.isRequired {
        documents.append((false, document.removing(steps + [.key(spec.key.name)])))
      }
    }
    #expect(documents.count > 800)
    #expect(Self.judges(documents))
  }

  /// Fleets that the repository ships.
  @Test(.enabled(if: hasValidator, "python3 with jsonschema is not here"))
  func shippedFleetsAreValid() throws {
    let folder = Self.root.appending(path: "Instances/placement")
    let names = try? FileManager.default.subpathsOfDirectory(
      atPath: folder.path(percentEncoded: false))
    var documents: [(isValid: Bool, text: String)] = []
    for name in (names ?? []).sorted() where name.hasSuffix(".json") {
      let file = folder.appending(path: name)
      let text = String(decoding: try Data(contentsOf: file), as: UTF8.self)
      guard text.utf8.count < 1_000_000, text.contains(FleetSchema.version) else { continue }
      documents.append((true, text))
    }
    #expect(documents.isEmpty || Self.judges(documents))
  }
}
