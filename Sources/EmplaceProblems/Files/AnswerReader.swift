internal import EmplaceCore

/// Reads a JSON file of a known shape (RFC 8259), front to back, in one pass over its bytes.
///
/// Every object names the keys it may hold: an unknown, a missing or a doubled one is an error, as
/// is anything that is not UTF-8. Errors know their line, column and path. Nesting is as deep as
/// the shape asks, so no input overflows the stack.
struct AnswerReader {
  /// Keys of an object; those from `optionalFrom` on may be missing.
  struct Keys: Sendable {
    let names: [String]
    let bytes: [[UInt8]]
    let required: UInt64

    init(_ required: [String], optional: [String] = []) {
      names = required + optional
      bytes = names.map { Array($0.utf8) }
      self.required = (1 << UInt64(required.count)) - 1
    }
  }

  private enum Step {
    case key(String)
    case index(Int)
  }

  let file: String
  private let bytes: [UInt8]
  private var at = 0
  private var path: [Step] = []
  private var tokenStart = 0

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
    if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
  }

  // MARK: Containers

  /// Reads an object; `read` is called with the name of each key and must read its value.
  mutating func object(
    _ keys: Keys, _ read: (inout AnswerReader, String) throws(AnswerError) -> Void
  ) throws(AnswerError) {
    try expect(UInt8(ascii: "{"), "an object")
    let start = tokenStart
    var seen: UInt64 = 0
    var isFirst = true
    while try more(isFirst: isFirst, closing: UInt8(ascii: "}")) {
      isFirst = false
      let index = try key(of: keys)
      let bit: UInt64 = 1 << UInt64(index)
      path.append(.key(keys.names[index]))
      guard seen & bit == 0 else { throw unreadable("the key stands twice", maybe: "one is meant") }
      seen |= bit
      try expect(UInt8(ascii: ":"), "a colon")
      try read(&self, keys.names[index])
      path.removeLast()
    }
    let missing = keys.required & ~seen
    guard missing == 0 else {
      path.append(.key(keys.names[missing.trailingZeroBitCount]))
      tokenStart = start
      throw unreadable("the key is missing", maybe: "the file was cut or edited by hand")
    }
  }

  /// Reads an array; `read` is called for each element and must read it.
  mutating func array(
    _ read: (inout AnswerReader) throws(AnswerError) -> Void
  ) throws(AnswerError) {
    try expect(UInt8(ascii: "["), "an array")
    var index = 0
    while try more(isFirst: index == 0, closing: UInt8(ascii: "]")) {
      path.append(.index(index))
      try read(&self)
      path.removeLast()
      index += 1
    }
  }

  /// After the last value nothing may follow.
  mutating func finish() throws(AnswerError) {
    skipBlanks()
    tokenStart = at
    guard at == bytes.count else {
      throw unreadable(
        "something follows the end of the document", maybe: "two documents stand in one file")
    }
  }

  private mutating func more(isFirst: Bool, closing: UInt8) throws(AnswerError) -> Bool {
    skipBlanks()
    tokenStart = at
    guard at < bytes.count else { throw cut() }
    if bytes[at] == closing {
      at += 1
      return false
    }
    if !isFirst {
      guard bytes[at] == UInt8(ascii: ",") else {
        throw unreadable("a comma or \"\(Character(UnicodeScalar(closing)))\" is needed here")
      }
      at += 1
    }
    return true
  }

  private mutating func key(of keys: Keys) throws(AnswerError) -> Int {
    let (range, isPlain) = try quoted("a key in quotes")
    if isPlain {
      for (index, name) in keys.bytes.enumerated()
      where name.count == range.count && bytes[range].elementsEqual(name) { return index }
    }
    let text = try string(range, isPlain)
    if let index = keys.names.firstIndex(of: text) { return index }
    path.append(.key(text))
    throw unreadable("no such key here", maybe: "one of \(keys.names.joined(separator: ", "))")
  }

  // MARK: Scalars

  /// Reads a string.
  mutating func string() throws(AnswerError) -> String {
    let (range, isPlain) = try quoted("a string in quotes")
    return try string(range, isPlain)
  }

  /// Reads a whole number of 64 bits. One written with a fraction or beyond the range is refused.
  mutating func integer() throws(AnswerError) -> Int64 {
    let range = try number()
    if let value = whole(range) { return value }
    guard PlainNumber(json: text(range)) != nil else { throw refused("not a number that fits") }
    throw refused("a whole number of at most 64 bits is needed")
  }

  /// Reads a number, exactly.
  mutating func decimal() throws(AnswerError) -> PlainNumber {
    let range = try number()
    guard let number = PlainNumber(json: text(range)) else {
      throw refused("not a number that fits")
    }
    return number
  }

  private mutating func number() throws(AnswerError) -> Range<Int> {
    skipBlanks()
    tokenStart = at
    while at < bytes.count, Self.isOfNumber(bytes[at]) { at += 1 }
    // No document ends with a number.
    guard at < bytes.count else { throw cut() }
    guard at > tokenStart else { throw unreadable("a number is needed") }
    return tokenStart..<at
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "+"),
      UInt8(ascii: "."), UInt8(ascii: "e"), UInt8(ascii: "E"):
      true
    default: false
    }
  }

  /// The value of digits behind an optional minus, without leading zeros.
  private func whole(_ range: Range<Int>) -> Int64? {
    let isNegative = bytes[range.lowerBound] == UInt8(ascii: "-")
    let digits = bytes[range].dropFirst(isNegative ? 1 : 0)
    guard let first = digits.first, digits.count == 1 || first != UInt8(ascii: "0") else {
      return nil
    }
    var (value, overflow): (Int64, Bool) = (0, false)
    for byte in digits {
      guard byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") else { return nil }
      let digit = Int64(byte - UInt8(ascii: "0"))
      (value, overflow) = value.multipliedReportingOverflow(by: 10)
      guard !overflow else { return nil }
      (value, overflow) =
        isNegative
        ? value.subtractingReportingOverflow(digit) : value.addingReportingOverflow(digit)
      guard !overflow else { return nil }
    }
    return value
  }

  private func text(_ range: Range<Int>) -> String {
    String(decoding: bytes[range], as: UTF8.self)
  }

  // MARK: Strings

  /// Finds the end of a string; says whether it is free of escapes.
  private mutating func quoted(_ wanted: String) throws(AnswerError) -> (Range<Int>, Bool) {
    skipBlanks()
    tokenStart = at
    guard at < bytes.count else { throw cut() }
    guard bytes[at] == UInt8(ascii: "\"") else { throw unreadable("\(wanted) is needed here") }
    at += 1
    let start = at
    var isPlain = true
    while at < bytes.count, bytes[at] != UInt8(ascii: "\"") {
      guard bytes[at] >= 0x20 else { throw unreadable("a control character in a string") }
      if bytes[at] == UInt8(ascii: "\\") {
        isPlain = false
        at += 1
      }
      at += 1
    }
    guard at < bytes.count else { throw cut() }
    at += 1
    return (start..<at - 1, isPlain)
  }

  private func string(_ range: Range<Int>, _ isPlain: Bool) throws(AnswerError) -> String {
    let text = isPlain ? String(validating: bytes[range], as: UTF8.self) : unescaped(range)
    guard let text else { throw unreadable("the string is not well-formed") }
    return text
  }

  private func unescaped(_ range: Range<Int>) -> String? {
    var units: [UInt8] = []
    var position = range.lowerBound
    while position < range.upperBound {
      let byte = bytes[position]
      position += 1
      guard byte == UInt8(ascii: "\\") else {
        units.append(byte)
        continue
      }
      let escape = bytes[position]
      position += 1
      if escape == UInt8(ascii: "u") {
        guard let scalar = scalar(at: &position, before: range.upperBound) else { return nil }
        units.append(contentsOf: String(scalar).utf8)
      } else if let plain = Self.escapes[escape] {
        units.append(plain)
      } else {
        return nil
      }
    }
    return String(validating: units, as: UTF8.self)
  }

  private static let escapes: [UInt8: UInt8] = [
    UInt8(ascii: "\""): UInt8(ascii: "\""), UInt8(ascii: "\\"): UInt8(ascii: "\\"),
    UInt8(ascii: "/"): UInt8(ascii: "/"), UInt8(ascii: "b"): 8, UInt8(ascii: "f"): 12,
    UInt8(ascii: "n"): 10, UInt8(ascii: "r"): 13, UInt8(ascii: "t"): 9,
  ]

  /// The scalar of `XXXX`, or of a surrogate pair.
  private func scalar(at position: inout Int, before end: Int) -> UnicodeScalar? {
    guard let high = unit(at: position, before: end) else { return nil }
    position += 4
    guard high & 0xFC00 == 0xD800 else { return UnicodeScalar(high) }
    guard position + 2 <= end, bytes[position] == UInt8(ascii: "\\"),
      bytes[position + 1] == UInt8(ascii: "u"), let low = unit(at: position + 2, before: end),
      low & 0xFC00 == 0xDC00
    else { return nil }
    position += 6
    return UnicodeScalar(0x10000 + (high & 0x3FF) << 10 + (low & 0x3FF))
  }

  private func unit(at position: Int, before end: Int) -> UInt32? {
    guard position + 4 <= end else { return nil }
    let digits = text(position..<position + 4)
    return digits.allSatisfy(\.isHexDigit) ? UInt32(digits, radix: 16) : nil
  }

  // MARK: Tokens and errors

  private mutating func skipBlanks() {
    while at < bytes.count,
      bytes[at] == 0x20 || bytes[at] == 0x0A || bytes[at] == 0x0D || bytes[at] == 0x09
    { at += 1 }
  }

  private mutating func expect(_ byte: UInt8, _ wanted: String) throws(AnswerError) {
    skipBlanks()
    tokenStart = at
    guard at < bytes.count else { throw cut() }
    guard bytes[at] == byte else { throw unreadable("\(wanted) is needed here") }
    at += 1
  }

  private func cut() -> AnswerError {
    unreadable(
      bytes.isEmpty ? "the file is empty" : "the file ends too early",
      maybe: bytes.isEmpty ? "" : "it was cut off")
  }

  /// The file cannot be read here.
  func unreadable(_ message: String, maybe suggestion: String = "") -> AnswerError {
    AnswerError(kind: .unreadable, problem: problem(message, suggestion))
  }

  /// What stands here does not hold.
  func refused(_ message: String, maybe suggestion: String = "") -> AnswerError {
    AnswerError(kind: .refused, problem: problem(message, suggestion))
  }

  private func problem(_ message: String, _ suggestion: String) -> InstanceError.Problem {
    var (line, lineStart) = (1, 0)
    for index in 0..<min(tokenStart, bytes.count) where bytes[index] == 0x0A {
      line += 1
      lineStart = index + 1
    }
    return InstanceError.Problem(
      file: file, line: line, column: tokenStart - lineStart + 1, path: pathText,
      value: excerpt, message: message, suggestion: suggestion)
  }

  private var pathText: String {
    path.reduce("") { text, step in
      switch step {
      case .key(let name): text.isEmpty ? name : "\(text).\(name)"
      case .index(let index): "\(text)[\(index)]"
      }
    }
  }

  /// What stands at the token, shortened.
  private var excerpt: String {
    let end = bytes[min(tokenStart, bytes.count)...].prefix(40)
      .prefix { $0 >= 0x20 && $0 != UInt8(ascii: ",") && $0 != UInt8(ascii: "}") }
    return String(decoding: end, as: UTF8.self)
  }
}
