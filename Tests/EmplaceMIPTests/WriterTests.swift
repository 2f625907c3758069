import EmplaceCore
import EmplaceMIP
import EmplaceTestSupport
import Foundation
import Testing

@Suite("MPS and LP files") struct WriterTests {
  private typealias Writer =
    @Sendable (
      IntegerProgram, ProgramTextOptions, @escaping ProgramTextSink
    ) throws(BackendError) -> Void

  private static func text(
    _ program: IntegerProgram, lp: Bool, _ options: ProgramTextOptions = ProgramTextOptions()
  ) throws -> String {
    var bytes: [UInt8] = []
    try withoutActuallyEscaping({ (chunk: [UInt8]) throws(BackendError) in bytes += chunk }) {
      sink in
      if lp {
        try LPWriter.write(program, options: options, to: sink)
      } else {
        try MPSWriter.write(program, options: options, to: sink)
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  /// Two rows with units, a divisible column, negative bounds, a repeated entry.
  private static var example: IntegerProgram {
    var program = IntegerProgram(
      columnName: { ["x[demand=a,lane=1]", "y[lane=1]", "free", "e1"][$0] },
      rowName: { ["P2[lane=1,hour=0]", "P1[demand=a]", "OBJECTIVE"][$0] })
    program.objectiveUnit = 1_000_000
    program.constant = 77
    program.addColumn(lower: 0, upper: 1_000, cost: 1_500_000, divisible: true)
    program.addColumn(lower: -3, upper: 12, cost: -1)
    program.addColumn(lower: 4, upper: 4, cost: 0)
    program.addColumn(lower: 0, upper: 1, cost: 7_000_000)
    program.addRow(
      .atMost, -2_000_000_000, unit: 1_000_000_000, entries: [(0, 1), (1, -1_250_000_000), (0, 2)])
    program.addRow(.equal, 1_000, entries: [(0, 1), (3, 1)])
    program.addRow(.atLeast, 0)
    return program
  }

  @Test func mpsStandsAsItShould() throws {
    #expect(
      try Self.text(Self.example, lp: false) == """
        * 3 rows, 4 columns, 5 entries
        * objective in units of 1000000, rows in units of their own, all exact
        * constant 77 / 1000000 is not in the objective
        NAME emplace
        ROWS
         N OBJECTIVE
         L P2[lane=1,hour=0]
         E P1[demand=a]
         G %4FBJECTIVE
        COLUMNS
         MARKER0 'MARKER' 'INTORG'
         x[demand=a,lane=1] OBJECTIVE 1.5
         x[demand=a,lane=1] P2[lane=1,hour=0] 0.000000003
         x[demand=a,lane=1] P1[demand=a] 1
         y[lane=1] OBJECTIVE -0.000001
         y[lane=1] P2[lane=1,hour=0] -1.25
         free OBJECTIVE 0
         e1 OBJECTIVE 7
         e1 P1[demand=a] 1
         MARKER1 'MARKER' 'INTEND'
        RHS
         RHS P2[lane=1,hour=0] -2
         RHS P1[demand=a] 1000
        BOUNDS
         UP BOUND x[demand=a,lane=1] 1000
         LO BOUND y[lane=1] -3
         UP BOUND y[lane=1] 12
         FX BOUND free 4
         UP BOUND e1 1
        ENDATA

        """)
  }

  @Test func lpStandsAsItShould() throws {
    let options = ProgramTextOptions(relaxDivisible: true, chunkBytes: 1)
    #expect(
      try Self.text(Self.example, lp: true, options) == """
        \\ 3 rows, 4 columns, 5 entries
        \\ objective in units of 1000000, rows in units of their own, all exact
        \\ constant 77 / 1000000 is not in the objective
        Minimize
         OBJECTIVE: + 1.5 x(demand~a,lane~1) - 0.000001 y(lane~1) + 7 %651
        Subject To
         P2(lane~1,hour~0): + 0.000000003 x(demand~a,lane~1) - 1.25 y(lane~1) <= -2
         P1(demand~a): + 1 x(demand~a,lane~1) + 1 %651 = 1000
         %4FBJECTIVE: + 0 x(demand~a,lane~1) >= 0
        Bounds
         0 <= x(demand~a,lane~1) <= 1000
         -3 <= y(lane~1) <= 12
         %66ree = 4
         0 <= %651 <= 1
        Generals
         y(lane~1)
         %66ree
         %651
        End

        """)
  }

  @Test func divisibleColumnsAreContinuousWhereAsked() throws {
    let text = try Self.text(Self.example, lp: false, ProgramTextOptions(relaxDivisible: true))
    let lines = text.split(separator: "\n").map(String.init)
    let marker = try #require(lines.firstIndex { $0.contains("'INTORG'") })
    #expect(lines[marker - 1].hasPrefix(" x[demand=a,lane=1] P1"))
    #expect(lines[marker + 1].hasPrefix(" y[lane=1]"))
    #expect(lines.filter { $0.contains("'MARKER'") }.count == 2)
  }

  @Test func chunksAreBoundedAndAFailingSinkEndsTheWriting() throws {
    let program = HardProgram.location(sites: 20, customers: 300, near: 6, seed: 1)
    let whole = try Self.text(program, lp: false)
    var sizes: [Int] = []
    try withoutActuallyEscaping({ (chunk: [UInt8]) throws(BackendError) in
      sizes.append(chunk.count)
    }) {
      try MPSWriter.write(program, options: ProgramTextOptions(chunkBytes: 4_096), to: $0)
    }
    #expect(sizes.count > 10 && sizes.allSatisfy { $0 < 4_096 + 1_024 })
    #expect(sizes.reduce(0, +) == whole.utf8.count)
    var calls = 0
    #expect(throws: BackendError.failed("disk full")) {
      try withoutActuallyEscaping({ (_: [UInt8]) throws(BackendError) in
        calls += 1
        if calls == 3 { throw .failed("disk full") }
      }) {
        try LPWriter.write(program, options: ProgramTextOptions(chunkBytes: 4_096), to: $0)
      }
    }
    #expect(calls == 3)
  }

  @Test func malformedProgramsAreRefused() {
    var program = IntegerProgram()
    program.addRow(.atMost, 1, entries: [(3, 1)])
    #expect(throws: BackendError.self) { try Self.text(program, lp: false) }
    #expect(throws: BackendError.self) { try Self.text(program, lp: true) }
  }

  @Test("decimals are exact", arguments: [1, 2, 8, 10, 125, 1_000_000, 1_000_000_000, 3, 7])
  func decimalsAreExact(unit: Int64) throws {
    var random = RandomGenerator(seed: UInt64(unit))
    var program = IntegerProgram()
    let sides: [Int64] = (0..<40).map { _ in
      Int64(bitPattern: random.next()) >> Int64(random.below(60))
    }
    for side in sides + [.min, .max, 1, -1] { program.addRow(.atLeast, side, unit: unit) }
    let text = try Self.text(program, lp: false)
    let isDecimal = unit != 3 && unit != 7
    for line in text.split(separator: "\n") where line.hasPrefix(" RHS ") {
      let words = line.split(separator: " ")
      let row = try #require(Int(words[1].dropFirst()))
      let side = Int128(program.rightHandSide[row])
      // digits / 10^places = side / unit, in integers
      let parts = words[2].split(separator: ".")
      let places = parts.count > 1 ? parts[1].count : 0
      let digits = try #require(Int128(parts.joined()))
      let power = (0..<places).reduce(Int128(1)) { power, _ in power * 10 }
      #expect(digits * (isDecimal ? Int128(unit) : 1) == side * power, "\(line)")
      #expect(places == 0 || !words[2].hasSuffix("0"))
    }
  }

  /// Names that a parser may stumble over, distinct in every format.
  private static let names = [
    "x", "X", "P2[lane=3,hour=0]", "P2(lane~3,hour~0)", "a b", "a%20b", "été", "free", "FREE",
    "st", "end", "1x", "e9", "E9", ".x", "$x", "*x", "-x", "+", "<=", "a:b", "a\\b", "", "%c22",
    "inf", "OBJECTIVE", "RHS", "BOUND", "MARKER", "'MARKER'", "\"q\"", "a\tb", "a\nb", "#x", "~",
    String(repeating: "n", count: 255), String(repeating: "n", count: 256),
    String(repeating: "é", count: 90), "integer", "general", "bounds", "=", "[", "]",
  ]

  private static func renamed(_ program: IntegerProgram, shift: Int) -> IntegerProgram {
    var copy = program
    copy.columnName = { names[($0 + shift) % names.count] }
    copy.rowName = { names[($0 + shift / 2) % names.count] }
    return copy
  }

  /// Files with known optimum in a folder of their own.
  private static func files() throws -> (
    folder: URL, known: [(file: URL, optimum: Double?, count: Int)]
  ) {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("emplace-writers-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    var known: [(file: URL, optimum: Double?, count: Int)] = []
    for index in 0..<60 {
      let program = renamed(
        SmallProgram.random(seed: UInt64(index), noise: false), shift: 3 * index)
      let optimum = SmallProgram.optimum(of: program).map {
        Double($0.objective) / Double(program.objectiveUnit)
      }
      for lp in [false, true] {
        let file = folder.appendingPathComponent("p\(index).\(lp ? "lp" : "mps")")
        try text(program, lp: lp).write(to: file, atomically: true, encoding: .utf8)
        known.append((file, optimum, program.columnCount))
      }
    }
    return (folder, known)
  }

  @Test(
    "GLPK reads both formats to the same optimum", .enabled(if: Readers.hasGLPSol, "needs glpsol"))
  func glpkReads() throws {
    let (folder, known) = try Self.files()
    defer { try? FileManager.default.removeItem(at: folder) }
    for (file, optimum, _) in known {
      let reading = try #require(
        Readers.glpsol(file), "glpsol cannot read \(file.lastPathComponent)")
      expectSame(reading.objective, optimum, file.lastPathComponent)
    }
  }

  @Test(
    "HiGHS reads both formats to the same optimum", .enabled(if: Readers.hasHiGHS, "needs highspy"))
  func highsReads() throws {
    let (folder, known) = try Self.files()
    defer { try? FileManager.default.removeItem(at: folder) }
    let readings = try #require(Readers.highs(known.map(\.file)))
    for (file, optimum, count) in known {
      let reading = try #require(readings[file.path], "HiGHS cannot read \(file.lastPathComponent)")
      expectSame(reading.objective, optimum, file.lastPathComponent)
      #expect(Set(reading.columns).count == count, "\(file.lastPathComponent): \(reading.columns)")
    }
  }

  private func expectSame(_ objective: Double?, _ optimum: Double?, _ place: String) {
    guard let optimum, let objective else {
      #expect(objective == nil && optimum == nil, "\(place): \(String(describing: objective))")
      return
    }
    #expect(abs(objective - optimum) <= 1e-6 * max(1, abs(optimum)), "\(place): \(objective)")
  }

  @Test("names stay apart in both formats")
  func namesAreDistinct() throws {
    var program = IntegerProgram(columnName: { Self.names[$0] })
    for _ in Self.names { program.addColumn(lower: 0, upper: 1, cost: 1) }
    let bounds = try Self.text(program, lp: false).split(separator: "\n")
      .filter { $0.hasPrefix(" UP ") }.map { $0.split(separator: " ")[2] }
    #expect(bounds.count == Self.names.count && Set(bounds).count == bounds.count)
    let generals = try Self.text(program, lp: true).split(separator: "\n")
      .filter { $0.hasPrefix(" 0 <= ") }.map { $0.split(separator: " ")[2] }
    #expect(generals.count == Self.names.count && Set(generals).count == generals.count)
  }

  @Test func emptyProgramsAreWritten() throws {
    let program = IntegerProgram()
    #expect(try Self.text(program, lp: false).hasSuffix("BOUNDS\nENDATA\n"))
    #expect(try Self.text(program, lp: true).contains("%none = 0"))
  }
}
