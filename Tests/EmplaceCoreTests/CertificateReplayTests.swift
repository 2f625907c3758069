import EmplaceCore
import Testing

@Suite struct CertificateReplayTests {
  /// Coarse bits scale the rows of small coefficients, and no others: worked out by hand.
  @Test func coarseBitsScaleRowsOfSmallCoefficients() throws {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: 9, cost: 5)
    program.addColumn(lower: 0, upper: 9, cost: 3 << 20)
    program.addBlock(upTo: 2)
    program.addRow(.atLeast, 4, entries: [(0, 1)])
    program.addRow(.atLeast, 2 << 20, entries: [(1, 1 << 20)])
    program.addRow(.atLeast, 1, entries: [(0, (1 << 20) - 1)])
    #expect((0..<3).map { Certificate.isCoarse(row: $0, of: program) } == [true, false, true])
    // Multipliers 8/4 on the first row, 3/4 on the second: 2 * 4 + 0.75 * 2^21 below both costs.
    let certificate = Certificate(
      denominator: 4, coarseBits: 3, kept: [], multipliers: [1, 3, 0])
    let (stated, proof) = try certificate.stated(on: program)
    #expect(proof == .bound(8 + 3 << 19))
    #expect(stated.nodes[0].kind == .bound(value: "\(4 * 8 + 3 << 21)"))
    #expect(try stated.replay(on: program) == proof)
    for bits in [-1, 0, 2, 4, Certificate.coarseBitsLimit + 1] {
      var forged = stated
      forged.coarseBits = bits
      #expect(throws: CertificateError.self) { try forged.replay(on: program) }
    }
  }

  /// Numbers that leave 128 bits end in a refusal.
  @Test func sumsThatLeave128BitsAreRefused() throws {
    var program = IntegerProgram()
    program.addColumn(lower: 0, upper: .max, cost: .max)
    program.addBlock(upTo: 1)
    program.addRow(.atLeast, .max, entries: [(0, .max)])
    program.addRow(.atLeast, .max, entries: [(0, 1)])
    for multipliers in [[.max, .max], [0, .max]] as [[Int64]] {
      let certificate = Certificate(
        denominator: .max, coarseBits: Certificate.coarseBitsLimit, kept: [],
        multipliers: multipliers)
      #expect(throws: CertificateError.self) { try certificate.stated(on: program) }
    }
  }
}
