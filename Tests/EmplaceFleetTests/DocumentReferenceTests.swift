import EmplaceCore
import Foundation
import Testing

@testable import EmplaceFleet

/// The reference page of the document says what the table of keys says.
@Suite struct DocumentReferenceTests {
  private static let file = URL(filePath: #filePath).deletingLastPathComponent()
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Sources/Emplace/Documentation.docc/FleetDocument.md")
  private static let begin =
    "\"Per hour\" is one number, or one for each hour of `horizon.hoursUTC`.\n"
  private static let end = "\n## What `fleet/1` promises\n"

  /// With EMPLACE_RECORD=1 the tables of the page are written anew; read the difference.
  @Test func tablesAreMadeFromTheTableOfKeys() throws {
    let page = String(decoding: try Data(contentsOf: Self.file), as: UTF8.self)
    let head = try #require(page.range(of: Self.begin)).upperBound
    let tail = try #require(page.range(of: Self.end)).lowerBound
    let tables = DocumentSchemaText.kinds.map(Self.table).joined()
    if ProcessInfo.processInfo.environment["EMPLACE_RECORD"] == "1" {
      try Data((page[..<head] + tables + page[tail...]).utf8).write(to: Self.file)
      return
    }
    #expect(String(page[head..<tail]) == tables)
  }

  @Test func theExampleIsAFleet() throws {
    let page = String(decoding: try Data(contentsOf: Self.file), as: UTF8.self)
    let start = try #require(page.range(of: "```json\n")).upperBound
    let stop = try #require(page.range(of: "\n```", range: start..<page.endIndex)).lowerBound
    let fleet = try DocumentFixtures.read(String(page[start..<stop]))
    #expect(fleet.demands.count == 2)
    #expect(fleet.accelerators[0].memoryMiB == 23_034)
    #expect(fleet.pools[0].rentPricePerHour == 1_200_000)
  }

  private static func table(_ kind: ObjectKind) -> String {
    var text = "\n### \(title(kind))\n\n| key | value | without it | meaning |\n|---|---|---|---|\n"
    for spec in KeyTable.specs(kind) {
      let fallback = spec.isRequired ? "**required**" : spec.fallback
      text += "| `\(spec.key.name)` | \(words(spec.shape)) | \(fallback) | \(spec.meaning) |\n"
    }
    return text
  }

  private static func title(_ kind: ObjectKind) -> String {
    switch kind {
    case .root: return "The document"
    case .affineProfile: return "Profile: affine"
    case .measuredProfile: return "Profile: measured"
    case .tokenProfile: return "Profile: tokens"
    default:
      for outer in DocumentSchemaText.kinds {
        for spec in KeyTable.specs(outer) {
          switch spec.shape {
          case .objects(kind): return "In `\(spec.key.name)`: \(kind.noun)"
          case .object(kind): return "In `\(spec.key.name)`"
          default: break
          }
        }
      }
      return kind.noun
    }
  }

  private static func words(_ shape: Shape) -> String {
    switch shape {
    case .identifier: "name"
    case .text, .anyText: "text"
    case .texts: "list of different texts"
    case .flag: "true or false"
    case .whole(let range): whole(range)
    case .wholes(let range, _): "list of numbers, \(whole(range))"
    case .quantity(let quantity): unit(quantity)
    case .series(let quantity): unit(quantity) + ", per hour"
    case .quantities(let quantity): unit(quantity) + ", or a list"
    case .quantityMap(let quantity, let count):
      count.map { "names with \($0) numbers each: \(unit(quantity))" }
        ?? "names with \(unit(quantity))"
    case .table(let quantity): "rows of \(unit(quantity)) or null"
    case .real(let range): "number, \(plain(range.lowerBound)) to \(plain(range.upperBound))"
    case .reals: "names with numbers"
    case .choice(let words): words.map { "`\($0)`" }.joined(separator: ", ")
    case .choices(let words): "list of " + words.map { "`\($0)`" }.joined(separator: ", ")
    case .reference(let kind): "id of \(kind.withArticle)"
    case .references(let kind): "list of ids of \(kind.plural)"
    case .object: "object, below"
    case .objects(let kind): "list of \(kind.plural), below"
    case .profiles: "ids with a profile each, below"
    }
  }

  private static func whole(_ range: ClosedRange<Int64>) -> String {
    "whole number, \(range.lowerBound) to \(range.upperBound)"
  }

  private static func plain(_ value: Double) -> String { "\(Int(value))" }

  private static func unit(_ quantity: Quantity) -> String {
    "\(quantity.unit.name), rounded \(quantity.rounding.rawValue)"
  }
}
