public import EmplaceCore

/// Multipliers of the rows of a program as a file, `emplace/multipliers/1`: what a bound was proven
/// from, by the names of the rows, so that a search on an instance that differs a little can start
/// from them. It proves nothing, and nothing in it need hold.
public struct MultipliersFile: Sendable, Hashable {
  /// Schema of the file.
  public static let schema = "emplace/multipliers/1"

  private var header: AnswerHeader
  private var denominator: Int64
  private var coarseBits: Int
  /// Names of the rows that blocks keep.
  private var kept: [String]
  private var names: [String]
  private var numerators: [Int64]

  /// The multipliers at the root of a certificate on the program of `formulation`.
  public init(_ certificate: Certificate, on formulation: PlacementFormulation) {
    let program = formulation.program
    header = AnswerHeader(of: formulation.instance)
    denominator = certificate.denominator
    coarseBits = certificate.coarseBits
    kept = certificate.kept.map { program.rowName($0.row) }
    names = []
    numerators = []
    guard let root = certificate.nodes.first else { return }
    for (row, numerator) in zip(root.rows, root.changes) where row < program.rowCount {
      names.append(program.rowName(row))
      numerators.append(numerator)
    }
  }

  /// Writes the file in pieces of about 64 KiB.
  ///
  /// - Complexity: O(bytes).
  public func write<Failure: Error>(
    to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = AnswerWriter()
    writer.openObject()
    header.write(Self.schema, to: &writer)
    writer.newLine()
    writer.key("denominator")
    writer.value(denominator)
    writer.newLine()
    writer.key("coarseBits")
    writer.value(Int64(coarseBits))
    writer.newLine()
    writer.key("kept")
    writer.openArray()
    for name in kept { writer.value(name) }
    writer.closeArray()
    writer.newLine()
    writer.key("rows")
    writer.openArray()
    for (name, numerator) in zip(names, numerators) {
      writer.newLine()
      writer.openArray()
      writer.value(name)
      writer.value(numerator)
      writer.closeArray()
      if writer.isFull { try sink(writer.take()) }
    }
    writer.closeArray(onNewLine: true)
    writer.closeObject()
    try sink(writer.take())
  }
}

// MARK: - Reading

extension MultipliersFile {
  private static let keys = AnswerReader.Keys(
    AnswerHeader.keys + ["denominator", "coarseBits", "kept", "rows"])

  /// Reads multipliers made for an instance like that of `formulation`, as a certificate of one leaf
  /// whose value is not stated; `file` is its name in messages.
  ///
  /// Rows that the program does not have are dropped and counted.
  /// - Complexity: O(bytes + rows).
  public static func read(
    _ bytes: [UInt8], file: String, on formulation: PlacementFormulation
  ) throws(AnswerError) -> (certificate: Certificate, dropped: Int) {
    let program = formulation.program
    var rowNamed: [String: Int] = [:]
    rowNamed.reserveCapacity(program.rowCount)
    for row in 0..<program.rowCount { rowNamed[program.rowName(row)] = row }
    var header = AnswerHeaderReader(
      expected: AnswerHeader(of: formulation.instance), schema: schema, checksDigest: false)
    var certificate = Certificate(denominator: 1, nodes: [])
    var multipliers: [Int: Int64] = [:]
    var kept: Set<Int> = []
    var dropped = 0
    var reader = AnswerReader(bytes, file: file)
    try reader.object(keys) { reader, key throws(AnswerError) in
      if try header.take(key, from: &reader) { return }
      switch key {
      case "denominator":
        certificate.denominator = try reader.integer()
        guard certificate.denominator > 0 else {
          throw reader.refused("a positive number is needed")
        }
      case "coarseBits":
        let bits = try reader.integer()
        guard (0...62).contains(bits) else { throw reader.refused("0 to 62 bits are possible") }
        certificate.coarseBits = Int(bits)
      case "kept":
        try reader.array { reader throws(AnswerError) in
          if let row = rowNamed[try reader.string()] { kept.insert(row) } else { dropped += 1 }
        }
      default:
        try reader.array { reader throws(AnswerError) in
          let (name, numerator) = try Self.pair(&reader)
          if let row = rowNamed[name] { multipliers[row] = numerator } else { dropped += 1 }
        }
      }
    }
    try reader.finish()
    try header.requireAgreement()
    for (index, block) in program.blocks.enumerated() {
      guard case .pool(let pool) = block.shape else { continue }
      if let row = pool.keepable.first(where: { kept.contains(Int($0)) }) {
        certificate.kept.append(.init(block: index, row: Int(row)))
      }
    }
    let rows = multipliers.keys.sorted()
    certificate.nodes = [
      .init(rows: rows, changes: rows.map { multipliers[$0] ?? 0 }, kind: .bound(value: ""))
    ]
    return (certificate, dropped)
  }

  /// Name and numerator of a row.
  private static func pair(
    _ reader: inout AnswerReader
  ) throws(AnswerError) -> (name: String, numerator: Int64) {
    var (name, numerator, position) = ("", Int64(0), 0)
    try reader.array { reader throws(AnswerError) in
      switch position {
      case 0: name = try reader.string()
      case 1: numerator = try reader.integer()
      default: throw reader.refused("a row is a pair of name and number")
      }
      position += 1
    }
    guard position == 2 else { throw reader.refused("a row is a pair of name and number") }
    return (name, numerator)
  }
}
