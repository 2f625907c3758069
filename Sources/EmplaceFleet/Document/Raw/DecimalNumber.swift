/// A decimal number read from its text, exact: sign, up to 27 significant digits, a power of ten.
///
/// What follows after 27 digits is kept as one bit, so that rounding up and down stays right: the
/// boundaries of every unit have fewer decimals than that.
struct DecimalNumber {
  /// Whether it is below zero.
  var isNegative = false
  /// Significant digits as an integer.
  var digits: UInt128 = 0
  /// Power of ten that multiplies them.
  var exponent = 0
  /// Whether non-zero digits were cut off.
  var hasMore = false

  /// Reads a number that the JSON grammar allows.
  init(_ bytes: UnsafeBufferPointer<UInt8>) {
    var at = 0
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") {
      isNegative = true
      at += 1
    }
    var short: UInt64 = 0
    var count = 0
    var isFraction = false
    while at < bytes.count {
      let byte = bytes[at]
      if byte == UInt8(ascii: ".") {
        isFraction = true
      } else if byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") {
        let digit = UInt64(byte - UInt8(ascii: "0"))
        if count < 18 {
          short = short * 10 + digit
          if short > 0 { count += 1 }
          if isFraction { exponent -= 1 }
        } else if count < 27 {
          if count == 18 { digits = UInt128(short) }
          digits = digits * 10 + UInt128(digit)
          count += 1
          if isFraction { exponent -= 1 }
        } else {
          hasMore = hasMore || digit > 0
          if !isFraction { exponent += 1 }
        }
      } else {
        break
      }
      at += 1
    }
    if count <= 18 { digits = UInt128(short) }
    if at < bytes.count { addExponent(bytes, at + 1) }
  }

  private mutating func addExponent(_ bytes: UnsafeBufferPointer<UInt8>, _ start: Int) {
    var at = start
    var isBelow = false
    if at < bytes.count, bytes[at] == UInt8(ascii: "-") || bytes[at] == UInt8(ascii: "+") {
      isBelow = bytes[at] == UInt8(ascii: "-")
      at += 1
    }
    var value = 0
    while at < bytes.count {
      // Beyond a million everything is zero or too large, however many digits follow.
      if value < 1_000_000 { value = value * 10 + Int(bytes[at] - UInt8(ascii: "0")) }
      at += 1
    }
    exponent += isBelow ? -value : value
  }

  /// What the number is in a unit of which one of the document's units holds `scale`.
  enum Scaled: Equatable {
    /// The integer after rounding, and whether the number was this integer exactly.
    case integer(Int64, isExact: Bool)
    /// Beyond the range of Int64.
    case tooLarge
  }

  /// The number times `scale`, rounded to an integer.
  func scaled(by scale: Int64, _ rounding: Rounding) -> Scaled {
    guard digits > 0 || hasMore else { return .integer(0, isExact: true) }
    // 27 digits are below 2^90 and scales below 2^30.
    var value = digits * UInt128(UInt64(scale))
    var isExact = !hasMore
    if exponent > 0 {
      guard exponent <= 38 else { return .tooLarge }
      let (product, overflow) = value.multipliedReportingOverflow(by: Self.power(exponent))
      guard !overflow else { return .tooLarge }
      value = product
    } else if exponent < 0 {
      if exponent < -38 {
        value = 0
        isExact = false
      } else {
        let (quotient, remainder) = value.quotientAndRemainder(
          dividingBy: Self.power(-exponent))
        value = quotient
        isExact = isExact && remainder == 0
      }
    }
    // Away from zero: up for positive numbers, down for negative ones.
    if !isExact, (rounding == .up) != isNegative { value += 1 }
    guard value <= UInt128(Int64.max) else { return .tooLarge }
    let magnitude = Int64(truncatingIfNeeded: value)
    return .integer(isNegative ? -magnitude : magnitude, isExact: isExact)
  }

  private static let powers: [UInt128] = (0...38).map { exponent in
    (0..<exponent).reduce(UInt128(1)) { power, _ in power * 10 }
  }

  private static func power(_ exponent: Int) -> UInt128 { powers[exponent] }

  /// Whether a text is a number as JSON writes it.
  static func isJSONNumber(_ text: String) -> Bool {
    var text = text
    return text.withUTF8 { bytes in
      var at = 0
      func digits() -> Int {
        let start = at
        while at < bytes.count, bytes[at] >= UInt8(ascii: "0"), bytes[at] <= UInt8(ascii: "9") {
          at += 1
        }
        return at - start
      }
      if at < bytes.count, bytes[at] == UInt8(ascii: "-") { at += 1 }
      let first = at
      let whole = digits()
      guard whole > 0, whole == 1 || bytes[first] != UInt8(ascii: "0") else { return false }
      if at < bytes.count, bytes[at] == UInt8(ascii: ".") {
        at += 1
        guard digits() > 0 else { return false }
      }
      if at < bytes.count, bytes[at] | 0x20 == UInt8(ascii: "e") {
        at += 1
        if at < bytes.count, bytes[at] == UInt8(ascii: "+") || bytes[at] == UInt8(ascii: "-") {
          at += 1
        }
        guard digits() > 0 else { return false }
      }
      return at == bytes.count
    }
  }
}
