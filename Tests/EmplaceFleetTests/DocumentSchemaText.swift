import EmplaceTestSupport

@testable import EmplaceFleet

/// The JSON Schema of the document, made from the table of keys.
enum DocumentSchemaText {
  /// The kinds that stand in a fleet; the catalogue has a format of its own.
  static let kinds = ObjectKind.allCases.filter { $0 != .catalogue && $0 != .catalogueRow }

  /// Kinds that several files may define together.
  private static let mergeable: Set<ObjectKind> = [
    .accelerator, .nodeType, .site, .pool, .tenant, .model, .region, .demand,
  ]

  /// The schema file.
  static var text: String {
    let definitions = kinds.filter { $0 != .root }.map { ("\($0)", object($0)) }
    guard case .object(let root) = object(.root) else { return "" }
    let schema = DocumentValue.object(
      [
        ("$schema", quoted("https://json-schema.org/draft/2020-12/schema")),
        ("$id", quoted("urn:emplace:fleet:1")),
        ("title", quoted("Emplace fleet document, \(KeyTable.schemaName)")),
      ] + root + [("$defs", .object(definitions.map { (key: $0.0, value: $0.1) }))])
    return pretty(schema, 0) + "\n"
  }

  private static func quoted(_ text: String) -> DocumentValue {
    .scalar("\"" + text.replacing("\\", with: "\\\\").replacing("\"", with: "\\\"") + "\"")
  }

  private static func object(_ kind: ObjectKind) -> DocumentValue {
    let specs = KeyTable.specs(kind)
    let properties = specs.map { spec in
      (key: spec.key.name, value: described(shape(spec.shape, in: kind), spec))
    }
    let required = specs.filter(\.isRequired).map { quoted($0.key.name) }
    var members: [(key: String, value: DocumentValue)] = [
      ("type", quoted("object")), ("additionalProperties", .scalar("false")),
      ("properties", .object(properties)),
    ]
    guard !required.isEmpty else { return .object(members) }
    if mergeable.contains(kind) {
      // A part that replaces keys of an earlier one gives only those.
      let replaces = DocumentValue.object([
        ("properties", .object([("override", .object([("const", .scalar("true"))]))])),
        ("required", .array([quoted("override")])),
      ])
      members.append(
        ("anyOf", .array([.object([("required", .array(required))]), replaces])))
    } else {
      members.append(("required", .array(required)))
    }
    return .object(members)
  }

  private static func described(_ value: DocumentValue, _ spec: KeySpec) -> DocumentValue {
    guard case .object(let members) = value else { return value }
    var text = spec.meaning
    if let unit = unit(spec.shape) { text += " Unit: \(unit)." }
    if !spec.isRequired { text += " Without it: \(spec.fallback)." }
    return .object(members + [("description", quoted(text))])
  }

  /// The unit of a key, with its rounding.
  static func unit(_ shape: Shape) -> String? {
    switch shape {
    case .quantity(let quantity), .series(let quantity), .quantities(let quantity),
      .quantityMap(let quantity, _), .table(let quantity):
      quantity.unit.name
    default: nil
    }
  }

  private static func shape(_ shape: Shape, in kind: ObjectKind) -> DocumentValue {
    switch shape {
    case .identifier, .text, .reference: return word
    case .anyText: return .object([("type", quoted("string"))])
    case .texts, .references: return list(word, distinct: true)
    case .flag: return .object([("type", quoted("boolean"))])
    case .whole(let range): return whole(range)
    case .wholes(let range, let distinct): return list(whole(range), distinct: distinct)
    case .quantity(let quantity): return number(quantity)
    case .series(let quantity), .quantities(let quantity):
      return oneOrMany(number(quantity))
    case .quantityMap(let quantity, let count):
      guard let count else { return map(number(quantity)) }
      return map(
        .object([
          ("type", quoted("array")), ("items", number(quantity)),
          ("minItems", .scalar("\(count)")), ("maxItems", .scalar("\(count)")),
        ]))
    case .table(let quantity):
      let cell = DocumentValue.object([
        ("anyOf", .array([.object([("type", quoted("null"))]), number(quantity)]))
      ])
      return list(list(cell))
    case .real(let range):
      return .object([
        ("type", quoted("number")), ("minimum", .scalar("\(range.lowerBound)")),
        ("maximum", .scalar("\(range.upperBound)")),
      ])
    case .reals: return map(.object([("type", quoted("number"))]))
    case .choice(let words): return .object([("enum", .array(words.map(quoted)))])
    case .choices(let words):
      return list(.object([("enum", .array(words.map(quoted)))]), distinct: true)
    case .object(let inner): return .object([("$ref", quoted("#/$defs/\(inner)"))])
    case .objects(let inner):
      let item = DocumentValue.object([("$ref", quoted("#/$defs/\(inner)"))])
      return list(item, mayBeEmpty: kind == .root)
    case .profiles:
      let kinds: [ObjectKind] = [.affineProfile, .measuredProfile, .tokenProfile]
      let choices = kinds.map { DocumentValue.object([("$ref", quoted("#/$defs/\($0)"))]) }
      return map(.object([("oneOf", .array(choices))]))
    }
  }

  private static let word = DocumentValue.object([
    ("type", quoted("string")), ("minLength", .scalar("1")),
    ("pattern", quoted("^[^\\u0000-\\u001f\\u007f]*$")),
  ])

  private static func whole(_ range: ClosedRange<Int64>) -> DocumentValue {
    .object([
      ("type", quoted("integer")), ("minimum", .scalar("\(range.lowerBound)")),
      ("maximum", .scalar("\(range.upperBound)")),
    ])
  }

  private static func number(_ quantity: Quantity) -> DocumentValue {
    // A number that rounds up to the least integer above zero may itself be anything above zero.
    let low = quantity.range.lowerBound
    let least: (key: String, value: DocumentValue) =
      quantity.rounding == .up && low == 1
      ? ("exclusiveMinimum", .scalar("0")) : ("minimum", .scalar(quantity.text(low)))
    return .object([
      ("type", quoted("number")), least,
      ("maximum", .scalar(quantity.text(quantity.range.upperBound))),
    ])
  }

  private static func list(
    _ item: DocumentValue, distinct: Bool = false, mayBeEmpty: Bool = false
  ) -> DocumentValue {
    var members: [(key: String, value: DocumentValue)] = [
      ("type", quoted("array")), ("items", item),
    ]
    if !mayBeEmpty { members.append(("minItems", .scalar("1"))) }
    if distinct { members.append(("uniqueItems", .scalar("true"))) }
    return .object(members)
  }

  private static func oneOrMany(_ item: DocumentValue) -> DocumentValue {
    .object([("anyOf", .array([item, list(item)]))])
  }

  private static func map(_ item: DocumentValue) -> DocumentValue {
    .object([
      ("type", quoted("object")), ("minProperties", .scalar("1")),
      ("additionalProperties", item),
    ])
  }

  /// Two spaces a level; what fits on a line stands on one.
  private static func pretty(_ value: DocumentValue, _ indent: Int) -> String {
    let flat = value.text
    if flat.count + indent <= 90 { return flat }
    let space = String(repeating: " ", count: indent + 2)
    let end = String(repeating: " ", count: indent)
    switch value {
    case .object(let members):
      let lines = members.map { "\(space)\"\($0.key)\": \(pretty($0.value, indent + 2))" }
      return "{\n\(lines.joined(separator: ",\n"))\n\(end)}"
    case .array(let elements):
      let lines = elements.map { space + pretty($0, indent + 2) }
      return "[\n\(lines.joined(separator: ",\n"))\n\(end)]"
    case .scalar(let token): return token
    }
  }
}
