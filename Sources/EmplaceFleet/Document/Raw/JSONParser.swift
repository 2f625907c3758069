/// Reads the bytes of one JSON file into a ``DocumentTree`` (RFC 8259).
///
/// One pass over the bytes with an explicit stack: no recursion, no `String` for a key. Keys are
/// numbered on the way, and equal keys of one object are found. What the grammar forbids ends the
/// file; equal keys and words for infinite numbers are reported and read on.
struct JSONParser {
  /// Why a file cannot be read on.
  struct Failure: Error {
    /// Offset in the text of all files.
    var offset: Int
    /// What is wrong there.
    var message: String
    /// A way out, or nothing.
    var suggestion: String
  }

  /// Deepest nesting of arrays and objects.
  static let depthLimit = 64

  private let bytes: UnsafeBufferPointer<UInt8>
  private var at: Int
  private let end: Int
  private var nodes: [DocumentNode]
  private var sideText: [UInt8]
  private var keys: ByteTable
  private var escaped: [(node: UInt32, offset: UInt32)]
  private var scratch: [UInt8] = []
  private var open: [Int] = []
  private var duplicates: [Int] = []
  private var lastSeen: [Int32] = []
  private var objectSerial: Int32 = 0

  /// Parses the bytes of `tree.text` from `firstByte` to the end, adds the nodes to the tree, and
  /// returns the nodes whose key stands twice in their object.
  static func parse(
    into tree: inout DocumentTree, from firstByte: Int
  ) throws(Failure) -> [Int] {
    let text = tree.text
    var result: Result<[Int], Failure> = .success([])
    text.withUnsafeBufferPointer { bytes in
      var parser = JSONParser(bytes: bytes, from: firstByte, taking: &tree)
      do throws(Failure) {
        try parser.parseDocument()
        result = .success(parser.duplicates)
      } catch {
        result = .failure(error)
      }
      parser.giveBack(to: &tree)
    }
    return try result.get()
  }

  private init(
    bytes: UnsafeBufferPointer<UInt8>, from firstByte: Int, taking tree: inout DocumentTree
  ) {
    self.bytes = bytes
    at = firstByte
    end = bytes.count
    nodes = tree.nodes
    sideText = tree.sideText
    keys = tree.keys
    escaped = tree.escaped
    tree.nodes = []
    tree.sideText = []
    tree.keys = ByteTable()
    tree.escaped = []
    nodes.reserveCapacity(nodes.count + (end - firstByte) / 16)
    open.reserveCapacity(Self.depthLimit)
    lastSeen = Array(repeating: 0, count: keys.count + 64)
  }

  private func giveBack(to tree: inout DocumentTree) {
    tree.nodes = nodes
    tree.sideText = sideText
    tree.keys = keys
    tree.escaped = escaped
  }

  // MARK: - Grammar

  private mutating func parseDocument() throws(Failure) {
    if end - at >= 3, bytes[at] == 0xEF, bytes[at + 1] == 0xBB, bytes[at + 2] == 0xBF { at += 3 }
    skipSpace()
    guard at < end else {
      throw Failure(offset: at, message: "the file is empty", suggestion: "")
    }
    try parseValue(key: -1)
    while let container = open.last {
      if nodes[container].kind == .object {
        try parseMember(of: container)
      } else {
        try parseElement(of: container)
      }
    }
    skipSpace()
    guard at == end else {
      throw Failure(
        offset: at, message: "something follows the end of the document, \(glimpse())",
        suggestion: "one closing bracket too many, or two documents in one file")
    }
  }

  private mutating func parseMember(of container: Int) throws(Failure) {
    skipSpace()
    guard at < end else { throw unfinished("object") }
    if bytes[at] == UInt8(ascii: "}") {
      at += 1
      return close(container)
    }
    if nodes[container].length > 0 {
      guard bytes[at] == UInt8(ascii: ",") else { throw unexpected("a comma or \"}\"") }
      at += 1
      skipSpace()
      if at < end, bytes[at] == UInt8(ascii: "}") { throw unexpected("a key after the comma") }
    }
    guard at < end, bytes[at] == UInt8(ascii: "\"") else { throw unexpected("a key in quotes") }
    let key = try parseKey()
    skipSpace()
    guard at < end, bytes[at] == UInt8(ascii: ":") else { throw unexpected("a colon") }
    at += 1
    skipSpace()
    nodes[container].length += 1
    try parseValue(key: key)
  }

  private mutating func parseElement(of container: Int) throws(Failure) {
    skipSpace()
    guard at < end else { throw unfinished("array") }
    if bytes[at] == UInt8(ascii: "]") {
      at += 1
      return close(container)
    }
    if nodes[container].length > 0 {
      guard bytes[at] == UInt8(ascii: ",") else { throw unexpected("a comma or \"]\"") }
      at += 1
      skipSpace()
    }
    nodes[container].length += 1
    try parseValue(key: -1)
  }

  private mutating func parseValue(key: Int) throws(Failure) {
    guard at < end else { throw unexpected("a value") }
    switch bytes[at] {
    case UInt8(ascii: "{"): try begin(.object, key)
    case UInt8(ascii: "["): try begin(.array, key)
    case UInt8(ascii: "\""): try parseString(key: key)
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): try parseNumber(key: key)
    case UInt8(ascii: "t"): try parseWord("true", .yes, key)
    case UInt8(ascii: "f"): try parseWord("false", .no, key)
    case UInt8(ascii: "n"): try parseWord("null", .null, key)
    case UInt8(ascii: "N"): try parseWord("NaN", .notFinite, key)
    case UInt8(ascii: "I"): try parseWord("Infinity", .notFinite, key)
    default: throw unexpected("a value")
    }
  }

  private mutating func begin(_ kind: DocumentNode.Kind, _ key: Int) throws(Failure) {
    guard open.count < Self.depthLimit else {
      throw Failure(
        offset: at, message: "nested deeper than \(Self.depthLimit) levels", suggestion: "")
    }
    open.append(nodes.count)
    nodes.append(DocumentNode(kind: kind, key: key, start: at, length: 0))
    at += 1
  }

  private mutating func close(_ container: Int) {
    nodes[container].next = UInt32(truncatingIfNeeded: nodes.count)
    open.removeLast()
    if nodes[container].kind == .object, nodes[container].length > 1 { noteDuplicates(container) }
  }

  /// - Complexity: O(members), by a serial number for each object.
  private mutating func noteDuplicates(_ container: Int) {
    objectSerial &+= 1
    var child = container + 1
    while child < nodes.count {
      let key = nodes[child].key
      if key >= lastSeen.count {
        lastSeen.append(contentsOf: repeatElement(0, count: key + 64))
      }
      if lastSeen[key] == objectSerial { duplicates.append(child) }
      lastSeen[key] = objectSerial
      child = Int(nodes[child].next)
    }
  }

  private mutating func append(_ kind: DocumentNode.Kind, _ key: Int, from start: Int, to stop: Int)
  {
    var node = DocumentNode(kind: kind, key: key, start: start, length: stop - start)
    node.next = UInt32(truncatingIfNeeded: nodes.count + 1)
    nodes.append(node)
  }

  // MARK: - Scalars

  private mutating func parseWord(
    _ word: StaticString, _ kind: DocumentNode.Kind, _ key: Int, from start: Int? = nil
  ) throws(Failure) {
    let begin = start ?? at
    for offset in 0..<word.utf8CodeUnitCount {
      guard at + offset < end, bytes[at + offset] == word.utf8Start[offset] else {
        throw unexpected("a value")
      }
    }
    at += word.utf8CodeUnitCount
    append(kind, key, from: begin, to: at)
  }

  private mutating func parseNumber(key: Int) throws(Failure) {
    let start = at
    if bytes[at] == UInt8(ascii: "-") {
      at += 1
      if at < end, bytes[at] == UInt8(ascii: "I") {
        return try parseWord("Infinity", .notFinite, key, from: start)
      }
    }
    let first = at
    skipDigits()
    guard at > first else { throw unexpected("a digit") }
    if bytes[first] == UInt8(ascii: "0"), at - first > 1 {
      throw Failure(
        offset: start, message: "a number may not begin with 0", suggestion: "text in quotes")
    }
    if at < end, bytes[at] == UInt8(ascii: ".") {
      at += 1
      let fraction = at
      skipDigits()
      guard at > fraction else { throw unexpected("a digit after the point") }
    }
    if at < end, bytes[at] | 0x20 == UInt8(ascii: "e") {
      at += 1
      if at < end, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") { at += 1 }
      let exponent = at
      skipDigits()
      guard at > exponent else { throw unexpected("a digit in the exponent") }
    }
    append(.number, key, from: start, to: at)
  }

  private mutating func parseKey() throws(Failure) -> Int {
    let (start, stop, isEscaped) = try scanString()
    if isEscaped {
      try unescape(start, stop)
      return scratch.withUnsafeBufferPointer { keys.intern($0).index }
    }
    return keys.intern(UnsafeBufferPointer(rebasing: bytes[start..<stop])).index
  }

  private mutating func parseString(key: Int) throws(Failure) {
    let (start, stop, isEscaped) = try scanString()
    guard isEscaped else { return append(.string, key, from: start, to: stop) }
    try unescape(start, stop)
    var node = DocumentNode(
      kind: .string, key: key, start: sideText.count, length: scratch.count, inSideText: true)
    escaped.append(
      (UInt32(truncatingIfNeeded: nodes.count), UInt32(truncatingIfNeeded: start)))
    sideText.append(contentsOf: scratch)
    node.next = UInt32(truncatingIfNeeded: nodes.count + 1)
    nodes.append(node)
  }

  /// Moves behind the closing quote; returns the range between the quotes.
  private mutating func scanString() throws(Failure) -> (start: Int, stop: Int, isEscaped: Bool) {
    at += 1
    let start = at
    var isEscaped = false
    while at < end {
      let byte = bytes[at]
      switch byte {
      case UInt8(ascii: "\""):
        at += 1
        return (start, at - 1, isEscaped)
      case UInt8(ascii: "\\"):
        isEscaped = true
        at += 2
      case 0..<0x20:
        throw Failure(
          offset: at, message: "a control character stands in a text",
          suggestion: "an escape such as \\n, or a missing closing quote")
      case 0x20..<0x80: at += 1
      default:
        guard let length = UTF8Check.length(at: at, in: bytes, end: end) else {
          throw Failure(offset: at, message: "not valid UTF-8", suggestion: "save it as UTF-8")
        }
        at += length
      }
    }
    throw Failure(offset: start - 1, message: "the text has no closing quote", suggestion: "")
  }

  private mutating func unescape(_ start: Int, _ stop: Int) throws(Failure) {
    scratch.removeAll(keepingCapacity: true)
    var index = start
    while index < stop {
      let byte = bytes[index]
      guard byte == UInt8(ascii: "\\") else {
        scratch.append(byte)
        index += 1
        continue
      }
      let letter = bytes[index + 1]
      index += 2
      switch letter {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): scratch.append(letter)
      case UInt8(ascii: "b"): scratch.append(8)
      case UInt8(ascii: "f"): scratch.append(12)
      case UInt8(ascii: "n"): scratch.append(10)
      case UInt8(ascii: "r"): scratch.append(13)
      case UInt8(ascii: "t"): scratch.append(9)
      case UInt8(ascii: "u"): index = try appendScalar(at: index, stop)
      default:
        throw Failure(
          offset: index - 2, message: "an unknown escape in a text", suggestion: "\\\\")
      }
    }
  }

  /// Reads `XXXX` of an escape, with its second half where it is a surrogate pair.
  private mutating func appendScalar(at start: Int, _ stop: Int) throws(Failure) -> Int {
    var index = start
    var value = try hexadecimal(at: index, stop)
    index += 4
    if value >= 0xD800, value < 0xDC00, index + 1 < stop, bytes[index] == UInt8(ascii: "\\"),
      bytes[index + 1] == UInt8(ascii: "u")
    {
      let low = try hexadecimal(at: index + 2, stop)
      if low >= 0xDC00, low < 0xE000 {
        value = 0x10000 + (value - 0xD800) << 10 + (low - 0xDC00)
        index += 6
      }
    }
    guard let scalar = Unicode.Scalar(value) else {
      throw Failure(
        offset: start - 2, message: "half of a surrogate pair stands alone", suggestion: "")
    }
    scratch.append(contentsOf: UTF8.encode(scalar).map { Array($0) } ?? [])
    return index
  }

  private func hexadecimal(at start: Int, _ stop: Int) throws(Failure) -> UInt32 {
    var value: UInt32 = 0
    for index in start..<start + 4 {
      guard index < stop, let digit = Character(Unicode.Scalar(bytes[index])).hexDigitValue else {
        throw Failure(
          offset: start - 2, message: "an escape \\u needs four hexadecimal digits",
          suggestion: "")
      }
      value = value << 4 | UInt32(digit)
    }
    return value
  }

  // MARK: - Bytes

  private mutating func skipSpace() {
    while at < end {
      switch bytes[at] {
      case 0x20, 0x0A, 0x0D, 0x09: at += 1
      default: return
      }
    }
  }

  private mutating func skipDigits() {
    while at < end, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") { at += 1 }
  }

  private func unfinished(_ what: String) -> Failure {
    Failure(
      offset: end, message: "the file ends inside an \(what)", suggestion: "it was cut off")
  }

  private func unexpected(_ expected: String) -> Failure {
    guard at < end else {
      return Failure(
        offset: end, message: "expected \(expected), found the end of the file",
        suggestion: "it was cut off")
    }
    let hint =
      switch bytes[at] {
      case UInt8(ascii: "'"): "double quotes"
      case UInt8(ascii: "/"), UInt8(ascii: "#"): "no comment: JSON has none"
      case UInt8(ascii: "}"), UInt8(ascii: "]"): "one comma too many before it"
      case UInt8(ascii: "+"): "the number without its plus sign"
      case UInt8(ascii: "."): "a 0 before the point"
      case UInt8(ascii: "T"), UInt8(ascii: "F"): "true or false in small letters"
      default: ""
      }
    return Failure(
      offset: at, message: "expected \(expected), found \(glimpse())", suggestion: hint)
  }

  private func glimpse() -> String {
    let byte = bytes[at]
    return byte > 0x20 && byte < 0x7F
      ? "\"\(Character(Unicode.Scalar(byte)))\"" : "byte \(byte)"
  }
}
