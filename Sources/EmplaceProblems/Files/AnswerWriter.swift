internal import Crypto

/// Writes a JSON file piece by piece, and hashes its canonical text on the way.
///
/// The canonical text is the object as written, without blanks between tokens and without the
/// member `checksum`, which comes last.
struct AnswerWriter {
  /// Bytes after which ``take()`` is worth a call.
  private static let room = 1 << 16

  private var text: [UInt8] = []
  private var canonical: [UInt8] = []
  private var hash = SHA256()
  private var needsComma = false

  init() {
    text.reserveCapacity(2 * Self.room)
    canonical.reserveCapacity(2 * Self.room)
  }

  /// Whether enough was written to be taken.
  var isFull: Bool { text.count >= Self.room }

  /// Takes what was written since the last call.
  mutating func take() -> [UInt8] {
    canonical.withUnsafeBytes { hash.update(bufferPointer: $0) }
    canonical.removeAll(keepingCapacity: true)
    defer { text.removeAll(keepingCapacity: true) }
    return text
  }

  // MARK: Structure

  mutating func openObject() { open("{") }
  mutating func openArray() { open("[") }
  mutating func closeObject() { close("}") }
  mutating func closeArray(onNewLine: Bool = false) {
    if onNewLine { text.append(UInt8(ascii: "\n")) }
    close("]")
  }

  /// Begins a member of an object; its value follows.
  mutating func key(_ name: StaticString) {
    separate()
    emit("\"")
    name.withUTF8Buffer { buffer in
      text.append(contentsOf: buffer)
      canonical.append(contentsOf: buffer)
    }
    emit("\":")
    text.append(UInt8(ascii: " "))
    needsComma = false
  }

  /// Begins a new line of the file; no part of the canonical text.
  mutating func newLine() {
    // The comma that separates what follows stands at the end of the line before.
    if needsComma {
      emit(",")
      needsComma = false
    }
    text.append(UInt8(ascii: "\n"))
  }

  private mutating func open(_ bracket: StaticString) {
    separate()
    emit(bracket)
    needsComma = false
  }

  private mutating func close(_ bracket: StaticString) {
    emit(bracket)
    needsComma = true
  }

  private mutating func separate() {
    guard needsComma else { return }
    emit(",")
    text.append(UInt8(ascii: " "))
    needsComma = false
  }

  private mutating func emit(_ token: StaticString) {
    token.withUTF8Buffer { buffer in
      text.append(contentsOf: buffer)
      canonical.append(contentsOf: buffer)
    }
  }

  // MARK: Values

  mutating func value(_ number: Int64) { value(plain: "\(number)") }
  mutating func value(_ number: PlainNumber) { value(plain: number.description) }

  private mutating func value(plain token: String) {
    separate()
    text.append(contentsOf: token.utf8)
    canonical.append(contentsOf: token.utf8)
    needsComma = true
  }

  /// A string; quotes, backslashes and control characters are escaped.
  mutating func value(_ string: String) {
    separate()
    let start = text.count
    text.append(UInt8(ascii: "\""))
    for byte in string.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"): text += [UInt8(ascii: "\\"), byte]
      case 0..<0x20:
        let digits = String(byte, radix: 16)
        text.append(contentsOf: (digits.utf8.count == 1 ? "\\u000" : "\\u00").utf8)
        text.append(contentsOf: digits.utf8)
      default: text.append(byte)
      }
    }
    text.append(UInt8(ascii: "\""))
    canonical.append(contentsOf: text[start...])
    needsComma = true
  }

  // MARK: End

  /// The checksum of what was written, if the object ended here.
  mutating func checksum() -> String {
    var copy = hash
    canonical.withUnsafeBytes { copy.update(bufferPointer: $0) }
    [UInt8(ascii: "}")].withUnsafeBytes { copy.update(bufferPointer: $0) }
    return copy.finalize().hexadecimal
  }

  /// Adds the member `checksum` and closes the object.
  mutating func closeWithChecksum() {
    let sum = checksum()
    if needsComma { text.append(UInt8(ascii: ",")) }
    text.append(contentsOf: "\n\"checksum\": \"\(sum)\"\n}\n".utf8)
  }
}

extension SHA256.Digest {
  /// 64 hexadecimal digits.
  var hexadecimal: String {
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    text.reserveCapacity(64)
    for byte in self { text += [digits[Int(byte >> 4)], digits[Int(byte & 15)]] }
    return String(decoding: text, as: UTF8.self)
  }
}
