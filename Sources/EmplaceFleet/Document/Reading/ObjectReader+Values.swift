/// Values by key.
extension ObjectReader {
  // MARK: - Numbers

  /// A decimal or a whole number in its small unit.
  mutating func integer(_ view: View, _ key: Key) -> Int64? {
    guard let node = node(view, key) else { return nil }
    return number(node, compiled(view, key))
  }

  /// A number in its small unit, or a problem.
  mutating func number(_ node: Int, _ spec: KeyTable.Compiled) -> Int64? {
    guard tree.nodes[node].kind == .number else {
      reportNoNumber(node, spec)
      return nil
    }
    let decimal = tree.withBytes(of: node) { DecimalNumber($0) }
    let isWhole = spec.unit == nil
    // Rounding up would hide a number just below zero.
    if decimal.isNegative, decimal.digits > 0, spec.range.lowerBound >= 0 {
      reportRange(node, spec, isBelow: true)
      return nil
    }
    switch decimal.scaled(by: spec.scale, spec.rounding) {
    case .integer(let value, let isExact):
      if isWhole, !isExact {
        problems.add(node, "must be a whole number", maybe: "\(value)")
        return nil
      }
      if spec.range.contains(value) { return value }
      reportRange(node, spec, isBelow: value < spec.range.lowerBound)
    case .tooLarge:
      reportRange(node, spec, isBelow: decimal.isNegative)
    }
    return nil
  }

  private mutating func reportNoNumber(_ node: Int, _ spec: KeyTable.Compiled) {
    let what = spec.unit.map { "a number (\($0.name))" } ?? "a whole number"
    switch tree.nodes[node].kind {
    case .notFinite:
      problems.add(node, "expected \(what); numbers are finite", maybe: "leave the key out")
    case .string:
      let text = tree.string(node)
      let isNumber = DecimalNumber.isJSONNumber(text)
      problems.add(
        node, "expected \(what), found text",
        maybe: isNumber ? "\(text) without quotes" : "")
    case .null:
      problems.add(node, "expected \(what)", maybe: "leave the key out")
    default:
      problems.add(node, "expected \(what)")
    }
  }

  private mutating func reportRange(
    _ node: Int, _ spec: KeyTable.Compiled, isBelow: Bool
  ) {
    let low = spec.range.lowerBound
    let high = spec.range.upperBound
    let unit = spec.unit.map { " \($0.name)" } ?? ""
    if isBelow {
      let least = DecimalText.text(low, scale: spec.scale)
      let text = tree.string(node)
      if low >= 0, text.hasPrefix("-") {
        problems.add(
          node, "must not be negative", maybe: low == 0 ? shortened(String(text.dropFirst())) : "")
      } else {
        problems.add(node, "must be at least \(least)\(unit)", maybe: least)
      }
      return
    }
    let most = DecimalText.text(high, scale: spec.scale)
    if high == Quantity.largest {
      problems.add(
        node, "does not fit the integer unit: at most \(most)\(unit)",
        maybe: "the number is in another unit than the key says")
    } else if spec.unit == .share {
      let suggestion = shareSuggestion(node)
      problems.add(node, "must be at most 1, it is a share", maybe: suggestion)
    } else {
      problems.add(node, "must be at most \(most)\(unit)", maybe: most)
    }
  }

  /// 95 was meant as 0.95.
  private func shareSuggestion(_ node: Int) -> String {
    let decimal = tree.withBytes(of: node) { DecimalNumber($0) }
    guard case .integer(let value, true) = decimal.scaled(by: 10_000, .up), value <= 1_000_000
    else { return "a number from 0 to 1" }
    return DecimalText.text(value, scale: 1_000_000)
  }

  /// A number for each representative hour, or one for all.
  mutating func series(_ view: View, _ key: Key) -> Series? {
    guard let node = node(view, key) else { return nil }
    let spec = compiled(view, key)
    guard tree.nodes[node].kind == .array else {
      return number(node, spec).map { .constant($0) }
    }
    let count = Int(tree.nodes[node].length)
    guard count == hourCount else {
      problems.add(
        node,
        "expected one number or \(hourCount), one for each of horizon.hoursUTC, "
          + "found \(count)")
      return nil
    }
    return numbers(node, spec).map { .hourly($0) }
  }

  /// A number, or a list of them.
  mutating func integers(_ view: View, _ key: Key) -> [Int64]? {
    guard let node = node(view, key) else { return nil }
    let spec = compiled(view, key)
    guard tree.nodes[node].kind == .array else { return number(node, spec).map { [$0] } }
    if tree.nodes[node].length == 0 {
      problems.add(node, "an empty list of numbers", maybe: "leave the key out")
      return nil
    }
    return numbers(node, spec)
  }

  /// The numbers of an array.
  mutating func numbers(_ node: Int, _ spec: KeyTable.Compiled) -> [Int64]? {
    var values: [Int64] = []
    values.reserveCapacity(Int(tree.nodes[node].length))
    var isWhole = true
    var child = node + 1
    let end = Int(tree.nodes[node].next)
    while child < end {
      if let value = number(child, spec) { values.append(value) } else { isWhole = false }
      child = Int(tree.nodes[child].next)
    }
    return isWhole ? values : nil
  }

  /// A decimal that decides nothing in integers.
  mutating func real(_ view: View, _ key: Key, _ range: ClosedRange<Double>) -> Double? {
    guard let node = node(view, key) else { return nil }
    return real(node, range)
  }

  /// A decimal that decides nothing in integers.
  mutating func real(_ node: Int, _ range: ClosedRange<Double>) -> Double? {
    guard tree.nodes[node].kind == .number else {
      reportNoNumber(node, KeyTable.Compiled(unit: .factor))
      return nil
    }
    guard let value = Double(tree.string(node)), value.isFinite, range.contains(value) else {
      problems.add(
        node,
        range == Self.anyReal
          ? "does not fit a number of 64 bits"
          : "must be from \(Self.short(range.lowerBound)) to \(Self.short(range.upperBound))")
      return nil
    }
    return value == 0 ? 0 : value
  }

  /// Every finite number.
  static let anyReal =
    -Double.greatestFiniteMagnitude...Double.greatestFiniteMagnitude

  private static func short(_ value: Double) -> String {
    value == value.rounded() && abs(value) < 1e15 ? "\(Int64(value))" : "\(value)"
  }

  // MARK: - Words

  /// true or false.
  mutating func flag(_ view: View, _ key: Key) -> Bool? {
    guard let node = node(view, key) else { return nil }
    switch tree.nodes[node].kind {
    case .yes: return true
    case .no: return false
    default:
      problems.add(node, "expected true or false")
      return nil
    }
  }

  /// Text that is not empty.
  mutating func text(_ view: View, _ key: Key) -> String? {
    guard let node = node(view, key) else { return nil }
    return text(node)
  }

  /// Text that is not empty.
  mutating func text(_ node: Int) -> String? {
    guard tree.nodes[node].kind == .string else {
      let isWord = tree.nodes[node].kind.rawValue < DocumentNode.Kind.string.rawValue
      problems.add(
        node, "expected text", maybe: isWord ? "\"\(shortened(tree.string(node)))\"" : "")
      return nil
    }
    guard tree.nodes[node].length > 0 else {
      problems.add(node, "the text is empty", maybe: "leave the key out")
      return nil
    }
    let hasControl = tree.withBytes(of: node) { bytes in bytes.contains { $0 < 32 || $0 == 127 } }
    if hasControl {
      problems.add(node, "the text has control characters")
      return nil
    }
    return tree.string(node)
  }

  /// Different texts, at least one.
  mutating func texts(_ view: View, _ key: Key) -> [String]? {
    guard let node = node(view, key), let children = elements(node, "texts") else { return nil }
    var seen: Set<String> = []
    var result: [String] = []
    for child in children {
      guard let word = text(child) else { continue }
      if seen.insert(word).inserted {
        result.append(word)
      } else {
        problems.add(child, "stands twice in the list", maybe: "remove one of the two")
      }
    }
    return result
  }

  /// One of the cases of an enumeration.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ view: View, _ key: Key, _ type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let node = node(view, key) else { return nil }
    return choice(node, type)
  }

  /// One of the cases of an enumeration.
  mutating func choice<Choice: RawRepresentable & CaseIterable>(
    _ node: Int, _ type: Choice.Type
  ) -> Choice? where Choice.RawValue == String {
    guard let word = text(node) else { return nil }
    if let found = Choice(rawValue: word) { return found }
    let words = Choice.allCases.map(\.rawValue)
    let nearest = nearest(word, among: words)
    problems.add(node, "must be one of \(words.joined(separator: ", "))", maybe: nearest)
    return nil
  }

  /// Different cases of an enumeration, at least one.
  mutating func choices<Choice: RawRepresentable & CaseIterable & Hashable>(
    _ view: View, _ key: Key, _ type: Choice.Type
  ) -> [Choice]? where Choice.RawValue == String {
    guard let node = node(view, key), let children = elements(node, "words") else { return nil }
    var result: [Choice] = []
    for child in children {
      guard let found = choice(child, type) else { continue }
      if result.contains(found) {
        problems.add(child, "stands twice in the list", maybe: "remove one of the two")
      } else {
        result.append(found)
      }
    }
    return result
  }

  // MARK: - References

  /// Index of the entity that a key names.
  mutating func reference(_ view: View, _ key: Key) -> Int? {
    guard let node = node(view, key) else { return nil }
    return reference(node, compiled(view, key).target)
  }

  /// Index of the entity that a text names.
  mutating func reference(_ node: Int, _ kind: ObjectKind) -> Int? {
    guard tree.nodes[node].kind == .string else {
      problems.add(node, "expected the id of \(kind.withArticle)")
      return nil
    }
    let table = ids[Int(kind.rawValue)]
    if let found = tree.withBytes(of: node, { table.find($0) }) { return found }
    let nearest =
      problems.wantsSuggestions ? Nearest.word(to: tree.string(node), in: table) : nil
    problems.add(
      node, "no \(kind.noun) has this id", maybe: nearest.map { "\"\(shortened($0))\"" } ?? "")
    return nil
  }

  /// Indices of different entities, at least one.
  mutating func references(_ view: View, _ key: Key) -> [Int]? {
    guard let node = node(view, key) else { return nil }
    let kind = compiled(view, key).target
    guard let children = elements(node, "\(kind.noun) ids") else { return nil }
    var seen: Set<Int> = []
    var result: [Int] = []
    for child in children {
      guard let index = reference(child, kind) else { continue }
      if seen.insert(index).inserted {
        result.append(index)
      } else {
        problems.add(child, "stands twice in the list", maybe: "remove one of the two")
      }
    }
    return result
  }
}
