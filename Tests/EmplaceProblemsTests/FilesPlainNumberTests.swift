import EmplaceCore
import EmplaceProblems
import Testing

@Suite("Plain numbers")
struct FilesPlainNumberTests {
  @Test(arguments: [
    (Int64(0), Int64(1), "0"), (5, 1, "5"), (-5, 1, "-5"), (12_500_000, 1_000_000, "12.5"),
    (1, 1_000_000, "0.000001"), (-1, 1_000_000, "-0.000001"), (10, 1000, "0.01"),
    (.max, 1, "9223372036854775807"), (.min, 1_000_000, "-9223372036854.775808"),
    (1, 8, "0.125"), (3, 0, "3"), (100, 100, "1"),
  ])
  func printsExactly(value: Int64, unit: Int64, text: String) {
    #expect(PlainNumber(value, unit: unit).description == text)
  }

  @Test func negationKeepsTheDigits() {
    #expect(PlainNumber(-7, unit: 2, isNegated: true).description == "3.5")
    #expect(PlainNumber(0, unit: 2, isNegated: true).description == "0")
  }

  /// Where no decimal is exact the number is rounded down, and neighbours stay apart.
  @Test(arguments: [Int64(3), 7, 21, 999, 123_457])
  func oddUnitsKeepTheOrder(unit: Int64) throws {
    var previous: Double?
    for value in Int64(-50)...50 {
      let number = PlainNumber(value, unit: unit)
      #expect(number.double <= Double(value) / Double(unit) + 1e-12)
      #expect(abs(number.double - Double(value) / Double(unit)) < 0.01 / Double(unit))
      if let previous { #expect(number.double > previous) }
      previous = number.double
    }
  }

  @Test(arguments: [
    ("1.50", "1.5"), ("-0", "0"), ("0.0", "0"), ("1e3", "1000"), ("1E-3", "0.001"),
    ("12.34e1", "123.4"), ("12.34e+2", "1234"), ("0.00120e2", "0.12"), ("-5e-1", "-0.5"),
    ("100", "100"),
  ])
  func readsWhatJSONAllows(text: String, canonical: String) {
    #expect(PlainNumber(json: text)?.description == canonical)
  }

  @Test(arguments: [
    "", "-", "+1", "01", "1.", ".5", "1e", "1e+", "1.2.3", "1e5e5", "NaN", "Infinity", "0x10",
    "1e61", "1e99999999999999999999", "--1", "1 ", "١",
    String(repeating: "9", count: 61),
  ])
  func refusesTheRest(text: String) {
    #expect(PlainNumber(json: text) == nil)
  }

  @Test func everyPrintedNumberReadsBack() {
    var generator = RandomGenerator(seed: 7)
    for _ in 0..<2000 {
      let value = Int64(bitPattern: generator.next()) >> Int64(generator.below(63))
      let unit = Int64(1 + generator.below(2_000_000))
      let number = PlainNumber(value, unit: unit)
      #expect(PlainNumber(json: number.description) == number)
    }
  }

  @Test func padding() {
    #expect(PlainNumber(5).padded(to: 2) == "5.00")
    #expect(PlainNumber(1234, unit: 1000).padded(to: 2) == "1.234")
    #expect(PlainNumber(15, unit: 10).padded(to: 6) == "1.500000")
    #expect(PlainNumber(15).padded(to: 0) == "15")
  }
}
