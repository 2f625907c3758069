import Crypto
import Foundation

/// Copies of a file of an answer in which one number is another.
struct Forgeries {
  /// The file.
  let original: [UInt8]
  /// Every number: a JSON number, or a run of digits within a string, such as the exact value of a
  /// leaf, a digest, or part of a name.
  let places: [Range<Int>]

  /// All numbers of a file.
  init(_ text: String) {
    original = Array(text.utf8)
    var places: [Range<Int>] = []
    var at = 0
    while at < original.count {
      let start = at
      while at < original.count, Self.isOfNumber(original[at]) { at += 1 }
      if original[start..<at].contains(where: Self.isDigit) { places.append(start..<at) }
      if at == start { at += 1 }
    }
    self.places = places
  }

  /// Ways to change a number, each of which gives another one.
  enum Way: CaseIterable {
    /// Its last digit becomes the next.
    case next
    /// Its first digit becomes the next but not zero.
    case leading
    /// A digit more.
    case longer
    /// The other sign, where it is not zero.
    case negated
    /// Zero, or one instead of it.
    case zero
  }

  /// The file with the number at one of ``places`` changed.
  func changed(_ place: Int, _ way: Way) -> [UInt8] {
    let range = places[place]
    var number = Array(original[range])
    let zero = UInt8(ascii: "0")
    switch way {
    case .next:
      let last = number.lastIndex(where: Self.isDigit) ?? 0
      number[last] = number[last] == zero + 9 ? zero : number[last] + 1
    case .leading:
      let first = number.firstIndex(where: Self.isDigit) ?? 0
      number[first] = number[first] == zero + 9 ? zero + 1 : number[first] + 1
    case .longer: number.append(zero + 7)
    case .negated where number.contains { $0 > zero && $0 <= zero + 9 }:
      number = number[0] == UInt8(ascii: "-") ? Array(number.dropFirst()) : [45] + number
    case .negated: number = [zero + 3]
    case .zero: number = number == [zero] ? [zero + 1] : [zero]
    }
    var result = original
    result.replaceSubrange(range, with: number)
    return result
  }

  /// The file with the checksum that its text should have, as a forger who knows the format writes
  /// it: SHA-256 of the object without blanks between tokens and without the member `checksum`.
  static func resealed(_ file: [UInt8]) -> [UInt8] {
    let mark = Array(",\n\"checksum\": \"".utf8)
    guard let end = file.firstRange(of: mark) else { return file }
    var canonical: [UInt8] = []
    var (isQuoted, isEscaped) = (false, false)
    for byte in file[..<end.lowerBound] {
      if isQuoted || byte > 0x20 { canonical.append(byte) }
      if byte == UInt8(ascii: "\""), !isEscaped { isQuoted.toggle() }
      isEscaped = byte == UInt8(ascii: "\\") && !isEscaped
    }
    canonical.append(UInt8(ascii: "}"))
    let digits = SHA256.hash(data: canonical).map { byte in
      let text = String(byte, radix: 16)
      return text.utf8.count == 1 ? "0" + text : text
    }.joined()
    return file[..<end.upperBound] + Array("\(digits)\"\n}\n".utf8)
  }

  /// Where a number stands, without the indices: `nodes.split.at`, `routes.parts`.
  func kind(ofPlace place: Int) -> String {
    var keys: [String] = []
    var last = ""
    var at = 0
    while at < places[place].lowerBound {
      switch original[at] {
      case UInt8(ascii: "\""):
        let end = original[(at + 1)...].firstIndex(of: UInt8(ascii: "\"")) ?? original.count
        if end + 1 < original.count, original[end + 1] == UInt8(ascii: ":") {
          last = String(decoding: original[(at + 1)..<end], as: UTF8.self)
        }
        at = end
      case UInt8(ascii: "{"), UInt8(ascii: "["):
        keys.append(last)
        last = ""
      case UInt8(ascii: "}"), UInt8(ascii: "]"): last = keys.popLast() ?? ""
      default: break
      }
      at += 1
    }
    return (keys + [last]).filter { !$0.isEmpty }.joined(separator: ".")
  }

  private static func isOfNumber(_ byte: UInt8) -> Bool {
    isDigit(byte) || byte == UInt8(ascii: "-") || byte == UInt8(ascii: ".")
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }
}
