/// Reads a page as strictly as XML is read: every element is closed in order, every attribute
/// stands in quotes, every ampersand begins a reference.
struct PageReader {
  /// What is wrong, with the text after it.
  struct Malformed: Error {
    var reason: String
    var near: String
  }

  let source: String
  /// All text between tags and in attributes, references resolved.
  private(set) var text = ""
  /// How often each element occurs.
  private(set) var elements: [String: Int] = [:]
  /// Values of `id`.
  private(set) var ids: [String] = []

  init(_ html: String) throws {
    source = html
    let start = "<!DOCTYPE html>"
    guard html.hasPrefix(start) else { throw Malformed(reason: "no document type", near: "") }
    var rest = html.dropFirst(start.count)
    var open: [String] = []
    while let next = rest.firstIndex(of: "<") {
      try add(rest[..<next])
      rest = rest[next...].dropFirst()
      guard let end = rest.firstIndex(of: ">") else { throw Self.error("tag without end", rest) }
      let tag = rest[..<end]
      rest = rest[end...].dropFirst()
      if tag.hasPrefix("/") {
        guard open.popLast() == String(tag.dropFirst()) else { throw Self.error("order", tag) }
        continue
      }
      let isEmpty = tag.hasSuffix(" /")
      let name = try read(isEmpty ? tag.dropLast(2) : tag)
      if !isEmpty { open.append(name) }
    }
    try add(rest)
    guard open.isEmpty else { throw Self.error("left open: \(open)", rest) }
  }

  private static func error(_ reason: String, _ near: Substring) -> Malformed {
    Malformed(reason: reason, near: String(near.prefix(80)))
  }

  /// Name and attributes of a tag.
  private mutating func read(_ tag: Substring) throws -> String {
    let name = tag.prefix { $0.isASCII && ($0.isLetter || $0.isNumber) }
    guard !name.isEmpty else { throw Self.error("no name", tag) }
    elements[String(name), default: 0] += 1
    var rest = tag.dropFirst(name.count)
    while !rest.isEmpty {
      guard rest.first == " ", let equals = rest.firstIndex(of: "=") else {
        throw Self.error("attribute", rest)
      }
      let key = rest[..<equals].dropFirst()
      rest = rest[equals...].dropFirst()
      guard rest.first == "\"" else { throw Self.error("no quote", rest) }
      rest = rest.dropFirst()
      guard let quote = rest.firstIndex(of: "\"") else { throw Self.error("no quote", rest) }
      if key == "id" { ids.append(String(rest[..<quote])) }
      try add(rest[..<quote])
      rest = rest[quote...].dropFirst()
    }
    return String(name)
  }

  private mutating func add(_ piece: Substring) throws {
    var rest = piece
    while let ampersand = rest.firstIndex(of: "&") {
      text += rest[..<ampersand]
      rest = rest[ampersand...].dropFirst()
      let references = ["amp;": "&", "lt;": "<", "gt;": ">", "quot;": "\"", "#39;": "'"]
      guard let (name, value) = references.first(where: { rest.hasPrefix($0.key) }) else {
        throw Self.error("reference", rest)
      }
      text += value
      rest = rest.dropFirst(name.count)
    }
    text += rest
  }
}
