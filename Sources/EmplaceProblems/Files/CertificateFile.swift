public import EmplaceCore

/// A certificate as a file, `emplace/certificate/1`: what proves a bound on a placement, or that
/// there is none, with the digest of the instance and a checksum over everything.
///
/// It names no time and no seed: every number in it is replayed.
public struct CertificateFile: Sendable, Hashable {
  /// Schema of the file.
  public static let schema = "emplace/certificate/1"

  /// What a file states to be proven.
  public enum Statement: Sendable, Hashable {
    /// No solution is better than this, in the unit of results.
    case bound(PlainNumber)
    /// There is no solution.
    case infeasible
  }

  /// Problem, instance, digest, sense, currency.
  public var header: AnswerHeader
  /// What it states.
  public var statement: Statement
  /// Which rows the program has beside the needed ones.
  public var links: PlacementFormulation.Links
  /// Columns of the program.
  public var columnCount: Int
  /// Rows of the program.
  public var rowCount: Int
  /// The numbers.
  public var certificate: Certificate

  /// The file of a certificate with the value of every leaf stated, on the program of `formulation`.
  public init(
    _ certificate: Certificate, proving proof: Proof, on formulation: PlacementFormulation
  ) {
    let instance = formulation.instance
    header = AnswerHeader(of: instance)
    statement =
      switch proof {
      case .bound(let value): .bound(instance.printed(value))
      case .infeasible: .infeasible
      }
    links = formulation.links
    columnCount = formulation.program.columnCount
    rowCount = formulation.program.rowCount
    self.certificate = certificate
  }

  init(header: AnswerHeader) {
    self.header = header
    statement = .infeasible
    links = .plain
    columnCount = 0
    rowCount = 0
    certificate = Certificate(denominator: 1, nodes: [])
  }
}

// MARK: - Writing

extension CertificateFile {
  /// The bytes of the file.
  public func bytes() -> [UInt8] {
    var result: [UInt8] = []
    write { result.append(contentsOf: $0) }
    return result
  }

  /// Writes the file in pieces of about 64 KiB.
  ///
  /// - Complexity: O(bytes).
  public func write<Failure: Error>(
    to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = AnswerWriter()
    try write(&writer, sink)
    writer.closeWithChecksum()
    try sink(writer.take())
  }

  /// The checksum that the file must state.
  func checksum() -> String {
    var writer = AnswerWriter()
    write(&writer) { _ in }
    return writer.checksum()
  }

  private func write<Failure: Error>(
    _ writer: inout AnswerWriter, _ sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    writer.openObject()
    header.write(Self.schema, to: &writer)
    writer.newLine()
    writer.key("proves")
    switch statement {
    case .infeasible: writer.value("infeasible")
    case .bound(let number):
      writer.value("bound")
      writer.newLine()
      writer.key("bound")
      writer.value(number)
    }
    writer.newLine()
    writer.key("program")
    writer.openObject()
    writer.key("links")
    writer.value(links.rawValue)
    Self.member("columns", Int64(columnCount), &writer)
    Self.member("rows", Int64(rowCount), &writer)
    writer.closeObject()
    writer.newLine()
    Self.member("denominator", certificate.denominator, &writer)
    if certificate.coarseBits != 0 {
      writer.newLine()
      Self.member("coarseBits", Int64(certificate.coarseBits), &writer)
    }
    try writeKeptRows(&writer, sink)
    try writeCuts(&writer, sink)
    try writeNodes(&writer, sink)
  }

  private func writeKeptRows<Failure: Error>(
    _ writer: inout AnswerWriter, _ sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    writer.newLine()
    writer.key("kept")
    writer.openArray()
    for kept in certificate.kept {
      writer.openArray()
      writer.value(Int64(kept.block))
      writer.value(Int64(kept.row))
      writer.closeArray()
      if writer.isFull { try sink(writer.take()) }
    }
    writer.closeArray()
  }

  private func writeCuts<Failure: Error>(
    _ writer: inout AnswerWriter, _ sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    guard !certificate.cuts.isEmpty else { return }
    writer.newLine()
    writer.key("cuts")
    writer.openArray()
    for cut in certificate.cuts {
      writer.newLine()
      writer.openObject()
      writer.key("rows")
      Self.list(cut.rows.lazy.map(Int64.init), &writer)
      writer.key("multipliers")
      Self.list(cut.multipliers, &writer)
      writer.key("complemented")
      Self.list(cut.complemented.lazy.map(Int64.init), &writer)
      Self.member("divisor", cut.divisor, &writer)
      Self.member("scale", cut.scale, &writer)
      writer.closeObject()
      if writer.isFull { try sink(writer.take()) }
    }
    writer.closeArray(onNewLine: true)
  }

  private func writeNodes<Failure: Error>(
    _ writer: inout AnswerWriter, _ sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    writer.newLine()
    writer.key("nodes")
    writer.openArray()
    for node in certificate.nodes {
      writer.newLine()
      writer.openObject()
      Self.kind(node.kind, &writer)
      if !node.rows.isEmpty {
        writer.key("rows")
        Self.list(node.rows.lazy.map(Int64.init), &writer)
        writer.key("changes")
        Self.list(node.changes, &writer)
      }
      writer.closeObject()
      if writer.isFull { try sink(writer.take()) }
    }
    writer.closeArray(onNewLine: true)
  }

  private static func kind(_ kind: Certificate.Kind, _ writer: inout AnswerWriter) {
    switch kind {
    case .bound(let value):
      writer.key("bound")
      writer.value(value)
    case .infeasible(let value):
      writer.key("infeasible")
      writer.value(value)
    case .emptyBlock(let block): member("emptyBlock", Int64(block), &writer)
    case .split(let split):
      writer.key("split")
      writer.openObject()
      writer.key("columns")
      list(split.columns.lazy.map(Int64.init), &writer)
      writer.key("coefficients")
      list(split.coefficients, &writer)
      member("at", split.at, &writer)
      writer.closeObject()
    }
  }

  private static func list(_ numbers: some Sequence<Int64>, _ writer: inout AnswerWriter) {
    writer.openArray()
    for number in numbers { writer.value(number) }
    writer.closeArray()
  }

  private static func member(
    _ key: StaticString, _ value: Int64, _ writer: inout AnswerWriter
  ) {
    writer.key(key)
    writer.value(value)
  }
}
