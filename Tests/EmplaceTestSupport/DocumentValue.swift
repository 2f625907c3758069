/// A JSON value that tests take apart, change and write again; numbers keep their digits.
///
/// It is parsed and written here, apart from the reader under test, from text known to be JSON.
public indirect enum DocumentValue: Sendable {
  case object([(key: String, value: DocumentValue)])
  case array([DocumentValue])
  /// Any scalar as it is written.
  case scalar(String)

  /// A step from a value to one inside it.
  public enum Step: Hashable, Sendable {
    case key(String)
    case index(Int)
  }

  /// Parses JSON that is known to be right.
  public init(_ text: String) {
    var scanner = Scanner(bytes: Array(text.utf8))
    self = scanner.value()
  }

  /// The document as JSON.
  public var text: String {
    switch self {
    case .object(let members):
      "{" + members.map { "\"\($0.key)\": \($0.value.text)" }.joined(separator: ", ") + "}"
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ", ") + "]"
    case .scalar(let token): token
    }
  }

  /// Every value with the steps that lead to it, the root first.
  public var all: [(steps: [Step], value: DocumentValue)] {
    var result: [(steps: [Step], value: DocumentValue)] = [([], self)]
    switch self {
    case .object(let members):
      for (key, value) in members {
        result += value.all.map { ([.key(key)] + $0.steps, $0.value) }
      }
    case .array(let elements):
      for (index, value) in elements.enumerated() {
        result += value.all.map { ([.index(index)] + $0.steps, $0.value) }
      }
    case .scalar: break
    }
    return result
  }

  /// The value at the end of the steps.
  public subscript(steps: [Step]) -> DocumentValue? {
    guard let first = steps.first else { return self }
    let rest = Array(steps.dropFirst())
    switch (self, first) {
    case (.object(let members), .key(let key)):
      return members.first { $0.key == key }?.value[rest]
    case (.array(let elements), .index(let index)):
      return elements.indices.contains(index) ? elements[index][rest] : nil
    default: return nil
    }
  }

  /// The document with the value at the end of the steps changed; nil removes it.
  public func changing(
    _ steps: [Step], _ change: (DocumentValue) -> DocumentValue?
  ) -> DocumentValue? {
    guard let first = steps.first else { return change(self) }
    let rest = Array(steps.dropFirst())
    switch (self, first) {
    case (.object(let members), .key(let key)):
      return .object(
        members.compactMap { member in
          guard member.key == key else { return member }
          return member.value.changing(rest, change).map { (key, $0) }
        })
    case (.array(let elements), .index(let index)):
      return .array(
        elements.enumerated().compactMap { position, element in
          position == index ? element.changing(rest, change) : element
        })
    default: return self
    }
  }

  /// The document with another value at the end of the steps.
  public func replacing(_ steps: [Step], with token: String) -> String {
    changing(steps) { _ in .scalar(token) }?.text ?? ""
  }

  /// The document without the value at the end of the steps.
  public func removing(_ steps: [Step]) -> String { changing(steps) { _ in nil }?.text ?? "" }

  /// The document with one more member in the object at the end of the steps.
  public func adding(_ key: String, _ token: String, to steps: [Step]) -> String {
    changing(steps) { value in
      guard case .object(let members) = value else { return value }
      return .object(members + [(key, .scalar(token))])
    }?.text ?? ""
  }

  /// Steps as the reader writes them: `sites[3].powerCapWatts`.
  public static func path(_ steps: [Step]) -> String {
    var path = ""
    for step in steps {
      switch step {
      case .index(let index): path += "[\(index)]"
      case .key(let key):
        let isPlain = key.utf8.allSatisfy { $0 == 36 || $0 == 95 || isLetterOrDigit($0) }
        if isPlain {
          path += path.isEmpty ? key : "." + key
        } else {
          path += "[\"\(key)\"]"
        }
      }
    }
    return path
  }

  private static func isLetterOrDigit(_ byte: UInt8) -> Bool {
    (48...57).contains(byte) || (65...90).contains(byte) || (97...122).contains(byte)
  }

  /// Block YAML of the same value; `indent` spaces stand before every line.
  public func yaml(indent: Int = 0) -> String {
    let space = String(repeating: " ", count: indent)
    switch self {
    case .object(let members):
      return members.map { key, value in
        switch value {
        case .scalar(let token): "\(space)\(key): \(token)\n"
        case .object(let members) where members.isEmpty: "\(space)\(key): {}\n"
        case .array(let elements) where elements.isEmpty: "\(space)\(key): []\n"
        default: "\(space)\(key):\n\(value.yaml(indent: indent + 2))"
        }
      }.joined()
    case .array(let elements):
      return elements.map { element in
        if case .scalar(let token) = element { return "\(space)- \(token)\n" }
        let inner = element.yaml(indent: indent + 2)
        return "\(space)- " + inner.dropFirst(indent + 2)
      }.joined()
    case .scalar(let token): return space + token + "\n"
    }
  }

  private struct Scanner {
    let bytes: [UInt8]
    var at = 0

    mutating func value() -> DocumentValue {
      skip()
      switch bytes[at] {
      case UInt8(ascii: "{"):
        var members: [(key: String, value: DocumentValue)] = []
        at += 1
        while next() != UInt8(ascii: "}") {
          let key = String(token().dropFirst().dropLast())
          skip()
          at += 1
          members.append((key, value()))
          comma()
        }
        at += 1
        return .object(members)
      case UInt8(ascii: "["):
        var elements: [DocumentValue] = []
        at += 1
        while next() != UInt8(ascii: "]") {
          elements.append(value())
          comma()
        }
        at += 1
        return .array(elements)
      default: return .scalar(token())
      }
    }

    private mutating func token() -> String {
      let start = at
      if bytes[at] == UInt8(ascii: "\"") {
        at += 1
        while bytes[at] != UInt8(ascii: "\"") { at += bytes[at] == UInt8(ascii: "\\") ? 2 : 1 }
        at += 1
      } else {
        while at < bytes.count, !",]} \n".utf8.contains(bytes[at]) { at += 1 }
      }
      return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private mutating func next() -> UInt8 {
      skip()
      return bytes[at]
    }

    private mutating func comma() { if next() == UInt8(ascii: ",") { at += 1 } }

    private mutating func skip() {
      while at < bytes.count, bytes[at] <= 0x20 { at += 1 }
    }
  }
}
