internal import EmplaceCore

/// A decimal number as it is written: `mantissa / 10^decimals`, without trailing zeros.
struct ExactDecimal: Equatable {
  var mantissa: Int64
  var decimals: Int

  /// The mantissa at `decimals` places after the point, or nil on overflow.
  /// `decimals` must not be smaller than the number's own.
  func scaled(to decimals: Int) -> Int64? {
    if decimals == self.decimals { return mantissa }
    guard let factor = powerOfTen(decimals - self.decimals) else { return nil }
    let (product, overflow) = mantissa.multipliedReportingOverflow(by: factor)
    return overflow ? nil : product
  }
}

/// 10^exponent, or nil where it does not fit or the exponent is negative.
func powerOfTen(_ exponent: Int) -> Int64? {
  guard (0...18).contains(exponent) else { return nil }
  var result: Int64 = 1
  for _ in 0..<exponent { result *= 10 }
  return result
}

/// Reads the numbers of a text one after the other, exactly.
struct NumberScanner {
  /// Most places after the point that a number may have.
  static let mostDecimals = 9

  let file: String
  let bytes: [UInt8]
  private(set) var position = 0
  private(set) var line = 1

  init(_ bytes: [UInt8], file: String) {
    self.bytes = bytes
    self.file = file
  }

  /// How many words, separated by blanks, the whole text holds.
  func wordCount() -> Int {
    var count = 0
    var wasBlank = true
    for byte in bytes {
      let isBlank = Self.isBlank(byte)
      if wasBlank, !isBlank { count += 1 }
      wasBlank = isBlank
    }
    return count
  }

  /// How many words stand on the next line that has any.
  func wordsOnNextLine() -> Int {
    var (count, wasBlank) = (0, true)
    for byte in bytes[position...] {
      if byte == UInt8(ascii: "\n"), count > 0 { break }
      let isBlank = Self.isBlank(byte)
      if wasBlank, !isBlank { count += 1 }
      wasBlank = isBlank
    }
    return count
  }

  /// An error at the place where the scanner stands.
  func error(
    _ field: String, value: String, _ message: String, suggestion: String
  ) -> InstanceError {
    InstanceError(
      file: file, line: line, field: field, value: value, message: message,
      suggestion: suggestion)
  }

  /// The next number, not negative.
  mutating func next(
    _ field: @autoclosure () -> String
  ) throws(InstanceError) -> ExactDecimal {
    skipBlanks()
    let start = position
    guard start < bytes.count else {
      throw error(
        field(), value: "", "the file ends before it", suggestion: "it was cut off while copying")
    }
    if let number = scan(), position == bytes.count || Self.isBlank(bytes[position]) {
      if number.mantissa >= 0 { return number }
      throw error(
        field(), value: word(at: start),
        "a negative number",
        suggestion: "the sign is a slip: counts, costs and capacities start at 0")
    }
    throw error(
      field(), value: word(at: start),
      "not a number that can be read exactly",
      suggestion: "it has more than 18 digits, more than "
        + "\(Self.mostDecimals) of them after the point, or letters; write it like 42 or 8.25")
  }

  /// The next number, which must be whole and in `range`.
  mutating func nextCount(
    _ field: String, in range: ClosedRange<Int64>
  ) throws(InstanceError) -> Int {
    let number = try next(field)
    guard number.decimals == 0, range.contains(number.mantissa) else {
      throw error(
        field, value: word(before: position),
        "must be a whole number in \(range.lowerBound)...\(range.upperBound)",
        suggestion: "the first line is missing or the file has another format")
    }
    return Int(number.mantissa)
  }

  /// Makes sure that nothing but blanks is left.
  mutating func finish() throws(InstanceError) {
    skipBlanks()
    guard position < bytes.count else { return }
    throw error(
      "end of the file", value: word(at: position),
      "there is more than the counts on the first line ask for",
      suggestion: "the counts are too small, or the file holds several instances: split it")
  }

  // MARK: - Bytes

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || (byte >= 0x09 && byte <= 0x0D)
  }

  private static func digit(_ byte: UInt8) -> Int64? {
    byte >= 0x30 && byte <= 0x39 ? Int64(byte &- 0x30) : nil
  }

  private mutating func skipBlanks() {
    while position < bytes.count, Self.isBlank(bytes[position]) {
      if bytes[position] == 0x0A { line += 1 }
      position += 1
    }
  }

  /// Reads `[+-] digits [. digits] [e [+-] digits]` and leaves the position behind it.
  private mutating func scan() -> ExactDecimal? {
    var isNegative = false
    if bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+") {
      isNegative = bytes[position] == UInt8(ascii: "-")
      position += 1
    }
    var (mantissa, decimals, digits): (Int64, Int, Int) = (0, 0, 0)
    var hasPoint = false
    while position < bytes.count {
      if let value = Self.digit(bytes[position]) {
        guard mantissa <= 99_999_999_999_999_999 else { return nil }
        mantissa = mantissa * 10 + value
        digits += 1
        if hasPoint { decimals += 1 }
      } else if bytes[position] == UInt8(ascii: "."), !hasPoint {
        hasPoint = true
      } else {
        break
      }
      position += 1
    }
    guard digits > 0, let exponent = scanExponent() else { return nil }
    return Self.normal(isNegative ? -mantissa : mantissa, decimals - exponent)
  }

  /// The exponent, 0 where there is none, nil where it is malformed or absurd.
  private mutating func scanExponent() -> Int? {
    guard position < bytes.count, bytes[position] | 0x20 == UInt8(ascii: "e") else { return 0 }
    position += 1
    var sign = 1
    if position < bytes.count,
      bytes[position] == UInt8(ascii: "-") || bytes[position] == UInt8(ascii: "+")
    {
      sign = bytes[position] == UInt8(ascii: "-") ? -1 : 1
      position += 1
    }
    var (value, digits) = (0, 0)
    while position < bytes.count, let digit = Self.digit(bytes[position]) {
      guard value < 100 else { return nil }
      value = value * 10 + Int(digit)
      digits += 1
      position += 1
    }
    return digits > 0 ? sign * value : nil
  }

  /// Without trailing zeros, and never with fewer than 0 or more than the allowed decimals.
  private static func normal(_ mantissa: Int64, _ decimals: Int) -> ExactDecimal? {
    if mantissa == 0 { return ExactDecimal(mantissa: 0, decimals: 0) }
    var (mantissa, decimals) = (mantissa, decimals)
    while decimals > 0, mantissa % 10 == 0 {
      mantissa /= 10
      decimals -= 1
    }
    if decimals < 0 {
      guard let factor = powerOfTen(-decimals) else { return nil }
      let (product, overflow) = mantissa.multipliedReportingOverflow(by: factor)
      return overflow ? nil : ExactDecimal(mantissa: product, decimals: 0)
    }
    return decimals > mostDecimals ? nil : ExactDecimal(mantissa: mantissa, decimals: decimals)
  }

  /// The word that starts at `start`, at most 24 bytes of it.
  private func word(at start: Int) -> String {
    var end = start
    while end < bytes.count, end - start < 24, !Self.isBlank(bytes[end]) { end += 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }

  /// The word that ends before `end`.
  private func word(before end: Int) -> String {
    var start = end
    while start > 0, end - start < 24, !Self.isBlank(bytes[start - 1]) { start -= 1 }
    return String(decoding: bytes[start..<end], as: UTF8.self)
  }
}

/// A table of exact decimals, brought to whole numbers at the end.
struct DecimalTable {
  private(set) var mantissas: [Int64] = []
  private var places: [UInt8] = []
  /// Most places after the point of any number.
  private(set) var decimals = 0

  /// Reads `count` numbers. The caller has checked that the file holds that many words.
  mutating func read(
    _ count: Int, from scanner: inout NumberScanner, _ field: (Int) -> String
  ) throws(InstanceError) {
    mantissas.reserveCapacity(mantissas.count + count)
    for index in 0..<count {
      let number = try scanner.next(field(index))
      if number.decimals > 0 {
        // Places are kept only once some number has any.
        places += Array(repeating: 0, count: mantissas.count - places.count)
        places.append(UInt8(number.decimals))
        decimals = max(decimals, number.decimals)
      }
      mantissas.append(number.mantissa)
    }
  }

  /// All numbers times 10^decimals, or nil on overflow. `decimals` must be at least the table's.
  func scaled(to decimals: Int) -> [Int64]? {
    if decimals == 0 { return mantissas }
    var result = mantissas
    for index in result.indices {
      let own = index < places.count ? Int(places[index]) : 0
      guard
        let value = ExactDecimal(mantissa: result[index], decimals: own).scaled(to: decimals)
      else { return nil }
      result[index] = value
    }
    return result
  }
}
