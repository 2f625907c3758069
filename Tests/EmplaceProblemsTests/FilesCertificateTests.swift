import EmplaceCore
import EmplaceProblems
import Testing

@Suite("Certificate files")
struct FilesCertificateTests {
  static let formulation = PlacementFormulation(instance: FilesCase.instance)

  /// A tree of one unit split, one general split and three leaves, with two cuts and multipliers of
  /// cover rows and cuts.
  static func tree() throws -> (certificate: Certificate, proof: Proof) {
    let program = formulation.program
    let cuts = [
      RoundingCut(rows: [0, 1], multipliers: [3, -2], complemented: [0], divisor: 7),
      RoundingCut(
        rows: [1, program.rowCount], multipliers: [2, 1], complemented: [], divisor: 5, scale: 2),
    ]
    let rows = (0..<program.rowCount).filter { program.relation[$0] == .equal }
    let replicas = (0..<program.columnCount).filter { program.columnName($0).hasPrefix("y[") }
    let nodes: [Certificate.Node] = [
      .init(
        rows: rows, changes: rows.indices.map { 2001 + Int64($0) },
        kind: .split(.init(columns: [replicas[0]], coefficients: [1], at: 1))),
      .init(rows: [], changes: [], kind: .bound(value: "")),
      .init(
        rows: [rows[0]], changes: [-7],
        kind: .split(.init(columns: Array(replicas[1...2]), coefficients: [1, 1], at: 3))),
      .init(rows: [], changes: [], kind: .bound(value: "")),
      .init(
        rows: [program.rowCount, program.rowCount + 1, program.rowCount + 2],
        changes: [-1, -2, 5], kind: .bound(value: "")),
    ]
    return try Certificate(denominator: 2, cuts: cuts, nodes: nodes).stated(on: program)
  }

  static func file() throws -> CertificateFile {
    let (certificate, proof) = try tree()
    return CertificateFile(certificate, proving: proof, on: formulation)
  }

  static func read(_ bytes: [UInt8]) throws(AnswerError) -> CertificateFile {
    try CertificateFile.read(bytes, file: "proof.json", for: FilesCase.instance)
  }

  @Test func readsBackAndProves() throws {
    let file = try Self.file()
    let read = try Self.read(file.bytes())
    #expect(read == file)
    let proof = try read.check(
      on: FilesCase.instance, holding: FilesCase.solution, objective: FilesCase.objective)
    guard case .bound(let bound) = proof else {
      Issue.record("no bound")
      return
    }
    #expect(bound > 0)
    #expect(bound <= FilesCase.objective)
    #expect(file.statement == .bound(FilesCase.instance.printed(bound)))
  }

  @Test func oneDigitChangedAnywhereIsRefused() throws {
    var bytes = try Self.file().bytes()
    var forgeries = 0
    for index in bytes.indices {
      let original = bytes[index]
      guard original >= UInt8(ascii: "0"), original <= UInt8(ascii: "9") else { continue }
      for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != original {
        bytes[index] = digit
        #expect(throws: AnswerError.self) { try Self.read(bytes) }
        forgeries += 1
      }
      bytes[index] = original
    }
    #expect(forgeries > 1000)
  }

  /// With a new checksum the replay still meets every number that matters.
  @Test func aForgedChecksumDoesNotHelp() throws {
    let original = try Self.file()
    var forged: [CertificateFile] = []
    var file = original
    file.statement = .bound(PlainNumber(1, unit: 3))
    forged.append(file)
    file.statement = .infeasible
    forged.append(file)
    file = original
    file.certificate.denominator += 1
    forged.append(file)
    file = original
    file.columnCount += 1
    forged.append(file)
    file = original
    file.links = .disaggregated
    forged.append(file)
    for node in original.certificate.nodes.indices {
      for index in original.certificate.nodes[node].changes.indices {
        file = original
        file.certificate.nodes[node].changes[index] += 1
        forged.append(file)
      }
      if case .bound = original.certificate.nodes[node].kind {
        file = original
        file.certificate.nodes[node].kind = .bound(value: "12")
        forged.append(file)
      }
      file = original
      file.certificate.nodes.remove(at: node)
      forged.append(file)
    }
    for file in forged {
      let read = try Self.read(file.bytes())
      #expect(throws: CertificateRefusal.self) { try read.check(on: FilesCase.instance) }
    }
  }

  @Test func theSolutionMustHoldInTheProgramAtEqualCost() throws {
    let file = try Self.file()
    #expect(throws: CertificateRefusal.self) {
      try file.check(
        on: FilesCase.instance, holding: FilesCase.solution, objective: FilesCase.objective - 1)
    }
    var broken = FilesCase.solution
    broken.replicas[0].count = 5
    let error = #expect(throws: CertificateRefusal.self) {
      try file.check(
        on: FilesCase.instance, holding: broken, objective: FilesCase.objective)
    }
    #expect(error?.description.hasPrefix("solution in the program: breaks y[") == true)
  }

  /// With coarse bits, numerators of rows of small coefficients count in larger units.
  @Test func coarseNumeratorsCountMore() throws {
    let program = Self.formulation.program
    var coarse = try Self.tree().certificate
    let tightened = try program.adding(coarse.cuts)
    var fine = coarse
    coarse.coarseBits = 3
    for node in fine.nodes.indices {
      for (position, row) in fine.nodes[node].rows.enumerated()
      where row < tightened.rowCount && Certificate.isCoarse(row: row, of: tightened) {
        fine.nodes[node].changes[position] <<= 3
      }
    }
    let (stated, proof) = try coarse.stated(on: program)
    let expected = try fine.stated(on: program)
    #expect(proof == expected.proof)
    #expect(stated.nodes.map(\.kind) == expected.certificate.nodes.map(\.kind))
    let file = CertificateFile(stated, proving: proof, on: Self.formulation)
    let read = try Self.read(file.bytes())
    #expect(read == file)
    #expect(try read.check(on: FilesCase.instance) == proof)
    for bits in [-1, 0, 2, 4, Certificate.coarseBitsLimit + 1] {
      var forged = file
      forged.certificate.coarseBits = bits
      let read = try Self.read(forged.bytes())
      #expect(throws: CertificateRefusal.self) { try read.check(on: FilesCase.instance) }
    }
  }

  @Test func infeasibilityIsAStatementToo() throws {
    var instance = FilesCase.instance
    instance.failureCases[0].floors[0].least = 11
    let formulation = PlacementFormulation(instance: instance)
    let program = formulation.program
    let row = try #require(
      (0..<program.rowCount).first { program.rowName($0).hasPrefix("P9[paris_lost,class=") })
    // Eleven of ten parts: the floor minus the cover row of the case is a contradiction.
    let cover = try #require(
      (0..<program.rowCount).first { program.rowName($0).hasPrefix("P9[paris_lost,demand=") })
    let rows = [row, cover].sorted()
    let certificate = Certificate(
      denominator: 1, kept: [],
      nodes: [
        .init(rows: rows, changes: rows.map { $0 == row ? 1 : -1 }, kind: .infeasible(value: ""))
      ])
    let (stated, proof) = try certificate.stated(on: program)
    #expect(proof == .infeasible)
    let bytes = CertificateFile(stated, proving: proof, on: formulation).bytes()
    let read = try CertificateFile.read(bytes, file: "", for: instance)
    #expect(read.statement == .infeasible)
    #expect(try read.check(on: instance) == .infeasible)
  }

  @Test func randomBytesNeverCrashAndNeverPass() throws {
    let file = try Self.file()
    let original = file.bytes()
    var generator = RandomGenerator(seed: 12)
    for _ in 0..<4000 {
      var bytes = original
      for _ in 0...generator.below(3) {
        let index = generator.below(bytes.count)
        switch generator.below(3) {
        case 0: bytes[index] = UInt8(truncatingIfNeeded: generator.next())
        case 1: bytes.remove(at: index)
        default: bytes.insert(bytes[generator.below(bytes.count)], at: index)
        }
      }
      let read = try? Self.read(bytes)
      #expect(read == nil || read == file)
    }
  }

  @Test func nonsenseInsideIsRefusedByTheReplay() throws {
    let original = try Self.file()
    let kinds: [Certificate.Kind] = [
      .emptyBlock(-1), .emptyBlock(.max), .emptyBlock(0), .infeasible(value: "1"),
      .split(.init(columns: [], coefficients: [], at: 0)),
      .split(.init(columns: [-1], coefficients: [1], at: 0)),
      .split(.init(columns: [.max], coefficients: [1], at: 0)),
      .split(.init(columns: [0], coefficients: [1], at: .max)),
      .split(.init(columns: [0, 1], coefficients: [1], at: 0)),
    ]
    for kind in kinds {
      for node in original.certificate.nodes.indices {
        var file = original
        file.certificate.nodes[node].kind = kind
        let read = try Self.read(file.bytes())
        #expect(throws: CertificateRefusal.self) { try read.check(on: FilesCase.instance) }
      }
    }
    for (row, change) in [(-1, 1), (.max, 1), (0, .max), (0, .min)] as [(Int, Int64)] {
      var file = original
      file.certificate.nodes[1].rows = [row]
      file.certificate.nodes[1].changes = [change]
      let read = try Self.read(file.bytes())
      #expect(throws: CertificateRefusal.self) { try read.check(on: FilesCase.instance) }
    }
  }
}
