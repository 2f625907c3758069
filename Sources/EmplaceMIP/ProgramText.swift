import EmplaceCore

/// How a program is written for other solvers.
public struct ProgramTextOptions: Sendable, Hashable {
  /// Write columns that are `divisible` as continuous.
  public var relaxDivisible = false
  /// About how many bytes the sink receives at once.
  public var chunkBytes = 1 << 16

  /// The defaults.
  public init(relaxDivisible: Bool = false, chunkBytes: Int = 1 << 16) {
    self.relaxDivisible = relaxDivisible
    self.chunkBytes = chunkBytes
  }
}

/// Takes the bytes of a file, in order, in chunks; throws to end the writing.
public typealias ProgramTextSink = (_ chunk: [UInt8]) throws(BackendError) -> Void

/// Collects bytes and hands them on in chunks.
struct ChunkedText {
  private var bytes: [UInt8] = []
  private let limit: Int
  private let sink: ProgramTextSink
  /// Bytes since the last line break, to break long lines.
  private(set) var lineLength = 0

  init(limit: Int, sink: @escaping ProgramTextSink) {
    self.limit = max(1, limit)
    self.sink = sink
    bytes.reserveCapacity(self.limit + 1024)
  }

  mutating func add(_ text: StaticString) {
    bytes.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    lineLength += text.utf8CodeUnitCount
  }

  mutating func add(_ text: String) {
    let before = bytes.count
    bytes.append(contentsOf: text.utf8)
    lineLength += bytes.count - before
  }

  mutating func add(_ name: ArraySlice<UInt8>) {
    bytes.append(contentsOf: name)
    lineLength += name.count
  }

  mutating func add(_ number: Int128, _ unit: DecimalUnit) {
    let before = bytes.count
    unit.append(number, to: &bytes)
    lineLength += bytes.count - before
  }

  mutating func endLine() throws(BackendError) {
    bytes.append(UInt8(ascii: "\n"))
    lineLength = 0
    if bytes.count >= limit { try flush() }
  }

  mutating func flush() throws(BackendError) {
    guard !bytes.isEmpty else { return }
    try sink(bytes)
    bytes.removeAll(keepingCapacity: true)
  }
}

/// Writes `integer / unit` as an exact decimal, by integer arithmetic. A unit that divides no
/// power of ten up to 10^18 is left out: then ``isExact`` is false and the integer stands as it is.
struct DecimalUnit {
  /// Whether division by the unit is done.
  let isExact: Bool
  private let digits: Int
  private let unit: UInt128
  private let factor: UInt128

  init(_ unit: Int64) {
    var (digits, power) = (0, UInt128(1))
    while digits < 18, unit > 0, power % UInt128(unit) != 0 {
      digits += 1
      power *= 10
    }
    isExact = unit > 0 && power % UInt128(unit) == 0
    self.digits = isExact ? digits : 0
    self.unit = isExact ? UInt128(unit) : 1
    factor = isExact ? power / UInt128(unit) : 1
  }

  func append(_ number: Int128, to bytes: inout [UInt8]) {
    if number < 0 { bytes.append(UInt8(ascii: "-")) }
    // Nearly all numbers fit 64 bits, where division is many times faster.
    if let small = UInt64(exactly: number.magnitude) {
      append(small, unit: UInt64(unit), factor: UInt64(factor), to: &bytes)
    } else {
      append(number.magnitude, unit: unit, factor: factor, to: &bytes)
    }
  }

  private func append<T: FixedWidthInteger>(
    _ magnitude: T, unit: T, factor: T, to bytes: inout [UInt8]
  ) {
    let (whole, rest) = magnitude.quotientAndRemainder(dividingBy: unit)
    Self.append(whole, leastDigits: 1, to: &bytes)
    // The remainder is below the unit, so this is below 10^digits.
    var (fraction, places) = (rest * factor, digits)
    guard fraction != 0 else { return }
    while fraction % 10 == 0 {
      fraction /= 10
      places -= 1
    }
    bytes.append(UInt8(ascii: "."))
    Self.append(fraction, leastDigits: places, to: &bytes)
  }

  private static func append<T: FixedWidthInteger>(
    _ number: T, leastDigits: Int, to bytes: inout [UInt8]
  ) {
    let before = bytes.count
    var (rest, left) = (number, leastDigits)
    while rest > 0 || left > 0 {
      bytes.append(UInt8(ascii: "0") + UInt8(truncatingIfNeeded: rest % 10))
      rest /= 10
      left -= 1
    }
    bytes[before...].reverse()
  }
}

/// Names of rows or columns as bytes that a format can hold.
struct NameTable {
  private var bytes: [UInt8] = []
  private var starts = [0]

  init(count: Int, prefix: StaticString, rule: NameRule, name: (Int) -> String) {
    for index in 0..<count {
      rule.append(name(index), fallback: "%\(prefix)\(index)", to: &bytes)
      starts.append(bytes.count)
    }
  }

  subscript(index: Int) -> ArraySlice<UInt8> { bytes[starts[index]..<starts[index + 1]] }
}

/// Which characters a format's names may hold, and how others are written: one for one where the
/// format offers a look-alike, else as `%` and two hexadecimal digits a byte of UTF-8. The mapping
/// is one to one. A name of more than 255 bytes becomes `%r` or `%c` and its index.
struct NameRule {
  /// Characters that stand for themselves.
  private let plain: [Bool]
  /// What a byte is written as, or 0.
  private let replacement: [UInt8]
  /// Words that are no names, in lower case.
  private let reserved: Set<String>
  /// Whether a name may start with this byte.
  private let starts: [Bool]

  private init(
    forbidden: String, replacements: [(from: Character, to: Character)], badStarts: String,
    reserved: Set<String>
  ) {
    var (plain, replacement) = (
      [Bool](repeating: false, count: 256), [UInt8](repeating: 0, count: 256)
    )
    for byte in UInt8(ascii: "!")...UInt8(ascii: "~") { plain[Int(byte)] = true }
    plain[Int(UInt8(ascii: "%"))] = false
    for byte in forbidden.utf8 { plain[Int(byte)] = false }
    for (from, to) in replacements {
      guard let source = from.asciiValue, let target = to.asciiValue else { continue }
      replacement[Int(source)] = target
      plain[Int(source)] = false
      plain[Int(target)] = false
    }
    var starts = plain
    for byte in badStarts.utf8 { starts[Int(byte)] = false }
    self.plain = plain
    self.replacement = replacement
    self.reserved = reserved
    self.starts = starts
  }

  /// Free MPS: anything without blanks that looks like no comment, no marker and no name of a set.
  static let mps = NameRule(
    forbidden: "", replacements: [], badStarts: "$*'",
    reserved: ["objective", "rhs", "bound", "marker"])

  /// CPLEX LP, as HiGHS and GLPK read it: `[` as `(`, `]` as `)`, `=` as `~`.
  static let lp = NameRule(
    forbidden: ":^<>+-*\\", replacements: [("[", "("), ("]", ")"), ("=", "~")],
    badStarts: "0123456789.eE",
    reserved: [
      "objective", "free", "inf", "infinity", "st", "s.t.", "such", "subject", "to", "that",
      "bounds", "bound", "general", "generals", "gen", "integer", "integers", "int", "binary",
      "binaries", "bin", "end", "minimize", "minimum", "min", "maximize", "maximum", "max",
      "semi-continuous", "semi", "semis", "sos", "sos1", "sos2", "sec", "constant", "obj",
    ])

  func append(_ name: String, fallback: String, to bytes: inout [UInt8]) {
    let before = bytes.count
    let isReserved = name.utf8.count <= 20 && reserved.contains(name.lowercased())
    for byte in name.utf8 {
      let isFirst = bytes.count == before
      if isFirst ? (starts[Int(byte)] && !isReserved) : plain[Int(byte)] {
        bytes.append(byte)
      } else if replacement[Int(byte)] != 0 {
        bytes.append(replacement[Int(byte)])
      } else {
        Self.escape(byte, to: &bytes)
      }
    }
    if bytes.count == before || bytes.count - before > 255 {
      bytes.removeSubrange(before...)
      bytes.append(contentsOf: fallback.utf8)
    }
  }

  private static func escape(_ byte: UInt8, to bytes: inout [UInt8]) {
    bytes.append(UInt8(ascii: "%"))
    for half in [byte >> 4, byte & 15] {
      bytes.append(half < 10 ? UInt8(ascii: "0") + half : UInt8(ascii: "A") + half - 10)
    }
  }
}

/// What both formats say in their first lines.
func openingRemarks(_ program: IntegerProgram) -> [String] {
  var lines = [
    "\(program.rowCount) rows, \(program.columnCount) columns, \(program.entryCount) entries",
    "objective in units of \(program.objectiveUnit), rows in units of their own, all exact",
  ]
  if program.constant != 0 {
    lines.append("constant \(program.constant) / \(program.objectiveUnit) is not in the objective")
  }
  if !DecimalUnit(program.objectiveUnit).isExact {
    lines.append("the objective's unit is no decimal: the objective is written undivided")
  }
  return lines
}
