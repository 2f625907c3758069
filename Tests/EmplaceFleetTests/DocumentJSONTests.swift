import EmplaceCore
import EmplaceFleet
import Foundation
import Testing

/// The grammar of JSON, and what a file may not do.
@Suite struct DocumentJSONTests {
  struct Broken: Sendable {
    var text: String
    var line: Int
    var column: Int
    var message: String
  }

  @Test(
    arguments: [
      ("", 1, 1, "the file is empty"), ("  \n ", 2, 2, "the file is empty"),
      ("{", 1, 2, "the file ends inside an object"),
      ("[1, 2", 1, 6, "the file ends inside an array"),
      ("{} x", 1, 4, "something follows the end of the document, \"x\""),
      ("{}{}", 1, 3, "something follows the end of the document, \"{\""),
      ("{\"a\" 1}", 1, 6, "expected a colon, found \"1\""),
      ("{\"a\": }", 1, 7, "expected a value, found \"}\""),
      ("{\"a\": 1,}", 1, 9, "expected a key after the comma, found \"}\""),
      ("{\"a\": 1 \"b\": 2}", 1, 9, "expected a comma or \"}\", found \"\"\""),
      ("{'a': 1}", 1, 2, "expected a key in quotes, found \"'\""),
      ("[1,]", 1, 4, "expected a value, found \"]\""),
      ("[01]", 1, 2, "a number may not begin with 0"),
      ("[1.]", 1, 4, "expected a digit after the point, found \"]\""),
      ("[1e]", 1, 4, "expected a digit in the exponent, found \"]\""),
      ("[-]", 1, 3, "expected a digit, found \"]\""),
      ("[+1]", 1, 2, "expected a value, found \"+\""),
      ("[.5]", 1, 2, "expected a value, found \".\""),
      ("[tru]", 1, 2, "expected a value, found \"t\""),
      ("[True]", 1, 2, "expected a value, found \"T\""),
      ("[\"a\nb\"]", 1, 4, "a control character stands in a text"),
      ("[\"ab]", 1, 2, "the text has no closing quote"),
      ("[\"a\\", 1, 2, "the text has no closing quote"),
      ("[\"\\x\"]", 1, 3, "an unknown escape in a text"),
      ("[\"\\u12g4\"]", 1, 3, "an escape \\u needs four hexadecimal digits"),
      ("[\"\\u12\"]", 1, 3, "an escape \\u needs four hexadecimal digits"),
      ("[\"\\ud800\"]", 1, 3, "half of a surrogate pair stands alone"),
      ("[\"\\udc00\\ud800\"]", 1, 3, "half of a surrogate pair stands alone"),
      ("{\n  \"a\": 1,\n  // no\n}", 3, 3, "expected a key in quotes, found \"/\""),
      ("{\"a\": 1]", 1, 8, "expected a comma or \"}\", found \"]\""),
      ("nul", 1, 1, "expected a value, found \"n\""),
    ] as [(String, Int, Int, String)])
  func brokenTextHasAPlace(_ text: String, _ line: Int, _ column: Int, _ message: String) {
    let found = DocumentFixtures.problems(text)
    #expect(found.count == 1)
    #expect(found.first?.message == message)
    #expect(found.first?.line == line)
    #expect(found.first?.column == column)
    #expect(found.first?.path == "")
  }

  /// Ill-formed UTF-8 (Unicode 16, table 3-8 and its neighbours) is refused, well-formed is taken.
  @Test func illFormedUTF8IsRefused() {
    let bad: [[UInt8]] = [
      [0x80], [0xBF], [0xC0, 0x80], [0xC1, 0xBF], [0xC2], [0xC2, 0x41], [0xE0, 0x9F, 0x80],
      [0xE1, 0x80], [0xED, 0xA0, 0x80], [0xEF, 0xBF], [0xF0, 0x8F, 0x80, 0x80],
      [0xF1, 0x80, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xF5, 0x80, 0x80, 0x80], [0xFF], [0xFE],
    ]
    for bytes in bad {
      let document = Array("{\"name\": \"a".utf8) + bytes + Array("b\"}".utf8)
      let found = DocumentFixtures.problems(bytes: [("f.json", document)])
      #expect(found.map(\.message) == ["not valid UTF-8"], "\(bytes)")
      #expect(found.first?.column == 12)
    }
    let name = "\u{7F}é߿ࠀ퟿\u{E000}￿𐀀\u{10FFFF}".dropFirst()
    let document = DocumentFixtures.minimal.replacing(
      "\"nodeTypes\"", with: "\"name\": \"\(name)\", \"nodeTypes\"")
    #expect(throws: Never.self) { try DocumentFixtures.read(document) }
  }

  @Test func escapesAreRead() throws {
    let document = DocumentFixtures.minimal.replacing(
      "\"nodeTypes\"",
      with: #""\u006eame": "q\"b\\s\/\u00e9\ud83d\ude00", "nodeTypes""#)
    #expect(try DocumentFixtures.read(document).name == "q\"b\\s/é😀")
  }

  @Test func escapedIdsAreTheSameIds() throws {
    let document = DocumentFixtures.minimal.replacing(
      #""region": "r""#, with: #""region": "\u0072""#)
    #expect(try DocumentFixtures.read(document).demands.count == 1)
  }

  @Test func byteOrderMarkIsSkipped() throws {
    let bytes = [0xEF, 0xBB, 0xBF] + Array(DocumentFixtures.minimal.utf8)
    #expect(try FleetReader.read(documents: [("f", bytes)]).sites.count == 1)
  }

  @Test func deepNestingIsRefused() {
    for depth in [65, 1000, 1_000_000] {
      let text = String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
      let found = DocumentFixtures.problems(text)
      #expect(found.map(\.message) == ["nested deeper than 64 levels"])
    }
    let text = String(repeating: "[", count: 64) + String(repeating: "]", count: 64)
    #expect(DocumentFixtures.problems(text).map(\.message) == ["expected an object, a document"])
  }

  @Test func rootMustBeAnObject() {
    for text in ["[]", "1", "\"emplace\"", "null"] {
      let found = DocumentFixtures.problems(text)
      #expect(found.first?.message == "expected an object, a document", "\(text)")
    }
  }

  /// A document with a million problems prints a hundred and counts the rest.
  @Test func problemsAreCappedInPrint() throws {
    let list = String(repeating: "5,", count: 100_000) + "5"
    let document = DocumentFixtures.minimal.replacing("\"pools\": [", with: "\"pools\": [\(list),")
    do {
      _ = try DocumentFixtures.read(document)
      Issue.record("read")
    } catch {
      #expect(error.problems.count == 1000)
      #expect(error.furtherCount == 99_001)
      let lines = error.description.split(separator: "\n")
      #expect(lines.count == 101)
      #expect(lines.last == "and 99901 more")
    }
  }

  @Test func problemsPrintPlaceValueAndWayOut() throws {
    let document = "{\n\"schema\": \"emplace/fleet/1\",\n \"sites\": [{\"powerCapWatts\": -5}]}"
    let found = DocumentFixtures.problems(document)
    #expect(
      found.map(\.description).contains(
        "fleet.json:3:30: sites[0].powerCapWatts = -5: must not be negative. Maybe 5."))
    #expect(
      found.map(\.description).contains(
        "fleet.json:3:12: sites[0].tier: missing; every site has it."))
  }

  // MARK: - Files

  @Test func filesAreReadByPath() throws {
    let folder = FileManager.default.temporaryDirectory.appending(
      path: "emplace-document-\(UInt64.random(in: 0 ... .max))")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let json = folder.appending(path: "a.json")
    let yaml = folder.appending(path: "b.yaml")
    try Data(DocumentFixtures.minimal.utf8).write(to: json)
    try Data("schema: emplace/fleet/1\nname: both\n".utf8).write(to: yaml)
    #expect(try FleetReader.read(files: [json, yaml]).name == "both")
    let written = folder.appending(path: "c.json")
    let fleet = try FleetReader.read(files: [json])
    try FleetWriter.write(fleet, to: written)
    #expect(try FleetReader.read(files: [written]) == fleet)
    do throws(InstanceError) {
      _ = try FleetReader.read(files: [folder, folder.appending(path: "none.json")])
      Issue.record("read")
    } catch {
      #expect(error.problems.count == 2)
    }
  }
}
