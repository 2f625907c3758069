/// How a decimal of the document becomes an integer of the small unit.
///
/// One rule for all keys: what limits or supplies is rounded down, what is asked for or paid is
/// rounded up, so that no plan that holds in integers breaks the document. The conversion starts
/// from the digits of the text, never from a `Double`.
enum Rounding: String, Sendable {
  /// Sizes, times, rates, prices, powers that are drawn, shares that must be reached.
  case up
  /// Capacities, caps, budgets, latency limits, shares that may be used.
  case down
}

/// A unit of the document and the small unit behind it.
enum Unit: String, Sendable, CaseIterable {
  case gibibytes, watts, milliseconds, shortMilliseconds, money, share, factor, grams, kilograms
  case megabits, cores, rate

  /// Small units in one unit of the document.
  var scale: Int64 {
    switch self {
    case .gibibytes: 1024
    case .watts, .milliseconds, .grams, .kilograms, .megabits, .cores: 1000
    case .shortMilliseconds, .money, .share, .factor, .rate: 1_000_000
    }
  }

  /// Name in the document.
  var name: String {
    switch self {
    case .gibibytes: "GiB"
    case .watts: "W"
    case .milliseconds, .shortMilliseconds: "ms"
    case .money: "currency"
    case .share: "share of 1"
    case .factor: "factor"
    case .grams: "g"
    case .kilograms: "kg"
    case .megabits: "Mbit/s"
    case .cores: "cores"
    case .rate: "requests/s"
    }
  }

  /// Name of the small unit.
  var smallName: String {
    switch self {
    case .gibibytes: "MiB"
    case .watts: "mW"
    case .milliseconds: "microseconds"
    case .shortMilliseconds: "nanoseconds"
    case .money: "micro-units"
    case .share, .factor: "millionths"
    case .grams: "mg"
    case .kilograms: "g"
    case .megabits: "kbit/s"
    case .cores: "milli-cores"
    case .rate: "requests per million seconds"
    }
  }
}

/// A decimal key: its unit, its rounding, and the values that it may take, in the small unit.
struct Quantity: Sendable {
  /// Largest integer of a fleet in any small unit: a double holds every one up to it exactly.
  static let largest: Int64 = 9_000_000_000_000_000

  var unit: Unit
  var rounding: Rounding
  var range: ClosedRange<Int64>

  /// What is asked for or paid: rounded up.
  static func need(_ unit: Unit, atLeast least: Int64 = 0) -> Quantity {
    Quantity(unit: unit, rounding: .up, range: least...largest)
  }

  /// What limits or supplies: rounded down.
  static func room(_ unit: Unit, atLeast least: Int64 = 0) -> Quantity {
    Quantity(unit: unit, rounding: .down, range: least...largest)
  }

  /// A share from `least` to 1.
  static func share(_ rounding: Rounding, atLeast least: Int64 = 0) -> Quantity {
    Quantity(unit: .share, rounding: rounding, range: least...1_000_000)
  }

  /// A bound of the range in the unit of the document.
  func text(_ small: Int64) -> String { DecimalText.text(small, scale: unit.scale) }
}

/// Integers of small units written as exact decimals of the document's units.
enum DecimalText {
  /// `value / scale` in the fewest digits; `scale` is 1, 1024 or a power of ten.
  static func text(_ value: Int64, scale: Int64) -> String {
    var bytes: [UInt8] = []
    append(value, scale: scale, to: &bytes)
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Appends `value / scale` in the fewest digits.
  static func append(_ value: Int64, scale: Int64, to bytes: inout [UInt8]) {
    if value < 0 { bytes.append(UInt8(ascii: "-")) }
    let magnitude = value.magnitude
    let unsigned = UInt64(scale)
    append(whole: magnitude / unsigned, to: &bytes)
    var rest = magnitude % unsigned
    guard rest > 0 else { return }
    bytes.append(UInt8(ascii: "."))
    // Long division: every scale divides a power of ten, so it ends.
    while rest > 0 {
      rest *= 10
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest / unsigned))
      rest %= unsigned
    }
  }

  private static func append(whole value: UInt64, to bytes: inout [UInt8]) {
    if value < 10 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: value))
      return
    }
    let start = bytes.count
    var rest = value
    while rest > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
    }
    bytes[start...].reverse()
  }
}
