import EmplaceCore
import Testing

@testable import EmplaceFleet

/// Decimals of the document become integers exactly.
@Suite struct DocumentDecimalTests {
  private func scaled(_ text: String, _ scale: Int64, _ rounding: Rounding) -> DecimalNumber.Scaled
  {
    var text = text
    return text.withUTF8 { DecimalNumber($0) }.scaled(by: scale, rounding)
  }

  @Test(
    arguments: [
      ("0", 1024, 0, 0), ("-0", 1024, 0, 0), ("0.0e99999999999", 1000, 0, 0),
      ("7.5", 1024, 7680, 7680), ("0.1", 1024, 102, 103), ("0.0009765625", 1024, 1, 1),
      ("0.00097656249999999999999999999999999", 1024, 0, 1),
      ("0.0009765625000000000000000000000001", 1024, 1, 2),
      ("0.123456", 1_000_000, 123456, 123456), ("0.1234561", 1_000_000, 123456, 123457),
      ("1e-7", 1_000_000, 0, 1), ("1e-400", 1_000_000, 0, 1),
      ("12e3", 1000, 12_000_000, 12_000_000),
      ("1.5E+2", 1, 150, 150), ("2.5", 1, 2, 3), ("-2.5", 1, -3, -2), ("-1e-9", 1000, -1, 0),
      ("9223372036854775807", 1, Int64.max, Int64.max),
      ("9223372036854775806.5", 1, Int64.max - 1, Int64.max),
      ("0.000000000000000000000000000000000000001e39", 1, 1, 1),
      ("123456789012.345678901234567890123456789", 1000, 123_456_789_012_345, 123_456_789_012_346),
      ("100000000000000000000e-20", 1000, 1000, 1000),
      ("1000000000000000000000000000000000000e-30", 1, 1_000_000, 1_000_000),
    ] as [(String, Int64, Int64, Int64)])
  func roundsDownAndUp(_ text: String, _ scale: Int64, _ down: Int64, _ up: Int64) {
    let isExact = down == up
    #expect(scaled(text, scale, .down) == .integer(down, isExact: isExact))
    #expect(scaled(text, scale, .up) == .integer(up, isExact: isExact))
  }

  @Test(arguments: [
    "9223372036854775808", "1e19", "1e400", "1e99999999999999999999", "-9223372036854775809",
    "99999999999999999999999999999999999999999999999999",
  ])
  func refusesWhatDoesNotFit(_ text: String) {
    #expect(scaled(text, 1, .down) == .tooLarge)
    #expect(scaled(text, 1024, .up) == .tooLarge)
  }

  /// Against long division by hand: digits and scale in 128 bits.
  @Test(arguments: UInt64(1)...20) func agreesWithWideIntegers(seed: UInt64) {
    var random = RandomGenerator(seed: seed)
    for _ in 0..<500 {
      let decimals = random.below(13)
      let digits = random.below(1_000_000_000_000)
      let scale: Int64 = [1, 1000, 1024, 1_000_000][random.below(4)]
      var tail = String(digits)
      while tail.count <= decimals { tail = "0" + tail }
      let point = tail.index(tail.endIndex, offsetBy: -decimals)
      let text = decimals == 0 ? tail : "\(tail[..<point]).\(tail[point...])"
      var power: Int128 = 1
      for _ in 0..<decimals { power *= 10 }
      let (quotient, rest) = (Int128(digits) * Int128(scale)).quotientAndRemainder(
        dividingBy: power)
      #expect(
        scaled(text, scale, .down) == .integer(Int64(quotient), isExact: rest == 0), "\(text)")
      #expect(
        scaled(text, scale, .up)
          == .integer(Int64(quotient) + (rest == 0 ? 0 : 1), isExact: rest == 0), "\(text)")
    }
  }

  /// Every integer of a small unit reads back from its text.
  @Test(arguments: UInt64(1)...20) func textReadsBack(seed: UInt64) {
    var random = RandomGenerator(seed: seed)
    for scale: Int64 in [1, 1000, 1024, 1_000_000] {
      for _ in 0..<200 {
        let value = Int64(random.below(Int(Quantity.largest))) >> random.below(50)
        let text = DecimalText.text(value, scale: scale)
        #expect(scaled(text, scale, .up) == .integer(value, isExact: true), "\(text)")
        #expect(DecimalNumber.isJSONNumber(text))
      }
    }
  }

  @Test(arguments: [
    ("0", true), ("-0.5e+10", true), ("12.25", true), ("1E5", true), ("", false), ("-", false),
    ("01", false), ("1.", false), (".5", false), ("+1", false), ("1e", false), ("0x10", false),
    ("1_000", false), ("1 ", false), ("NaN", false), ("--1", false),
  ])
  func numbersOfJSON(_ text: String, _ expected: Bool) {
    #expect(DecimalNumber.isJSONNumber(text) == expected)
  }
}
