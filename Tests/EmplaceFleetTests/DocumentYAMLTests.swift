import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Testing

/// YAML passes the same validation as JSON.
@Suite struct DocumentYAMLTests {
  private func problems(_ text: String) -> [InstanceError.Problem] {
    DocumentFixtures.problems([("fleet.yaml", text)])
  }

  @Test(arguments: [DocumentFixtures.complete, DocumentFixtures.minimal])
  func blockYAMLGivesTheSameFleet(_ json: String) throws {
    let fleet = try DocumentFixtures.read(json)
    let yaml = DocumentValue(json).yaml()
    #expect(try DocumentFixtures.read(yaml, name: "fleet.yaml") == fleet)
    // Without the ending, the first byte decides.
    #expect(try DocumentFixtures.read(yaml, name: "fleet") == fleet)
    // JSON is YAML.
    #expect(try DocumentFixtures.read(json, name: "fleet.yml") == fleet)
  }

  /// The same mistakes are the same problems, up to the position.
  @Test func mistakesAreTheSameProblems() {
    let document = DocumentValue(DocumentFixtures.complete)
    for (steps, value) in document.all {
      guard case .scalar = value else { continue }
      for token in ["-7", "\"wrong\"", "null", "1e40", "true"] {
        guard let changed = document.changing(steps, { _ in .scalar(token) }) else { continue }
        let fromJSON = DocumentFixtures.problems(changed.text, name: "fleet.json")
        let fromYAML = DocumentFixtures.problems(changed.yaml(), name: "fleet.yaml")
        #expect(fromJSON.map(\.short) == fromYAML.map(\.short))
        #expect(fromYAML.allSatisfy { $0.line != nil })
      }
    }
  }

  @Test func plainWordsAreTextUnlessJSONSaysOtherwise() throws {
    let yaml = DocumentValue(DocumentFixtures.minimal).yaml()
    // Norway is no boolean.
    let norway = yaml.replacing("jurisdiction: \"FR\"", with: "jurisdiction: NO")
    #expect(try DocumentFixtures.read(norway, name: "f.yaml").sites[0].jurisdiction == "NO")
    let octal = yaml.replacing("owned: 1", with: "owned: 0o17")
    #expect(problems(octal).map(\.message) == ["expected a whole number, found text"])
    let infinite = yaml.replacing("owned: 1", with: "owned: .inf")
    #expect(
      problems(infinite).map(\.message) == ["expected a whole number; numbers are finite"])
    let quoted = yaml.replacing("owned: 1", with: "owned: '1'")
    #expect(problems(quoted).map(\.suggestion) == ["1 without quotes"])
    let nothing = yaml.replacing("owned: 1", with: "owned:")
    #expect(problems(nothing).map(\.message) == ["expected a whole number"])
  }

  @Test func problemsHaveLines() throws {
    let yaml = "schema: emplace/fleet/1\nsites:\n  - id: a\n    powerCapWatts: -1\n"
    let found = problems(yaml)
    let problem = try #require(found.first { $0.path == "sites[0].powerCapWatts" })
    #expect(problem.line == 4)
    #expect(problem.column == 20)
    #expect(problem.value == "-1")
  }

  @Test func aliasesAndMergeKeysAreFollowed() throws {
    let yaml = """
      schema: emplace/fleet/1
      nodeTypes: [{id: cpu, cpuCores: 4, memoryGiB: 16}]
      sites:
        - &here {id: here, tier: edge, jurisdiction: FR, latitude: 1, longitude: 2}
        - {<<: *here, id: there, longitude: 3}
      pools: [{site: here, nodeType: cpu, owned: 1}]
      models:
        - id: m
          slo: &slo {latencyMs: 100}
          variants:
            - id: v
              artifactGiB: 1
              devices: 0
              cpuCores: 1
              profiles: {cpu: {kind: affine, baseMs: 5, perItemMs: 1, batchLimit: 4}}
      regions: [{id: r, latitude: 1, longitude: 2}]
      demands: [{region: r, model: m, ratePerSecond: 1, slo: *slo}]
      """
    let fleet = try DocumentFixtures.read(yaml, name: "f.yaml")
    #expect(fleet.sites.map(\.id) == ["here", "there"])
    #expect(fleet.sites[1].coordinates == Coordinates(latitude: 1, longitude: 3))
    #expect(fleet.demands[0].objective == .latency(microseconds: 100_000))
  }

  @Test(.timeLimit(.minutes(20))) func aliasBombsAreRefused() {
    var bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x]\n"
    for level in 1..<40 {
      let alias = "*a\(level - 1)"
      bomb +=
        "a\(level): &a\(level) [\(Array(repeating: alias, count: 9).joined(separator: ", "))]\n"
    }
    let expected = "aliases make the document far longer than the file"
    #expect(problems(bomb).map(\.message) == [expected])
    var merges = "m0: &m0 {k: 1}\n"
    for level in 1..<40 {
      merges +=
        "m\(level): &m\(level) {<<: [*m\(level - 1), *m\(level - 1)], a: *m\(level - 1), b: *m\(level - 1)}\n"
    }
    #expect(!problems(merges).isEmpty)
    // As a key, where the parser would compare it by value.
    for key in ["? *a39\n: 1\n", "*a39 : 1\n", "? [*a39, *a39]\n: 1\n", "{[*a39]: 1}\n"] {
      #expect(
        problems(bomb + key).map(\.message)
          == ["keys that are lists, mappings or aliases are not read"], "\(key)")
    }
  }

  @Test(arguments: [
    ("a: [1, 2", "did not find expected ',' or ']'"),
    ("a: b: c\n", "mapping values are not allowed in this context"),
    ("a: *nowhere\n", "found undefined alias"), ("", "the file is empty"),
    ("a: 1\n---\nb: 2\n", "but found another document"),
    ("? [1]\n: 2\n", "a key must be text"),
  ])
  func brokenYAMLHasAMessage(_ text: String, _ message: String) {
    #expect(problems(text).map(\.message) == [message])
  }

  @Test func duplicateKeysAreRefused() {
    let found = problems("schema: emplace/fleet/1\nname: a\nname: b\n")
    #expect(found.map(\.path) == ["name"])
    #expect(found.map(\.message) == ["the key stands twice in this mapping"])
  }

  @Test(.timeLimit(.minutes(20))) func deepNestingIsRefused() {
    for text in [
      String(repeating: "[", count: 100_000), String(repeating: "- ", count: 100_000) + "x",
      String(repeating: "{a: ", count: 100_000),
      String(repeating: "[", count: 900)
        + String(repeating: "]", count: 900),
      (0..<300).map { String(repeating: " ", count: $0) + "a:\n" }.joined(),
    ] {
      #expect(problems(text).count == 1)
    }
  }

  @Test func invalidTextIsRefused() {
    let found = DocumentFixtures.problems(bytes: [("f.yaml", [0x61, 0x3A, 0x20, 0xFF])])
    #expect(found.map(\.message) == ["not valid UTF-8"])
    #expect(!DocumentFixtures.problems(bytes: [("f.yaml", [0x61, 0x3A, 0x20, 0x00])]).isEmpty)
  }

  /// The densest text that the size limit allows ends within seconds, and so does a longer one.
  @Test(.timeLimit(.minutes(20))) func longFilesEndSoon() {
    #if DEBUG
      let bytes = 200_000
    #else
      let bytes = 4 << 20
    #endif
    let clock = ContinuousClock()
    for (head, piece, tail) in [("[", "1,", "1]"), ("", "- 1\n", ""), ("{", "? a,", "}")] {
      let text = head + String(repeating: piece, count: bytes / piece.utf8.count - 2) + tail
      let start = clock.now
      #expect(!problems(text).isEmpty)
      print("YAML \(piece.prefix(3).dropLast()) \(clock.now - start)")
    }
    let long = String(repeating: "- 1\n", count: 5_000_000)
    #expect(problems(long).count == 1)
  }
}
