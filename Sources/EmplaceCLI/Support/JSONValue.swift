import Emplace

/// A JSON document to be printed, keys in the order given.
indirect enum JSONValue {
  case null
  case string(String)
  case number(String)
  case array([JSONValue])
  case object([(key: String, value: JSONValue)])

  /// A whole number.
  static func integer(_ value: some BinaryInteger) -> JSONValue { .number("\(value)") }

  /// A number as files print it, or null.
  static func plain(_ value: PlainNumber?) -> JSONValue {
    value.map { .number($0.description) } ?? .null
  }

  /// A double with nine decimals, never in exponents, or null; what is not zero does not become it.
  static func decimal(_ value: Double?) -> JSONValue {
    guard let value, value.isFinite else { return .null }
    let billionths = (value * 1e9).rounded()
    guard abs(billionths) < 9e18 else { return .number("\(Int64(clamping: Int128(value)))") }
    let shown = billionths == 0 && value != 0 ? (value > 0 ? 1 : -1) : Int64(billionths)
    return .plain(PlainNumber(shown, unit: 1_000_000_000))
  }

  /// The text, two blanks a level; lists and objects without inner ones stand on one line below the
  /// first level.
  var text: String {
    var result = ""
    write(to: &result, indent: 0)
    return result + "\n"
  }

  private func write(to text: inout String, indent: Int) {
    switch self {
    case .null: text += "null"
    case .number(let digits): text += digits
    case .string(let string): text += Self.quoted(string)
    case .array(let values):
      Self.write("[", values.map { ("", $0) }, "]", to: &text, indent: indent)
    case .object(let members):
      Self.write(
        "{", members.map { (Self.quoted($0.key) + ": ", $0.value) }, "}", to: &text, indent: indent)
    }
  }

  private static func write(
    _ open: String, _ members: [(prefix: String, value: JSONValue)], _ close: String,
    to text: inout String, indent: Int
  ) {
    let isFlat = indent > 0 && !members.contains { $0.value.hasMembers }
    text += open
    for (index, member) in members.enumerated() {
      if index > 0 { text += isFlat ? ", " : "," }
      if !isFlat { text += "\n" + String(repeating: " ", count: indent + 2) }
      text += member.prefix
      member.value.write(to: &text, indent: indent + 2)
    }
    if !isFlat, !members.isEmpty { text += "\n" + String(repeating: " ", count: indent) }
    text += close
  }

  private var hasMembers: Bool {
    switch self {
    case .array(let values): !values.isEmpty
    case .object(let members): !members.isEmpty
    default: false
    }
  }

  private static func quoted(_ string: String) -> String {
    var result = "\""
    for scalar in string.unicodeScalars {
      switch scalar {
      case "\"": result += "\\\""
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      default:
        if scalar.value < 0x20 {
          let digits = String(scalar.value, radix: 16)
          result += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
        } else {
          result.unicodeScalars.append(scalar)
        }
      }
    }
    return result + "\""
  }
}
