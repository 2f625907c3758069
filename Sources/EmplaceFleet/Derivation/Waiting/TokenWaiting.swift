import Foundation

/// Rule for token profiles under `md1` and `mg1`: Poisson arrivals, continuous batching of up to
/// `b` sequences, one prefill at a time and before any decode step.
///
/// Requests of several demands share a replica, in a mix that the plan decides. So every figure is
/// the worst over replicas that serve one of the demands alone: each is a mean weighted by load or
/// an extreme, and a mix lies between.
///
/// A request is `w` replica-time of work: its prefill `P` and its output at a full batch's pace.
/// At utilisation `r`, a share `f` of it prefill:
/// - **places**: the probability `B` that all `b` are taken comes from the number of sequences by
///   level crossing (``PrefillBursts``); the wait is then exponential of mean `max(E[w], E[w^2] / 2 E[w]) / (1 - r)`, that of M/M/b scaled by the
///   second moment (Lee and Longton 1959, doi:10.1057/jors.1959.5). For `b = 1` it is that of
///   M/G/1, `exp(-h x)` with `rate (E[exp(h w)] - 1) = h` (Lundberg's bound).
/// - **prefills ahead**: `P(W > x) <= min(f, exp(-h x))` with `rate (E[exp(h P)] - 1) = h`, after
///   the iteration under way, at most one decode step (Fuhrmann and Cooper 1985,
///   doi:10.1287/opre.33.5.1117).
/// - **time to first token**: place + step + prefills ahead + own prefill.
/// - **time per output token**: steps of the full batch, and the prefills between the own first and
///   last token, by Chernoff's bound: those that arrive then and the backlog of an M/G/1 queue (or,
///   where all places may be taken, all that arrive after the own arrival).
///
/// A step of the full batch has all contexts at their mean plus three standard deviations of the
/// mean of `b` contexts, at most at the longest.
public struct TokenWaiting: Sendable {
  /// Time of one decode step of the full batch, microseconds.
  public let step: Double
  /// Context per sequence of the full batch, tokens: what its cache is sized for.
  public let context: Double
  private let batch: Int
  private let profile: TokenProfile
  private let prefillShare: Double
  private let prefillDecay: Double
  private let placeBusy: Double
  private let placeDecay: Double
  private let longestPrefill: Double
  private let fewestSteps: Double
  /// Exponents h of Chernoff's bound and the worst rate (E[exp(h P)] - 1) for each.
  private let exponents: [(exponent: Double, growth: Double)]

  /// The rule for a profile at batch limit `batch`, shared by demands with these lengths; nil where
  /// it promises nothing: no lengths, or a utilisation not below 1.
  public init?(
    profile: TokenProfile, batch: Int, mix: [[Demand.LengthBucket]], utilisation: Double
  ) {
    guard batch >= 1, utilisation < 1, !mix.isEmpty else { return nil }
    let loads = mix.map {
      TokenLoad(profile: profile, batch: batch, lengths: $0, utilisation: max(utilisation, 1e-9))
    }
    self.profile = profile
    self.batch = batch
    context = TokenLoad.context(of: loads, batch: batch)
    step = profile.stepMicroseconds(batch: batch, context: context)
    prefillShare = batch == 1 ? 0 : loads.reduce(0) { max($0, $1.prefillShare) }
    prefillDecay =
      batch == 1 ? TokenLoad.atOnce : loads.reduce(TokenLoad.atOnce) { min($0, $1.prefillDecay) }
    placeBusy = loads.reduce(0) { max($0, $1.placeBusy) }
    placeDecay = loads.reduce(TokenLoad.atOnce) { min($0, $1.placeDecay) }
    let longest = loads.reduce(0) { max($0, $1.longestPrefill) }
    longestPrefill = longest
    fewestSteps = loads.reduce(.infinity) { min($0, $1.fewestSteps) }
    exponents =
      longest > 0
      ? (0..<24).map { index in
        let exponent = 0.02 * pow(1.4, Double(index)) / longest
        return (exponent, loads.reduce(0) { max($0, $1.growth(exponent)) })
      } : []
  }

  /// The percentile of the time to first token of a demand with these lengths, without the
  /// network, and the mean time to its last token.
  public func firstToken(lengths: [Demand.LengthBucket], percentile: Double) -> LatencyPromise? {
    guard let quantile = firstTokenQuantile(lengths, allowed: 1 - percentile) else { return nil }
    return LatencyPromise(
      percentileMicroseconds: quantile, meanMicroseconds: meanMicroseconds(lengths))
  }

  /// The percentile of the time per output token of a demand with these lengths, microseconds; nil
  /// where it is beyond a minute.
  public func perToken(lengths: [Demand.LengthBucket], percentile: Double) -> Int64? {
    var (low, high): (Int64, Int64) = (0, 60_000_000)
    guard let wait = decodingWait(lengths, percentile: percentile),
      holds(perToken: high, lengths: lengths, percentile: percentile, wait: wait)
    else { return nil }
    while low + 1 < high {
      let middle = (low + high) / 2
      if holds(perToken: middle, lengths: lengths, percentile: percentile, wait: wait) {
        high = middle
      } else {
        low = middle
      }
    }
    return high
  }

  /// Whether the percentile of the time per output token is at most `limit` microseconds.
  public func holds(
    perToken limit: Int64, lengths: [Demand.LengthBucket], percentile: Double
  ) -> Bool {
    guard let wait = decodingWait(lengths, percentile: percentile) else { return false }
    return holds(perToken: limit, lengths: lengths, percentile: percentile, wait: wait)
  }

  /// A time to first token that all but a quarter of the exceptions keep.
  private func decodingWait(_ lengths: [Demand.LengthBucket], percentile: Double) -> Double? {
    firstTokenQuantile(lengths, allowed: (1 - percentile) / 4).map(Double.init)
  }

  private func holds(
    perToken limit: Int64, lengths: [Demand.LengthBucket], percentile: Double, wait: Double
  ) -> Bool {
    let allowed = 1 - percentile
    var (whole, open) = (0.0, placeBusy)
    for bucket in lengths where bucket.output > 1 {
      let steps = Double(bucket.output - 1)
      let time = steps * Double(limit)
      let room = time - steps * (step + ownContext(bucket))
      guard room < mostStall(during: steps) else { continue }
      whole += share(bucket) * stallTail(room, during: wait + time, backlog: false)
      open += share(bucket) * stallTail(room, during: time, backlog: true)
      if whole > 0.75 * allowed, open > allowed { return false }
    }
    return true
  }

  /// What a step takes longer because of a context of its own beyond the mean.
  private func ownContext(_ bucket: Demand.LengthBucket) -> Double {
    let beyond = max(0, Double(bucket.input) + Double(bucket.output) - context)
    return Double(profile.stepPerKiloContextNanoseconds) * beyond / 1_000_000
  }

  /// Longest time that prefills can take while a sequence goes `steps` steps: each of the other
  /// places turns over after the fewest steps of a request.
  private func mostStall(during steps: Double) -> Double {
    guard fewestSteps > 0 else { return batch == 1 ? 0 : .infinity }
    return Double(batch - 1) * (1 + (steps / fewestSteps).rounded(.up)) * longestPrefill
  }

  /// Bound of the probability that prefills that arrive within `window`, and those that wait at its
  /// start if `backlog`, take longer than `room`.
  private func stallTail(_ room: Double, during window: Double, backlog: Bool) -> Double {
    guard room >= 0 else { return 1 }
    guard !exponents.isEmpty else { return 0 }
    var best = 0.0
    for (exponent, growth) in exponents {
      var value = growth * window - exponent * room
      if backlog {
        guard growth < 0.999 * exponent else { break }
        value += log((1 - prefillShare) * exponent / (exponent - growth))
      }
      best = min(best, value)
    }
    return exp(best)
  }

  private func firstTokenQuantile(_ lengths: [Demand.LengthBucket], allowed: Double) -> Int64? {
    guard allowed > 0 else { return nil }
    let own = lengths.map { OwnTime(share($0), ownTime($0), placeDecay, prefillDecay) }
    func tail(_ x: Double) -> Double {
      let place = exp(-placeDecay * x)
      let ahead = exp(-prefillDecay * x)
      return own.reduce(0) { sum, element in
        guard x >= element.time else { return sum + element.share }
        let wait = x - element.time
        return sum + element.share
          * waitTail(
            wait, place: element.place > 0 ? place * element.place : exp(-placeDecay * wait),
            ahead: element.ahead > 0 ? ahead * element.ahead : exp(-prefillDecay * wait))
      }
    }
    var (low, high) = (0.0, 2 * own.reduce(1) { max($0, $1.time) })
    while tail(high) > allowed {
      (low, high) = (high, 2 * high)
      if high > 86_400e6 { return nil }
    }
    while high - low > max(5, 1e-4 * low) {
      let middle = (low + high) / 2
      if tail(middle) > allowed { low = middle } else { high = middle }
    }
    return wholeMicroseconds(high)
  }

  /// The step under way at most, and the own prefill.
  private func ownTime(_ bucket: Demand.LengthBucket) -> Double {
    (batch == 1 ? 0 : step) + profile.prefillMicroseconds(input: bucket.input)
  }

  /// What requests of one bucket take besides waiting, with the factors that turn
  /// `exp(-decay x)` into `exp(-decay (x - time))`; zero where they are too large to be exact.
  private struct OwnTime {
    let share: Double
    let time: Double
    let place: Double
    let ahead: Double

    init(_ share: Double, _ time: Double, _ placeDecay: Double, _ prefillDecay: Double) {
      (self.share, self.time) = (share, time)
      place = placeDecay * time < 30 ? exp(placeDecay * time) : 0
      ahead = prefillDecay * time < 30 ? exp(prefillDecay * time) : 0
    }
  }

  /// Bound of the probability of waiting longer than `x` for a place and the prefills ahead, with
  /// `place` and `ahead` the exponentials of their decays times `x`.
  private func waitTail(_ x: Double, place: Double, ahead: Double) -> Double {
    let taken = placeBusy * place
    let difference = prefillDecay - placeDecay
    let both =
      abs(difference * x) < 1e-6
      ? placeBusy * placeDecay * x * ahead
      : placeBusy * placeDecay * (place - ahead) / difference
    return min(1, taken + (1 - placeBusy) * min(prefillShare, ahead) + both)
  }

  /// Mean time to the last token, of a replica that serves these lengths alone.
  private func meanMicroseconds(_ lengths: [Demand.LengthBucket]) -> Int64 {
    var (prefill, output) = (0.0, 0.0)
    for bucket in lengths {
      prefill += share(bucket) * profile.prefillMicroseconds(input: bucket.input)
      output += share(bucket) * Double(max(bucket.output - 1, 0))
    }
    let waiting = placeBusy / placeDecay + prefillShare / prefillDecay
    let decoding = output * step / (1 - min(prefillShare, 0.999))
    return wholeMicroseconds(waiting + step / 2 + prefill + decoding) ?? 86_400_000_000
  }

  private func share(_ bucket: Demand.LengthBucket) -> Double {
    Double(bucket.shareMillionths) / 1_000_000
  }
}

// MARK: - One demand alone

/// What a replica does that serves requests of one table of lengths alone.
struct TokenLoad: Sendable {
  /// Decay per microsecond of a wait that is none.
  static let atOnce = 1000.0
  /// Share of the time spent on prefills at the utilisation.
  let prefillShare: Double
  /// Probability that all places are taken.
  let placeBusy: Double
  /// Decay of the wait for a place, per microsecond.
  let placeDecay: Double
  /// Decay of the wait behind prefills, per microsecond.
  let prefillDecay: Double
  /// Longest prefill, microseconds.
  let longestPrefill: Double
  /// Fewest decode steps of a request.
  let fewestSteps: Double
  private let rate: Double
  private let prefills: [(share: Double, time: Double)]
  private let meanContext: Double
  private let deviation: Double
  private let longestContext: Double

  init(
    profile: TokenProfile, batch: Int, lengths: [Demand.LengthBucket], utilisation: Double
  ) {
    let used = lengths.filter { $0.shareMillionths > 0 }
    let sums = LengthSums(used)
    let work = max(profile.workMicroseconds(sums, batch: batch), 1e-6)
    rate = utilisation / work
    prefills = used.map {
      (Double($0.shareMillionths) / 1e6, profile.prefillMicroseconds(input: $0.input))
    }
    let prefill = prefills.reduce(0) { $0 + $1.share * $1.time }
    longestPrefill = prefills.reduce(0) { max($0, $1.time) }
    fewestSteps = used.reduce(.infinity) { min($0, Double($1.output - 1)) }
    prefillShare = min(utilisation, rate * prefill)
    meanContext = sums.output > 0 ? sums.outputContext / sums.output : sums.input
    let second = sums.output > 0 ? sums.outputContextSquared / sums.output : 0
    deviation = max(0, second - meanContext * meanContext).squareRoot()
    longestContext = sums.longestContext
    prefillDecay = Self.decay(rate: rate, jumps: prefills, longest: longestPrefill)
    let works = used.map { bucket in
      (
        share: Double(bucket.shareMillionths) / 1e6,
        time: profile.workMicroseconds(LengthSums(whole: bucket), batch: batch)
      )
    }
    if batch == 1 {
      placeBusy = 1
      placeDecay = Self.decay(
        rate: rate, jumps: works, longest: works.reduce(0) { max($0, $1.time) })
    } else {
      let second = works.reduce(0) { $0 + $1.share * $1.time * $1.time }
      placeDecay = (1 - utilisation) / (1.25 * max(work, second / (2 * work)))
      let context = meanContext
      let bursts = PrefillBursts(
        share: prefillShare, rate: rate, prefills: prefills, longest: batch)
      placeBusy = bursts.probabilityOfFull(batch) { n in
        let steps = (sums.output - 1) * profile.stepMicroseconds(batch: n, context: context)
        return steps > 0 ? Double(n) / steps : .infinity
      }
    }
  }

  /// rate (E[exp(exponent P)] - 1).
  func growth(_ exponent: Double) -> Double {
    rate * prefills.reduce(0) { $0 + $1.share * (exp(exponent * $1.time) - 1) }
  }

  /// Context per sequence for which a full batch of any mix of these loads is sized.
  static func context(of loads: [TokenLoad], batch: Int) -> Double {
    loads.reduce(0) {
      let margin = 3 * $1.deviation / Double(batch).squareRoot()
      return max($0, min($1.longestContext, $1.meanContext + margin))
    }
  }

  /// The root h of rate (E[exp(h J)] - 1) = h for jumps J, rounded down.
  private static func decay(
    rate: Double, jumps: [(share: Double, time: Double)], longest: Double
  ) -> Double {
    guard longest > 0 else { return atOnce }
    func excess(_ h: Double) -> Double {
      rate * jumps.reduce(0) { $0 + $1.share * (exp(h * $1.time) - 1) } - h
    }
    var (low, high) = (0.0, 0.01 / longest)
    while excess(high) <= 0 { (low, high) = (high, 2 * high) }
    for _ in 0..<40 {
      let middle = (low + high) / 2
      if excess(middle) <= 0 { low = middle } else { high = middle }
    }
    return low
  }
}

/// Moments of a table of lengths.
struct LengthSums: Sendable {
  /// E[input].
  private(set) var input = 0.0
  /// E[output].
  private(set) var output = 0.0
  /// E[output^2].
  private(set) var outputSquared = 0.0
  /// E[sum over output tokens of the context].
  private(set) var outputContext = 0.0
  /// E[sum over output tokens of the squared context].
  private(set) var outputContextSquared = 0.0
  /// Largest input + output.
  private(set) var longestContext = 0.0

  init(_ lengths: [Demand.LengthBucket]) {
    for bucket in lengths { add(bucket, share: Double(bucket.shareMillionths) / 1_000_000) }
  }

  /// Of requests of one bucket alone.
  init(whole bucket: Demand.LengthBucket) { add(bucket, share: 1) }

  private mutating func add(_ bucket: Demand.LengthBucket, share: Double) {
    let (input, output) = (Double(bucket.input), Double(bucket.output))
    self.input += share * input
    self.output += share * output
    outputSquared += share * output * output
    outputContext += share * output * (input + output / 2)
    outputContextSquared +=
      share * output * (input * input + input * output + output * output / 3)
    if share > 0 { longestContext = max(longestContext, input + output) }
  }
}

extension TokenProfile {
  /// Time of a prefill, microseconds.
  func prefillMicroseconds(input: Int64) -> Double {
    (Double(prefillBaseNanoseconds) + Double(prefillPerTokenNanoseconds) * Double(input)) / 1000
  }

  /// Time of a decode step of `batch` sequences at this context each, microseconds.
  func stepMicroseconds(batch: Int, context: Double) -> Double {
    let sequence =
      Double(stepPerSequenceNanoseconds)
      + Double(stepPerKiloContextNanoseconds) * context / 1000
    return (Double(stepBaseNanoseconds) + Double(batch) * sequence) / 1000
  }

  /// Replica-microseconds of a request in a full batch: prefill + output x step(b) / b.
  func workMicroseconds(_ sums: LengthSums, batch: Int) -> Double {
    let nanoseconds =
      Double(prefillBaseNanoseconds) + Double(prefillPerTokenNanoseconds) * sums.input
      + sums.output
      * (Double(stepBaseNanoseconds) / Double(batch) + Double(stepPerSequenceNanoseconds))
      + Double(stepPerKiloContextNanoseconds) * sums.outputContext / 1000
    return nanoseconds / 1000
  }
}
