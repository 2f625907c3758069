internal import EmplaceCore

/// What files of answers begin with: of which problem and instance they speak, and in which unit.
public struct AnswerHeader: Sendable, Hashable {
  /// Name of the problem: `placement`.
  public var problem: String
  /// Name of the instance.
  public var instance: String
  /// SHA-256 of the documents that the instance was made from, hexadecimal.
  public var digest: String
  /// `min`, or `max` where a benchmark maximises: the objective then stands negated.
  public var sense: String
  /// ISO code of the currency, empty for benchmarks in their own unit.
  public var currency: String

  /// The header of answers to an instance.
  public init(of instance: PlacementInstance) {
    problem = Placement.name
    self.instance = instance.name
    digest = instance.digest
    sense = instance.isMaximisation ? "max" : "min"
    currency = instance.currency
  }

  static let keys = ["schema", "problem", "instance", "digest", "sense", "currency"]

  func write(_ schema: String, to writer: inout AnswerWriter) {
    let values = [schema, problem, instance, digest, sense, currency]
    let names: [StaticString] = ["schema", "problem", "instance", "digest", "sense", "currency"]
    for (name, value) in zip(names, values) {
      writer.newLine()
      writer.key(name)
      writer.value(value)
    }
  }
}

/// A header as it is read: what must agree with the instance is kept until all is read, because the
/// members of an object may come in any order.
struct AnswerHeaderReader {
  private(set) var header: AnswerHeader
  private let expected: AnswerHeader
  private let schema: String
  private let checksDigest: Bool
  /// The first thing that does not agree, the digest before all others.
  private var mismatch: AnswerError?

  init(expected: AnswerHeader, schema: String, checksDigest: Bool) {
    header = expected
    self.expected = expected
    self.schema = schema
    self.checksDigest = checksDigest
  }

  /// Reads the value of `key` if it is one of the header's; says whether it was.
  mutating func take(_ key: String, from reader: inout AnswerReader) throws(AnswerError) -> Bool {
    switch key {
    case "schema":
      guard try reader.string() == schema else {
        throw reader.unreadable("not the schema \"\(schema)\"", maybe: "this is another file")
      }
    case "problem":
      header.problem = try reader.string()
      guard header.problem == expected.problem else {
        throw reader.unreadable(
          "the problem is \"\(expected.problem)\"", maybe: "another command reads this file")
      }
    case "instance": header.instance = try reader.string()
    case "digest":
      header.digest = try reader.string()
      if checksDigest, header.digest != expected.digest {
        mismatch = reader.refused(
          "the instance at hand has the digest \(expected.digest)",
          maybe: "the instance was changed after this file was made, or another one is meant")
      }
    case "sense":
      header.sense = try reader.string()
      if header.sense != expected.sense, mismatch == nil {
        mismatch = reader.refused(
          "the instance was read with the sense \"\(expected.sense)\"",
          maybe: "--sense \(header.sense)")
      }
    case "currency":
      header.currency = try reader.string()
      if checksDigest, header.currency != expected.currency, mismatch == nil {
        mismatch = reader.refused("the instance at hand is priced in \"\(expected.currency)\"")
      }
    default: return false
    }
    return true
  }

  func requireAgreement() throws(AnswerError) {
    if let mismatch { throw mismatch }
  }
}
