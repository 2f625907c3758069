internal import EmplaceCore

/// A waiting rule at a utilisation, with the tables it needs.
public struct WaitingCalculator: Sendable {
  /// The rule.
  public let rule: WaitingRule
  /// Utilisation as a share.
  public let utilisation: Double
  private let constant: [(batch: Int, table: ConstantBatchWaiting)]
  private let spread: SpreadBatchWaiting?

  /// Most tables of `md1`: beyond it, batch limits share those of a coarse grid.
  private static let tableLimit = 64

  /// The rule at a utilisation, for these batch limits.
  public init(
    rule: WaitingRule, utilisationMillionths: Int64, batches: Set<Int>, threads: Int = 1
  ) {
    self.rule = rule
    let utilisation = Double(utilisationMillionths) / 1_000_000
    self.utilisation = utilisation
    spread = SpreadBatchWaiting(utilisation: utilisation)
    var needed = rule == .md1 ? batches.sorted() : []
    if needed.count > Self.tableLimit { needed = Profile.steps(to: needed.last ?? 1) }
    let limits = needed
    let tables = parallelMap(limits.count, threads: threads) {
      ConstantBatchWaiting(batch: limits[$0], utilisation: utilisation)
    }
    constant = zip(limits, tables).compactMap { batch, table in table.map { (batch, $0) } }
  }

  /// The table of a batch limit, or of the next smaller one: the latency in units of a batch's
  /// length falls with the limit.
  private func table(_ batch: Int) -> ConstantBatchWaiting? {
    constant.last { $0.batch <= batch }?.table
  }

  /// What the rule promises for batches; nil where it promises nothing.
  public func promise(for service: BatchService, percentileMillionths: Int64) -> LatencyPromise? {
    let percentile = Double(percentileMillionths) / 1_000_000
    switch rule {
    case .md1 where service.spreadMicroseconds == 0:
      return table(service.batch)?.promise(for: service, percentile: percentile)
    case .md1, .mg1: return spread?.promise(for: service, percentile: percentile)
    case .batch: return PacedWaiting().promise(for: service, percentile: percentile)
    case .inferno:
      guard utilisation < 1 else { return nil }
      let queue = InfernoWaiting(batch: service.batch) { _ in Double(service.meanMicroseconds) }
      let rate = utilisation * Double(service.batch) / max(Double(service.meanMicroseconds), 1e-9)
      let means = queue.means(ratePerMicrosecond: rate)
      let mean = means.wait + means.service
      return LatencyPromise(percentile: mean, mean: mean)
    }
  }
}

/// A token profile at a batch limit under a rule: what a demand with given lengths is promised.
public struct TokenCalculator: Sendable {
  private enum Rule {
    case percentile(TokenWaiting)
    case means(TokenProfile, Int, Double)
  }

  private let rule: Rule
  /// Context per sequence that the cache is sized for, tokens.
  public let context: Double

  /// The profile at batch limit `batch`, shared by demands with the lengths of `mix`; nil where
  /// nothing is promised.
  public init?(
    _ calculator: WaitingCalculator, profile: TokenProfile, batch: Int,
    mix: [[Demand.LengthBucket]]
  ) {
    guard
      let waiting = TokenWaiting(
        profile: profile, batch: batch, mix: mix, utilisation: calculator.utilisation)
    else { return nil }
    context = waiting.context
    rule =
      calculator.rule == .inferno
      ? .means(profile, batch, calculator.utilisation) : .percentile(waiting)
  }

  /// Time to first token at the percentile without the network, and mean time to the last token;
  /// nil where it is not finite.
  public func firstToken(
    lengths: [Demand.LengthBucket], percentileMillionths: Int64
  ) -> LatencyPromise? {
    switch rule {
    case .percentile(let waiting):
      return waiting.firstToken(
        lengths: lengths, percentile: Double(percentileMillionths) / 1_000_000)
    case .means(let profile, let batch, let utilisation):
      let figures = Self.means(profile, batch, lengths, utilisation)
      guard let first = wholeMicroseconds(figures.firstToken) else { return nil }
      let output = LengthSums(lengths).output
      let rest = wholeMicroseconds(figures.perToken * max(output - 1, 0)) ?? 0
      return LatencyPromise(percentileMicroseconds: first, meanMicroseconds: first + rest)
    }
  }

  /// Time per output token at the percentile, microseconds; nil where it is beyond a minute.
  public func perToken(lengths: [Demand.LengthBucket], percentileMillionths: Int64) -> Int64? {
    switch rule {
    case .percentile(let waiting):
      waiting.perToken(lengths: lengths, percentile: Double(percentileMillionths) / 1_000_000)
    case .means(let profile, let batch, let utilisation):
      wholeMicroseconds(Self.means(profile, batch, lengths, utilisation).perToken)
    }
  }

  /// Whether the time per output token keeps a limit.
  public func holds(
    perToken limit: Int64, lengths: [Demand.LengthBucket], percentileMillionths: Int64
  ) -> Bool {
    switch rule {
    case .percentile(let waiting):
      waiting.holds(
        perToken: limit, lengths: lengths,
        percentile: Double(percentileMillionths) / 1_000_000)
    case .means(let profile, let batch, let utilisation):
      Self.means(profile, batch, lengths, utilisation).perToken <= Double(limit)
    }
  }

  private static func means(
    _ profile: TokenProfile, _ batch: Int, _ lengths: [Demand.LengthBucket], _ utilisation: Double
  ) -> (firstToken: Double, perToken: Double) {
    let inferno = InfernoTokenWaiting(profile: profile, batch: batch, lengths: lengths)
    let work = max(profile.workMicroseconds(LengthSums(lengths), batch: batch), 1e-9)
    let means = inferno.queue.means(ratePerMicrosecond: utilisation / work)
    return inferno.figures(wait: means.wait, service: means.service)
  }
}
