import EmplaceCore
import EmplaceFleet
import EmplaceTestSupport
import Testing

/// Hostile documents: each ends, soon, as a fleet or as a list of problems.
@Suite struct DocumentFuzzTests {
  private static let clock = ContinuousClock()

  /// Reads, within five seconds where speed is measured, and returns whether it was a fleet.
  private func reads(
    _ documents: [(name: String, bytes: [UInt8])], _ note: @autoclosure () -> String
  ) -> Bool {
    let start = Self.clock.now
    var isFleet = false
    do throws(InstanceError) {
      let fleet = try FleetReader.read(documents: documents)
      isFleet = true
      // What is accepted can be written and read again.
      let bytes = FleetWriter.bytes(of: fleet)
      #expect(
        (try? FleetReader.read(documents: [("again.json", bytes)])) == fleet, "\(note())")
    } catch {
      #expect(!error.problems.isEmpty, "\(note())")
      #expect(!error.description.isEmpty, "\(note())")
    }
    if Effort.measuresSpeed { #expect(Self.clock.now - start < .seconds(5), "\(note())") }
    return isFleet
  }

  /// Bytes changed, removed, doubled and moved anywhere.
  @Test(arguments: UInt64(1)...20) func changedBytes(seed: UInt64) {
    var random = RandomGenerator(seed: seed)
    let source = Array(DocumentFixtures.complete.utf8)
    for round in 0..<100 {
      var bytes = source
      for _ in 0..<1 + random.below(6) { Self.mutate(&bytes, &random) }
      let name = random.below(4) == 0 ? "f.yaml" : "f.json"
      _ = reads([(name, bytes)], "seed \(seed), round \(round)")
    }
  }

  private static func mutate(_ bytes: inout [UInt8], _ random: inout RandomGenerator) {
    guard !bytes.isEmpty else { return }
    let at = random.below(bytes.count)
    let end = min(bytes.count, at + 1 + random.below(40))
    switch random.below(8) {
    case 0: bytes[at] = UInt8(truncatingIfNeeded: random.next())
    case 1: bytes[at] ^= 1 << UInt8(random.below(8))
    case 2: bytes.removeSubrange(at..<end)
    case 3: bytes.insert(contentsOf: bytes[at..<end], at: random.below(bytes.count))
    case 4: bytes.removeSubrange(at...)
    case 5:
      bytes.insert(
        contentsOf: Array("{}[],:\"\\-e.0*&!?|>%@`#\t".utf8).dropFirst(random.below(20)), at: at)
    case 6:
      let words = [
        "null", "true", "1e999", "-0", "NaN", "\"\\ud800\"", "[[[[", "{\"a\":", "0.1e-9",
      ]
      bytes.insert(contentsOf: Array(words[random.below(words.count)].utf8), at: at)
    default: bytes[at] = Array("0123456789\"{}[],:-.eE \n".utf8)[random.below(23)]
    }
  }

  /// Values exchanged, removed, doubled and replaced, so that the grammar still holds.
  @Test(arguments: UInt64(1)...20) func changedValues(seed: UInt64) {
    var random = RandomGenerator(seed: seed &+ 1000)
    let document = DocumentValue(DocumentFixtures.complete)
    let places = document.all
    var accepted = 0
    for round in 0..<100 {
      var changed = document
      for _ in 0..<1 + random.below(4) {
        let steps = places[random.below(places.count)].steps
        let other = places[random.below(places.count)].value
        let tokens = [
          "0", "-1", "1e15", "9e15", "0.0000001", "null", "true", "\"\"", "\"x\"", "[]", "{}",
          "[null]", "1e-300", "9007199254740993", "0.5", "1", "2", "1000",
        ]
        let token = tokens[random.below(tokens.count)]
        let choice = random.below(6)
        changed =
          changed.changing(steps) { value in
            switch choice {
            case 0: nil
            case 1: other
            case 2:
              if case .array(let elements) = value { .array(elements + elements) } else { value }
            case 3:
              if case .object(let members) = value { .object(members.reversed()) } else { value }
            default: .scalar(token)
            }
          } ?? .scalar("{}")
      }
      let text = random.below(5) == 0 ? ("f.yaml", changed.yaml()) : ("f.json", changed.text)
      if reads([(text.0, Array(text.1.utf8))], "seed \(seed), round \(round)") { accepted += 1 }
    }
    // Orders and some numbers may change: not everything is a mistake.
    #expect(accepted > 0)
  }

  /// Parts of a document in several files, some of them broken.
  @Test(arguments: UInt64(1)...10) func changedFiles(seed: UInt64) {
    var random = RandomGenerator(seed: seed &+ 2000)
    guard case .object(let members) = DocumentValue(DocumentFixtures.complete) else { return }
    for round in 0..<30 {
      var documents: [(name: String, bytes: [UInt8])] = []
      for (key, value) in members where random.below(10) > 0 {
        for _ in 0..<(random.below(8) == 0 ? 2 : 1) {
          let override = random.below(2) == 0 ? ", \"override\": true" : ""
          var bytes = Array(
            "{\"schema\": \"emplace/fleet/1\", \"\(key)\": \(value.text)\(override)}".utf8)
          if random.below(30) == 0 { Self.mutate(&bytes, &random) }
          documents.append(("part\(documents.count)", bytes))
        }
      }
      guard !documents.isEmpty else { continue }
      _ = reads(documents, "seed \(seed), round \(round)")
    }
  }

  /// Documents that are large in one respect.
  /// The limit is for a hang: the test waits for others too.
  @Test(.timeLimit(.minutes(20))) func largeThings() {
    // The figure is for optimised builds; others are ten times slower and get a smaller document.
    #if DEBUG
      let count = 20_000
    #else
      let count = 200_000
    #endif
    let ids = (0..<count).map { "\"\($0)\"" }.joined(separator: ",")
    let keys = (0..<count).map { "\"k\($0)\": 1" }.joined(separator: ",")
    let sites = (0..<8_000).map {
      "{\"id\": \"s\($0)\", \"tier\": \"edge\", \"jurisdiction\": \"FR\"}"
    }.joined(separator: ",")
    let regions = (0..<8_000).map { "{\"id\": \"r\($0)\"}" }.joined(separator: ",")
    let digits = String(repeating: "9", count: count * 5)
    for (name, text) in [
      ("ids", "{\"sites\": [{\"id\": \"a\", \"autonomousRegions\": [\(ids)]}]}"),
      ("keys", "{\(keys)}"),
      ("same keys", "{" + String(repeating: "\"a\": 1,", count: count) + "\"a\": 1}"),
      (
        "pairs",
        "{\"sites\": [\(sites)], \"regions\": [\(regions)], "
          + "\"network\": {\"roundTripMs\": {\"entries\": []}, \"siteRoundTripMs\": {\"table\": []}}}"
      ),
      ("digits", "{\"name\": \(digits), \"policy\": {\"windowHours\": 0.\(digits)e\(digits)}}"),
      ("long text", "{\"name\": \"\(digits)\", \"\(digits)\": 1}"),
      ("escapes", "{\"name\": \"" + String(repeating: "\\u0041", count: count) + "\"}"),
      (
        "tables",
        "{\"regions\": [\(regions)], \"models\": [\(regions)], \"demandTables\": ["
          + String(repeating: "{\"ratePerSecond\": [[1]]},", count: count / 2) + "{}]}"
      ),
      (
        "periods",
        "{\"horizon\": {\"periods\": [\(ids)]}, \"demands\": [{\"region\": \"r\", "
          + "\"model\": \"m\", \"scenarioRates\": ["
          + (0..<count / 2).map {
            "{\"period\": \"\($0)\", \"ratePerSecond\": 1}"
          }.joined(separator: ",") + "]}]}"
      ),
      (
        "slices",
        "{\"accelerators\": [{\"id\": \"L4\", \"mig\": ["
          + (0..<count / 2).map {
            "{\"name\": \"\($0)\", \"computeSlices\": 1, \"memorySlices\": 1, \"starts\": [0]}"
          }.joined(separator: ",") + "]}]}"
      ),
      ("doubles", "{\"sites\": [\(sites), \(sites), \(sites)]}"),
      (
        "products",
        "{\"accelerators\": ["
          + (0..<count / 2).map {
            "{\"id\": \"NVIDIA-A\($0)\"}"
          }.joined(separator: ",") + "]}"
      ),
      ("domains", "{\"policy\": {\"survive\": [\(ids)]}, \"sites\": [\(sites)]}"),
      (
        "long ids",
        "{\"regions\": [{\"id\": \"\(digits)\"}], \"sites\": [{\"id\": \"a\", "
          + "\"autonomousRegions\": [\"\(digits)1\", \(ids)]}]}"
      ),
      ("late", "{\"pools\": [" + String(repeating: "{},", count: count) + "5]}"),
      ("unknown", "{\"models\": [" + String(repeating: "{\"idd\": 1},", count: count) + "{}]}"),
    ] {
      #expect(!reads([(name, Array(text.utf8))], name))
    }
  }
}
