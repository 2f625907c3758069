/// A number as files and results print it: digits with a point, no exponent, no trailing zeros.
///
/// Objectives and bounds are integers over a unit of the instance (1,000,000 for money). Where the
/// unit divides a power of ten the decimal is exact; otherwise it is rounded down at a place that
/// still tells any two neighbours apart. Two numbers are equal when their digits are.
public struct PlainNumber: Sendable, Hashable, CustomStringConvertible {
  /// The digits: `-12.5`.
  public let description: String

  /// `value / unit`, negated where a benchmark maximises; a unit below 1 counts as 1.
  public init(_ value: Int64, unit: Int64 = 1, isNegated: Bool = false) {
    let unit = Int128(max(unit, 1))
    let places = Self.places(for: unit)
    // At most 2^63 * 10^18, which is below 2^123.
    let product = (0..<places).reduce(Int128(value)) { product, _ in product * 10 }
    var scaled = product / unit
    if product < 0, product % unit != 0 { scaled -= 1 }
    let digits = "\(scaled.magnitude)"
    self.init(
      isNegative: (scaled < 0) != isNegated, digits: digits, point: digits.utf8.count - places)
  }

  /// Reads a number as JSON writes it, with or without an exponent; nil for anything else, and for
  /// numbers with more than 60 digits or an exponent beyond 60.
  public init?(json text: String) {
    let isNegative = text.utf8.first == UInt8(ascii: "-")
    let halves = (isNegative ? text.dropFirst() : text[...]).split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "e" || $0 == "E" })
    let digits = halves[0].split(separator: ".", omittingEmptySubsequences: false)
    guard halves.count <= 2, digits.count <= 2, digits.allSatisfy(Self.areDigits),
      digits[0].utf8.count == 1 || digits[0].utf8.first != UInt8(ascii: "0")
    else { return nil }
    var exponent = 0
    if halves.count == 2 {
      let isSigned = halves[1].hasPrefix("-") || halves[1].hasPrefix("+")
      guard Self.areDigits(halves[1].dropFirst(isSigned ? 1 : 0)), let value = Int(halves[1])
      else { return nil }
      exponent = value
    }
    let all = digits.joined()
    guard all.utf8.count <= 60, exponent.magnitude <= 60 else { return nil }
    self.init(isNegative: isNegative, digits: all, point: digits[0].utf8.count + exponent)
  }

  /// The digits with the point after the first `point` of them.
  private init(isNegative: Bool, digits: String, point: Int) {
    let padded =
      String(repeating: "0", count: max(0, -point)) + digits
      + String(repeating: "0", count: max(0, point - digits.utf8.count))
    var whole = padded.prefix(max(0, point)).drop { $0 == "0" }
    var fraction = padded.dropFirst(max(0, point))
    while fraction.last == "0" { fraction.removeLast() }
    if whole.isEmpty { whole = "0" }
    let magnitude = fraction.isEmpty ? String(whole) : "\(whole).\(fraction)"
    description = isNegative && magnitude != "0" ? "-\(magnitude)" : magnitude
  }

  /// The nearest double.
  public var double: Double { Double(description) ?? 0 }

  /// The digits with zeros added up to `places` after the point; none are taken away.
  public func padded(to places: Int) -> String {
    let present = description.split(separator: ".").dropFirst().first?.utf8.count ?? 0
    guard present < places else { return description }
    return description + (present == 0 ? "." : "") + String(repeating: "0", count: places - present)
  }

  /// Fewest places at which every multiple of `1 / unit` is exact; where there are none up to 18,
  /// two more than the unit has digits.
  private static func places(for unit: Int128) -> Int {
    var power: Int128 = 1
    for places in 0...18 {
      if power % unit == 0 { return places }
      power *= 10
    }
    return min(18, "\(unit)".utf8.count + 2)
  }

  private static func areDigits(_ text: Substring) -> Bool {
    !text.isEmpty && text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
  }
}
