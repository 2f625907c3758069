internal import EmplaceCore

extension CertificateFile {
  /// Reads a certificate for `instance`; `file` is its name in messages.
  ///
  /// Refused is what was made from another instance or does not have its checksum. Whether it
  /// proves what it states is for ``check(on:)``.
  /// - Complexity: O(bytes).
  public static func read(
    _ bytes: [UInt8], file: String, for instance: PlacementInstance
  ) throws(AnswerError) -> CertificateFile {
    var reader = AnswerReader(bytes, file: file)
    var parser = CertificateParser(
      header: AnswerHeaderReader(
        expected: AnswerHeader(of: instance), schema: schema, checksDigest: true))
    try parser.read(&reader)
    guard parser.checksum == parser.file.checksum() else {
      throw AnswerError(
        kind: .refused,
        problem: .init(
          file: file, path: "checksum", value: "\"\(parser.checksum)\"",
          message: "not the checksum of what the file says",
          suggestion: "the file was edited or damaged after it was made"))
    }
    return parser.file
  }
}

/// Reads the members of a certificate file.
private struct CertificateParser {
  private static let fileKeys = AnswerReader.Keys(
    AnswerHeader.keys + ["proves", "program", "denominator", "kept", "nodes", "checksum"],
    optional: ["bound", "coarseBits", "cuts"])
  private static let cutKeys = AnswerReader.Keys([
    "rows", "multipliers", "complemented", "divisor", "scale",
  ])
  private static let programKeys = AnswerReader.Keys(["links", "columns", "rows"])
  private static let nodeKeys = AnswerReader.Keys(
    [], optional: ["bound", "infeasible", "emptyBlock", "split", "rows", "changes"])
  private static let splitKeys = AnswerReader.Keys(["columns", "coefficients", "at"])

  private var header: AnswerHeaderReader
  private(set) var file: CertificateFile
  private(set) var checksum = ""
  private var proves = ""
  private var bound: PlainNumber?

  init(header: AnswerHeaderReader) {
    self.header = header
    file = CertificateFile(header: header.header)
  }

  mutating func read(_ reader: inout AnswerReader) throws(AnswerError) {
    try reader.object(Self.fileKeys) { reader, key throws(AnswerError) in
      if try !header.take(key, from: &reader) { try readMember(key, &reader) }
    }
    try reader.finish()
    try header.requireAgreement()
    file.header = header.header
    switch (proves, bound) {
    case ("infeasible", nil): file.statement = .infeasible
    case ("bound", let number?): file.statement = .bound(number)
    default:
      throw reader.refused(
        "\"proves\" is \"bound\", with a member \"bound\", or \"infeasible\", without one")
    }
  }

  private mutating func readMember(
    _ key: String, _ reader: inout AnswerReader
  ) throws(AnswerError) {
    switch key {
    case "proves": proves = try reader.string()
    case "bound": bound = try reader.decimal()
    case "checksum": checksum = try reader.string()
    case "denominator": file.certificate.denominator = try reader.integer()
    case "coarseBits": file.certificate.coarseBits = Int(clamping: try reader.integer())
    case "program": try readProgram(&reader)
    case "kept":
      try reader.array { reader throws(AnswerError) in
        let pair = try numbers(&reader)
        guard pair.count == 2, let block = Int(exactly: pair[0]), let row = Int(exactly: pair[1])
        else { throw reader.refused("a kept row is a pair of block and row") }
        file.certificate.kept.append(.init(block: block, row: row))
      }
    case "cuts":
      try reader.array { reader throws(AnswerError) in
        file.certificate.cuts.append(try cut(&reader))
      }
    default:
      try reader.array { reader throws(AnswerError) in
        file.certificate.nodes.append(try node(&reader))
      }
    }
  }

  private mutating func readProgram(_ reader: inout AnswerReader) throws(AnswerError) {
    try reader.object(Self.programKeys) { reader, key throws(AnswerError) in
      switch key {
      case "links":
        let name = try reader.string()
        guard let links = PlacementFormulation.Links(rawValue: name) else {
          throw reader.refused("no such links", maybe: "plain, or disaggregated")
        }
        file.links = links
      case "columns": file.columnCount = Int(clamping: try reader.integer())
      default: file.rowCount = Int(clamping: try reader.integer())
      }
    }
  }

  private func cut(_ reader: inout AnswerReader) throws(AnswerError) -> RoundingCut {
    var cut = RoundingCut(rows: [], multipliers: [], complemented: [], divisor: 0)
    try reader.object(Self.cutKeys) { reader, key throws(AnswerError) in
      switch key {
      case "rows": cut.rows = try indices(&reader)
      case "multipliers": cut.multipliers = try numbers(&reader)
      case "complemented": cut.complemented = try indices(&reader)
      case "divisor": cut.divisor = try reader.integer()
      default: cut.scale = try reader.integer()
      }
    }
    return cut
  }

  private func node(_ reader: inout AnswerReader) throws(AnswerError) -> Certificate.Node {
    var node = Certificate.Node(rows: [], changes: [], kind: .emptyBlock(-1))
    var kinds = 0
    try reader.object(Self.nodeKeys) { reader, key throws(AnswerError) in
      switch key {
      case "rows": node.rows = try indices(&reader)
      case "changes": node.changes = try numbers(&reader)
      default:
        kinds += 1
        switch key {
        case "bound": node.kind = .bound(value: try reader.string())
        case "infeasible": node.kind = .infeasible(value: try reader.string())
        case "emptyBlock": node.kind = .emptyBlock(Int(clamping: try reader.integer()))
        default: node.kind = .split(try split(&reader))
        }
      }
    }
    guard kinds == 1 else {
      throw reader.refused(
        "a node is one of \"bound\", \"infeasible\", \"emptyBlock\" and \"split\"")
    }
    return node
  }

  private func split(_ reader: inout AnswerReader) throws(AnswerError) -> Certificate.Split {
    var split = Certificate.Split(columns: [], coefficients: [], at: 0)
    try reader.object(Self.splitKeys) { reader, key throws(AnswerError) in
      switch key {
      case "columns": split.columns = try indices(&reader)
      case "coefficients": split.coefficients = try numbers(&reader)
      default: split.at = try reader.integer()
      }
    }
    return split
  }

  private func numbers(_ reader: inout AnswerReader) throws(AnswerError) -> [Int64] {
    var result: [Int64] = []
    try reader.array { reader throws(AnswerError) in result.append(try reader.integer()) }
    return result
  }

  private func indices(_ reader: inout AnswerReader) throws(AnswerError) -> [Int] {
    var result: [Int] = []
    try reader.array { reader throws(AnswerError) in
      result.append(Int(clamping: try reader.integer()))
    }
    return result
  }
}

extension CertificateFile {
  /// Whether a file says that it proves there is no solution: looked up before the instance is
  /// read, and trusted for nothing.
  public static func statesInfeasibility(_ bytes: [UInt8]) -> Bool {
    // Headers and the statement stand in the first kilobytes of every file that this module wrote.
    let head = String(decoding: bytes.prefix(1 << 14), as: UTF8.self)
    return head.split(separator: "\"proves\"", maxSplits: 1).dropFirst().first?
      .drop { $0.isWhitespace || $0 == ":" }.hasPrefix("\"infeasible\"") ?? false
  }
}
