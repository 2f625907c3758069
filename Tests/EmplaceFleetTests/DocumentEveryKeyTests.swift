import EmplaceCore
import EmplaceTestSupport
import Testing

@testable import EmplaceFleet

/// Mistakes made at every place of the complete document, by the table of keys.
@Suite struct DocumentEveryKeyTests {
  static let document = DocumentValue(DocumentFixtures.complete)

  /// Places of all scalars, with what the table says of their key.
  static let places: [(steps: [DocumentValue.Step], spec: KeySpec)] = {
    document.all.compactMap { steps, value in
      guard case .scalar = value, let spec = spec(steps) else { return nil }
      return (steps, spec)
    }
  }()

  /// The key that a place belongs to, found by walking the table beside the steps.
  static func spec(_ steps: [DocumentValue.Step]) -> KeySpec? {
    var kind = ObjectKind.root
    var spec: KeySpec?
    var value = document
    for step in steps {
      guard let next = value[[step]] else { return nil }
      if case .key(let name) = step {
        if let shape = spec?.shape {
          switch shape {
          case .profiles: spec = nil
          case .quantityMap, .reals:
            value = next
            continue
          default: break
          }
        }
        if spec == nil, KeyTable.specs(kind).first(where: { $0.key.name == name }) == nil {
          // A name of the document's own: a profile under its hardware.
          if case .scalar(let word)? = next[[.key("kind")]] {
            kind =
              ["\"affine\"": .affineProfile, "\"measured\"": .measuredProfile][word]
              ?? .tokenProfile
          }
          value = next
          continue
        }
        guard let found = KeyTable.specs(kind).first(where: { $0.key.name == name }) else {
          return nil
        }
        spec = found
        switch found.shape {
        case .object(let inner), .objects(let inner): kind = inner
        case .profiles: kind = .assumption
        default: break
        }
        if case .object = found.shape { spec = found }
      }
      value = next
      if case .object(let members) = value, !members.isEmpty, let shape = spec?.shape {
        switch shape {
        case .object, .objects: spec = nil
        default: break
        }
      }
    }
    return spec
  }

  @Test func everyScalarHasASpec() {
    let scalars = Self.document.all.filter { if case .scalar = $0.value { true } else { false } }
    #expect(Self.places.count == scalars.count)
    #expect(Self.places.count > 200)
  }

  /// What the table expects of a number: its unit for messages, nil where it is no number.
  private static func number(_ shape: Shape) -> (unit: String, low: Int64?, isWhole: Bool)? {
    switch shape {
    case .whole(let range), .wholes(let range, _): ("a whole number", range.lowerBound, true)
    case .quantity(let quantity), .series(let quantity), .quantities(let quantity),
      .quantityMap(let quantity, _), .table(let quantity):
      ("a number (\(quantity.unit.name))", quantity.range.lowerBound, false)
    case .real, .reals: ("a number (factor)", nil, false)
    default: nil
    }
  }

  /// Problems at the path of the steps, or of one of the things around it.
  private func problems(_ text: String, at steps: [DocumentValue.Step]) -> [String] {
    let path = DocumentValue.path(steps)
    return DocumentFixtures.problems(text).filter { $0.path == path }.map(\.message)
  }

  @Test func numbersRefuseTextNullAndInfinity() throws {
    var count = 0
    for (steps, spec) in Self.places {
      guard let expected = Self.number(spec.shape) else { continue }
      var isCell = false
      if case .table = spec.shape { isCell = true }
      for (token, message) in [
        ("\"many\"", "expected \(expected.unit), found text"),
        ("true", "expected \(expected.unit)"), ("null", "expected \(expected.unit)"),
        ("{}", "expected \(expected.unit)"),
        ("NaN", "expected \(expected.unit); numbers are finite"),
        ("Infinity", "expected \(expected.unit); numbers are finite"),
      ] where !(isCell && token == "null") {
        let found = problems(Self.document.replacing(steps, with: token), at: steps)
        #expect(found == [message], "\(DocumentValue.path(steps)) = \(token)")
        count += 1
      }
    }
    #expect(count > 500)
  }

  @Test func numbersRefuseWhatIsTooSmallOrTooLarge() throws {
    for (steps, spec) in Self.places {
      guard let expected = Self.number(spec.shape), let low = expected.low else { continue }
      let path = DocumentValue.path(steps)
      if low >= 0 {
        let found = problems(Self.document.replacing(steps, with: "-3"), at: steps)
        #expect(found == ["must not be negative"], "\(path) = -3")
      }
      let found = problems(Self.document.replacing(steps, with: "1e31"), at: steps)
      #expect(found.count == 1, "\(path) = 1e31")
      #expect(
        found.first?.hasPrefix("must be at most") == true
          || found.first?.hasPrefix("does not fit the integer unit: at most") == true,
        "\(path) = 1e31: \(found)")
    }
  }

  @Test func wholeNumbersRefuseFractions() {
    for (steps, spec) in Self.places {
      guard let expected = Self.number(spec.shape), expected.isWhole else { continue }
      let found = problems(Self.document.replacing(steps, with: "1.25"), at: steps)
      #expect(found == ["must be a whole number"], "\(DocumentValue.path(steps))")
    }
  }

  @Test func wordsRefuseOtherThings() {
    for (steps, spec) in Self.places where Self.number(spec.shape) == nil {
      let path = DocumentValue.path(steps)
      guard spec.key != .dollarSchema else { continue }
      for token in ["12", "[]", "\"\"", "\"no such word\""] {
        if case .identifier = spec.shape, token.contains("such") { continue }
        if case .text = spec.shape, token.contains("such") { continue }
        if case .texts = spec.shape, token.contains("such") { continue }
        let found = problems(Self.document.replacing(steps, with: token), at: steps)
        #expect(!found.isEmpty, "\(path) = \(token)")
      }
    }
  }

  /// An unknown key in every object, with the key that was meant.
  @Test func unknownKeysAreReportedInEveryObject() {
    var count = 0
    for (steps, value) in Self.document.all {
      guard case .object(let members) = value, !Self.isMap(steps), let first = members.first,
        first.key.count > 3
      else { continue }
      let typo = first.key + "x"
      let found = DocumentFixtures.problems(Self.document.adding(typo, "1", to: steps))
      let path = DocumentValue.path(steps + [.key(typo)])
      #expect(
        found.contains { $0.path == path && $0.message.hasSuffix("has no key \"\(typo)\"") },
        "\(path)")
      count += 1
    }
    #expect(count > 15)
  }

  private static func isMap(_ steps: [DocumentValue.Step]) -> Bool {
    guard case .key(let name)? = steps.last else { return false }
    return ["profiles", "curves", "deltaGiB", "parameters"].contains(name)
  }

  /// The same key twice in every object.
  @Test func duplicateKeysAreReportedInEveryObject() {
    var count = 0
    for (steps, value) in Self.document.all {
      guard case .object(let members) = value, let (key, member) = members.last else { continue }
      let found = DocumentFixtures.problems(Self.document.adding(key, member.text, to: steps))
      let path = DocumentValue.path(steps + [.key(key)])
      #expect(
        found.map(\.short)
          == ["\(path): the key stands twice in this object. Maybe remove one of the two"])
      count += 1
    }
    #expect(count > 60)
  }

  /// Every required key of every object, left out.
  @Test func missingKeysAreReported() {
    var count = 0
    for (steps, value) in Self.document.all {
      guard case .object = value, let kind = Self.kind(of: steps) else { continue }
      for spec in KeyTable.specs(kind) where spec.isRequired {
        let place = steps + [.key(spec.key.name)]
        let path = DocumentValue.path(place)
        let found = DocumentFixtures.problems(Self.document.removing(place))
        #expect(
          found.contains { $0.path == path && $0.message.hasPrefix("missing") }, "\(path)")
        count += 1
      }
    }
    #expect(count > 120)
  }

  /// The kind of the object at the end of the steps.
  static func kind(of steps: [DocumentValue.Step]) -> ObjectKind? {
    guard !steps.isEmpty else { return .root }
    guard let object = document[steps], case .object(let members) = object else { return nil }
    if members.contains(where: { $0.key == "kind" }) {
      let kind = object[[.key("kind")]]?.text
      return kind == "\"affine\""
        ? .affineProfile : kind == "\"measured\"" ? .measuredProfile : .tokenProfile
    }
    guard let name = steps.lastIndex(where: { if case .key = $0 { true } else { false } }),
      case .key(let key) = steps[name], let outer = self.kind(of: Array(steps[..<name])),
      let spec = KeyTable.specs(outer).first(where: { $0.key.name == key })
    else { return nil }
    switch spec.shape {
    case .object(let inner), .objects(let inner): return inner
    default: return nil
    }
  }
}
