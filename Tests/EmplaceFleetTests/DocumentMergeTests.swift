import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Testing

/// Several files become one fleet.
@Suite struct DocumentMergeTests {
  private let base = DocumentFixtures.minimal

  private func read(_ texts: String...) throws(InstanceError) -> Fleet {
    try FleetReader.read(
      documents: texts.enumerated().map { ("file\($0.offset).json", Array($0.element.utf8)) })
  }

  private func problems(_ texts: String...) -> [InstanceError.Problem] {
    DocumentFixtures.problems(texts.enumerated().map { ("file\($0.offset).json", $0.element) })
  }

  /// Every list of the complete document in a file of its own gives the same fleet.
  @Test func partsGiveTheSameFleet() throws {
    let whole = try DocumentFixtures.read(DocumentFixtures.complete)
    guard case .object(let members) = DocumentValue(DocumentFixtures.complete) else { return }
    let parts = members.filter { $0.key != "schema" }.map { key, value in
      "{\"schema\": \"emplace/fleet/1\", \"\(key)\": \(value.text)}"
    }
    let documents = parts.enumerated().map { ("part\($0.offset)", Array($0.element.utf8)) }
    let merged = try FleetReader.read(documents: documents)
    #expect(merged == whole)
    #expect(try FleetReader.read(documents: documents.reversed()) == whole)
  }

  @Test func laterFilesAddEntities() throws {
    let more = #"""
      {"schema": "emplace/fleet/1", "sites": [{"id": "there", "tier": "cloud",
        "jurisdiction": "DE", "latitude": 3, "longitude": 4}],
       "pools": [{"site": "there", "nodeType": "cpu", "owned": 9}]}
      """#
    let fleet = try read(base, more)
    #expect(fleet.sites.map(\.id) == ["here", "there"])
    #expect(fleet.pools.map(\.owned) == [1, 9])
    #expect(try read(more, base).sites.map(\.id) == ["there", "here"])
  }

  @Test func definedTwiceIsAProblem() {
    let again = #"""
      {"schema": "emplace/fleet/1",
       "sites": [{"id": "here", "tier": "cloud", "jurisdiction": "DE", "trust": 2}]}
      """#
    let found = problems(base, again)
    #expect(found.count == 1)
    #expect(found.first?.file == "file1.json")
    #expect(found.first?.path == "sites[0].id")
    #expect(found.first?.value == "\"here\"")
    #expect(
      found.first?.message == "this site is defined twice, first as sites[0] of file0.json")
    #expect(found.first?.suggestion == #"another id, or "override": true to replace keys"#)
  }

  @Test func overrideReplacesTheKeysGiven() throws {
    let change = #"""
      {"schema": "emplace/fleet/1",
       "sites": [{"id": "here", "override": true, "trust": 2, "latitude": 9}],
       "pools": [{"site": "here", "nodeType": "cpu", "override": true, "rentable": 3,
         "rentPricePerHour": 2}],
       "demands": [{"region": "r", "model": "m", "override": true, "parts": 7}]}
      """#
    let fleet = try read(base, change)
    #expect(fleet.sites.count == 1)
    #expect(fleet.sites[0].trust == 2)
    #expect(fleet.sites[0].jurisdiction == "FR")
    #expect(fleet.sites[0].coordinates == Coordinates(latitude: 9, longitude: 2))
    #expect(fleet.pools[0].owned == 1)
    #expect(fleet.pools[0].rentable == 3)
    #expect(fleet.demands[0].parts == 7)
    #expect(fleet.demands[0].rateMicro == .constant(1_000_000))
    // The later of two overrides counts.
    let third = #"""
      {"schema": "emplace/fleet/1", "sites": [{"id": "here", "override": true, "trust": 5}]}
      """#
    #expect(try read(base, change, third).sites[0].trust == 5)
    #expect(try read(base, third, change).sites[0].trust == 2)
  }

  @Test func problemsInAnOverrideNameItsFile() {
    let change = #"""
      {"schema": "emplace/fleet/1",
       "sites": [{"id": "here", "override": true, "powerCapWatts": -1, "colour": "red"}]}
      """#
    let found = problems(base, change)
    #expect(found.map(\.file) == ["file1.json", "file1.json"])
    #expect(found.map(\.path) == ["sites[0].powerCapWatts", "sites[0].colour"])
  }

  @Test func scalarsMayBeEqualOrOverridden() throws {
    let named = #"{"schema": "emplace/fleet/1", "name": "one", "currency": "USD"}"#
    let other = #"{"schema": "emplace/fleet/1", "name": "two"}"#
    let forced = #"{"schema": "emplace/fleet/1", "override": true, "name": "two"}"#
    #expect(try read(base, named, named).name == "one")
    #expect(try read(base, named, forced).name == "two")
    #expect(try read(base, named, forced).currency == "USD")
    let found = problems(base, named, other)
    #expect(found.map(\.file) == ["file2.json"])
    #expect(found.map(\.path) == ["name"])
    #expect(
      found.map(\.message) == [#"defined a second time, first in file1.json as "one""#])
    #expect(found.map(\.suggestion) == [#""override": true in this file"#])
  }

  @Test func sectionsMergeByKey() throws {
    let first = #"{"schema": "emplace/fleet/1", "policy": {"windowHours": 24}}"#
    let second = #"{"schema": "emplace/fleet/1", "policy": {"carbonPricePerKg": 0.5}}"#
    let same = #"{"schema": "emplace/fleet/1", "policy": {"windowHours": 24}}"#
    let clash = #"{"schema": "emplace/fleet/1", "policy": {"windowHours": 48}}"#
    let forced = #"{"schema": "emplace/fleet/1", "policy": {"override": true, "windowHours": 48}}"#
    let fleet = try read(base, first, second, same)
    #expect(fleet.policy.windowHours == 24)
    #expect(fleet.policy.carbonPricePerKg == 500_000)
    #expect(try read(base, first, forced).policy.windowHours == 48)
    let found = problems(base, first, clash)
    #expect(found.map(\.path) == ["policy.windowHours"])
    #expect(found.map(\.file) == ["file2.json"])
    #expect(found.map(\.suggestion) == [#""override": true beside it"#])
  }

  @Test func everyFileStatesItsSchema() {
    let found = problems(base, "{}")
    #expect(found.map(\.file) == ["file1.json"])
    #expect(found.map(\.path) == ["schema"])
  }

  @Test func syntaxErrorsOfAllFilesComeTogether() {
    let found = problems("{", base, "[1,]")
    #expect(found.map(\.file) == ["file0.json", "file2.json"])
  }

  @Test func slowdownsAreMergedByPair() throws {
    let pair = #"""
      {"schema": "emplace/fleet/1", "accelerators": [{"id": "L4"}],
       "interference": [{"accelerator": "L4", "subject": "a", "neighbour": "b", "slowdown": 1.5}]}
      """#
    let forced = #"""
      {"schema": "emplace/fleet/1", "interference": [{"accelerator": "L4", "subject": "a",
        "neighbour": "b", "slowdown": 2, "override": true}]}
      """#
    #expect(try read(base, pair, forced).interference.map(\.slowdownMillionths) == [2_000_000])
    #expect(
      problems(base, pair, forced.replacing(", \"override\": true", with: "")).map(\.path)
        == ["interference[0]"])
  }

  @Test func noFileIsAnError() {
    #expect(throws: InstanceError.self) { try FleetReader.read(documents: []) }
    #expect(throws: InstanceError.self) { try FleetReader.read(files: []) }
  }
}
