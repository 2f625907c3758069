import EmplaceCore
import EmplaceMIP
import Testing

@Suite("Values of columns") struct ColumnValuesTests {
  /// Names that MPS cannot hold as they are.
  private static let names = [
    "x[a,b]", "two words", "objective", "50%", "naïve", "*", String(repeating: "n", count: 300),
  ]

  private static var program: IntegerProgram {
    let names = Self.names
    var program = IntegerProgram(columnName: { names[$0] })
    for column in names.indices {
      program.addColumn(lower: column == 0 ? 1 : -5, upper: 9, cost: 0)
    }
    return program
  }

  /// Names as they stand in the MPS file.
  private static func written() throws -> [String] {
    var bytes: [UInt8] = []
    try withoutActuallyEscaping({ (chunk: [UInt8]) throws(BackendError) in bytes += chunk }) {
      sink in try MPSWriter.write(program, to: sink)
    }
    return String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { $0.hasPrefix(" UP BOUND ") }.map { String($0.split(separator: " ")[2]) }
  }

  private static func read(_ text: String) throws -> [Int64] {
    try ColumnValues.read(Array(text.utf8), file: "v", for: program)
  }

  @Test func everyNameIsFoundAgain() throws {
    let names = try Self.written()
    #expect(names.count == Self.names.count)
    let lines = names.enumerated().map { "\($1) \(Double($0) + 1 - 0.000009)" }
    #expect(try Self.read(lines.joined(separator: "\n")) == [1, 2, 3, 4, 5, 6, 7])
  }

  @Test func whatHasNoLineIsZeroWhereItCan() throws {
    #expect(try Self.read("x[a,b] 9.0") == [9, 0, 0, 0, 0, 0, 0])
    #expect(throws: InstanceError.self) { try Self.read("50%25 1") }
  }

  @Test func allProblemsAreReportedAtOnce() throws {
    let error = try #require(throws: InstanceError.self) {
      try Self.read("x[a,b] 10\n50%25 -6\nnobody 1\n%2A 0.00002\n")
    }
    #expect(error.problems.map(\.line) == [1, 2, 3, 4])
    #expect(error.problems.allSatisfy { !$0.suggestion.isEmpty && !$0.path.isEmpty })
    let many = try #require(throws: InstanceError.self) {
      try Self.read(String(repeating: "nobody 1\n", count: 150))
    }
    #expect(many.problems.count == InstanceError.printedProblems)
    #expect(many.furtherCount == 51)
  }
}
