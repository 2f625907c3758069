/// Keeps tables of lengths at a size that waiting rules can work with.
enum LengthTables {
  /// Most buckets of a table.
  private static let bucketLimit = 64
  /// Most tables that a replica's mix is looked at with.
  private static let tableLimit = 64

  /// A table of at most ``bucketLimit`` buckets: neighbours by input length are joined, with the
  /// larger of their lengths.
  static func coarse(_ lengths: [Demand.LengthBucket]) -> [Demand.LengthBucket] {
    guard lengths.count > bucketLimit else { return lengths }
    let sorted = lengths.sorted { ($0.input, $0.output) < ($1.input, $1.output) }
    return (0..<bucketLimit).map { group in
      let range =
        group * sorted.count / bucketLimit..<(group + 1) * sorted.count / bucketLimit
      return sorted[range].reduce(.init(input: 0, output: 0, shareMillionths: 0)) {
        .init(
          input: max($0.input, $1.input), output: max($0.output, $1.output),
          shareMillionths: $0.shareMillionths + $1.shareMillionths)
      }
    }
  }

  /// Of very many tables those that are extreme in one of the figures on which waiting depends:
  /// the eight largest each of mean and longest input, mean and longest output, mean square of the
  /// output, context, and the shares of prefill and of decoding.
  static func extremes(_ tables: [[Demand.LengthBucket]]) -> [[Demand.LengthBucket]] {
    guard tables.count > tableLimit else { return tables }
    let sums = tables.map(LengthSums.init)
    let figures: [(Int) -> Double] = [
      { sums[$0].input }, { sums[$0].output }, { sums[$0].longestContext },
      { Double(tables[$0].reduce(0) { max($0, $1.input) }) },
      { Double(tables[$0].reduce(0) { max($0, $1.output) }) },
      { sums[$0].output > 0 ? sums[$0].outputSquared / sums[$0].output : 0 },
      { sums[$0].input / max(sums[$0].output, 1e-6) },
      { sums[$0].output / max(sums[$0].input, 1e-6) },
    ]
    var kept: Set<Int> = []
    for figure in figures {
      let values = tables.indices.map { (figure($0), $0) }
      let order = values.sorted { ($1.0, $0.1) < ($0.0, $1.1) }
      kept.formUnion(order.prefix(tableLimit / figures.count).map(\.1))
    }
    return kept.sorted().map { tables[$0] }
  }
}
