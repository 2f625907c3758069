import Emplace
import EmplaceTestSupport

/// A command line with files that are made to break it: instances with changed values, damaged
/// bytes, several files, benchmarks beyond every range. The same seed gives the same case.
struct HostileCase {
  /// Files to write.
  var files: [(name: String, bytes: [UInt8])] = []
  /// Options that say how they are read.
  var reading: [String] = []
  /// Name of the algorithm.
  var algorithm = "auto"

  /// Names of the instance's files.
  var names: [String] { files.map(\.name) }

  /// The case of a seed.
  init(seed: UInt64) {
    var maker = HostileMaker(random: RandomGenerator(seed: seed))
    self = maker.make()
  }

  fileprivate init() {}
}

/// Draws one case.
private struct HostileMaker {
  var random: RandomGenerator

  mutating func make() -> HostileCase {
    var result = HostileCase()
    result.algorithm = pick(["auto", "mip", "lagrangian", "local-search", "greedy"])
    switch random.below(10) {
    case 0, 1: makeAssignment(&result)
    case 2, 3: makeLocation(&result)
    case 4: makeParts(&result)
    case 5: result.files = [("fleet.json", damaged(fleet().text))]
    case 6: result.files = [("fleet.yaml", Array(changed(fleet(), Self.fleetValues).yaml().utf8))]
    default: result.files = [("fleet.json", Array(changed(fleet(), Self.fleetValues).text.utf8))]
    }
    return result
  }

  private mutating func pick<Element>(_ elements: [Element]) -> Element {
    elements[random.below(elements.count)]
  }

  // MARK: Fleets

  private static let fleets = [
    FleetWriter.bytes(of: PlacementGenerator(size: .tiny, family: .metro, seed: 1).fleet()),
    FleetWriter.bytes(of: PlacementGenerator(size: .tiny, family: .lumpy, seed: 2).fleet()),
    Array(CompleteFleet.text.utf8),
  ].map { DocumentValue(String(decoding: $0, as: UTF8.self)) }

  /// Values that stay valid in many places, and some that are valid nowhere.
  private static let fleetValues = [
    "0", "1", "2", "3", "7", "0.5", "0.000001", "100", "1000", "999999", "1000000", "1e9", "1e12",
    "8999999999", "9000000000000",
  ]
  private static let wrongValues = [
    "-1", "1e300", "1e-300", "9223372036854775807", "NaN", "Infinity", "null", "true", "\"\"",
    "\"x\"", "[]", "{}", "[null]", "[[[[[[[[]]]]]]]]",
  ]

  private mutating func fleet() -> DocumentValue { pick(Self.fleets) }

  /// Some values replaced: single ones, all of a key, whole subtrees by others; some of the wrong
  /// type or out of every range.
  private mutating func changed(_ document: DocumentValue, _ values: [String]) -> DocumentValue {
    var result = document
    let places = document.all
    let numbers = places.filter(\.value.isNumber)
    // Most cases should reach the solvers: they change numbers alone, and only one or two.
    let isMild = random.below(3) > 0
    for _ in 0...random.below(isMild ? 2 : 4) {
      let choice = isMild ? 0 : random.below(10)
      let token = choice < 8 ? pick(values) : pick(Self.wrongValues)
      let place = choice == 9 || numbers.isEmpty ? pick(places) : pick(numbers)
      switch random.below(10) {
      case 0, 1, 2: result = result.replacingAll(of: place.steps, by: token)
      case 3 where choice == 9: result = result.changing(place.steps) { _ in nil } ?? result
      case 4 where choice == 9:
        let other = pick(places).value
        result = result.changing(place.steps) { _ in other } ?? result
      case 5 where choice == 9:
        result =
          result.changing(place.steps) { value in
            guard case .array(let elements) = value else { return value }
            return .array(elements.count % 2 == 0 ? elements + elements : [])
          } ?? result
      default: result = result.changing(place.steps) { _ in .scalar(token) } ?? result
      }
    }
    return result
  }

  /// Bytes flipped, cut, doubled; deep nesting.
  private mutating func damaged(_ text: String) -> [UInt8] {
    var bytes = Array(text.utf8)
    for _ in 0...random.below(3) where !bytes.isEmpty {
      let place = random.below(bytes.count)
      switch random.below(6) {
      case 0: bytes[place] ^= 1 << UInt8(random.below(8))
      case 1: bytes.removeSubrange(place...)
      case 2: bytes.removeSubrange(place..<min(place + 1 + random.below(400), bytes.count))
      case 3: bytes.insert(contentsOf: bytes[place..<min(place + 200, bytes.count)], at: place)
      case 4:
        bytes.insert(
          contentsOf: Array(repeating: UInt8(ascii: "["), count: 1 << random.below(18)), at: place)
      default: bytes[place] = UInt8(truncatingIfNeeded: random.next())
      }
    }
    return bytes
  }

  /// The members of a document in files of their own, some twice, some as overrides.
  private mutating func makeParts(_ result: inout HostileCase) {
    guard case .object(let members) = fleet() else { return }
    for (key, value) in members where key != "schema" && random.below(25) > 0 {
      for _ in 0..<(random.below(10) == 0 ? 2 : 1) {
        let changed = random.below(8) == 0 ? changed(value, Self.fleetValues) : value
        let override = random.below(6) == 0 ? ", \"override\": true" : ""
        let text = "{\"schema\": \"emplace/fleet/1\", \"\(key)\": \(changed.text)\(override)}"
        result.files.append(("part\(result.files.count).json", Array(text.utf8)))
      }
    }
  }

  // MARK: Benchmarks

  private static let benchmarkValues = [
    "0", "1", "2", "7", "12", "100", "1000", "1000000", "2147483647", "4611686018427387904",
    "9223372036854775807", "1e9", "1e18", "0.5", "-1", "x", "",
  ]

  private mutating func makeAssignment(_ result: inout HostileCase) {
    result.reading = ["--from", "gap"] + (random.below(3) == 0 ? ["--sense", "max"] : [])
    result.files = [("gap.txt", tokens(Benchmarks.gap))]
  }

  private mutating func makeLocation(_ result: inout HostileCase) {
    result.reading = ["--from", pick(["sscflp", "cflp"])]
    result.files = [("facility.txt", tokens(Benchmarks.facility))]
  }

  /// A benchmark with some tokens replaced, and now and then damaged.
  private mutating func tokens(_ text: String) -> [UInt8] {
    var tokens = text.split(whereSeparator: \.isWhitespace).map(String.init)
    let isMild = random.below(3) > 0
    for _ in 0...random.below(3) {
      // Rows of large values now and then, not only one.
      let value = isMild ? Self.benchmarkValues[random.below(8)] : pick(Self.benchmarkValues)
      let place = random.below(tokens.count)
      for index in place..<min(place + (random.below(3) == 0 ? 8 : 1), tokens.count) {
        tokens[index] = value
      }
    }
    let joined = tokens.joined(separator: " ")
    return random.below(8) == 0 ? damaged(joined) : Array(joined.utf8)
  }
}

extension DocumentValue {
  /// Whether it is written as a number.
  var isNumber: Bool {
    guard case .scalar(let token) = self, let first = token.utf8.first else { return false }
    return first == UInt8(ascii: "-") || (48...57).contains(first)
  }

  /// The document with another number in all places of the same key as the last of the steps.
  fileprivate func replacingAll(of steps: [Step], by token: String) -> DocumentValue {
    guard let key = Self.key(of: steps) else { return self }
    return all.reduce(self) { document, place in
      guard place.value.isNumber, Self.key(of: place.steps) == key else { return document }
      return document.changing(place.steps) { _ in .scalar(token) } ?? document
    }
  }

  private static func key(of steps: [Step]) -> String? {
    for case .key(let key) in steps.reversed() { return key }
    return nil
  }
}
