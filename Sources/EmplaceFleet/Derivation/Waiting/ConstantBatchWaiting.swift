import Foundation

/// Rule `md1`: Poisson arrivals, a server that takes up to `b` waiting requests whenever it gets
/// free, batches of constant length `L(b)`, utilisation `r` of its largest throughput `b / L(b)`.
///
/// What a batch leaves waiting follows `Q' = max(Q + A - b, 0)` with `A` Poisson of mean `r b`,
/// the recursion of the M/D/b queue. Its stationary tail is iterated from above, starting at
/// `P(Q >= j) <= exp(-h j)` with `r (exp h - 1) = h` (Kingman, Inequalities in the theory of queues,
/// J. R. Statist. Soc. B 32, 1970, 102-110), so that every iterate is an upper bound.
/// A request that arrives `v L` into a batch finds `Q + N(v)` ahead and is answered after
/// `(1 - v) L + L (1 + floor((Q + N(v)) / b))`; with `v` uniform this is the law of
/// its latency where services follow each other, and an upper bound where smaller batches are
/// faster or the server idles. For `b = 1` the latency is exactly that of M/D/1, by the positive
/// sums of Franx (2001), doi:10.1016/S0167-6377(01)00108-0.
public struct ConstantBatchWaiting: Sendable {
  /// Latencies in units of `L(b)`, increasing.
  private var times: [Double] = []
  /// Upper bound of the probability of a latency above each, not increasing.
  private var tails: [Double] = []
  /// Decay of the tail per batch length, for percentiles beyond the table.
  private let decayPerBatch: Double
  /// Mean latency in units of `L(b)`, an upper bound.
  public private(set) var mean = 1.0

  /// Points of the table per batch length.
  static let resolution = 64
  /// Multiplications after which the iteration stops with the bound it has.
  static let effort = 20_000_000

  /// The table for a batch limit and a utilisation, or nil where the utilisation is not below 1.
  public init?(batch: Int, utilisation: Double) {
    guard batch >= 1, utilisation < 1 else { return nil }
    guard utilisation > 1e-9 else {
      decayPerBatch = .infinity
      (times, tails) = ([1], [0])
      return
    }
    let decay = Self.decay(utilisation: utilisation)
    decayPerBatch = decay * Double(batch)
    let queue = QueueTail(batch: batch, utilisation: utilisation, decay: decay)
    fill(queue, batch: batch, utilisation: utilisation)
  }

  /// Latency in units of `L(b)` that at most a share `1 - percentile` exceeds.
  public func quantile(_ percentile: Double) -> Double {
    let allowed = 1 - percentile
    guard allowed > 0 else { return .infinity }
    var (low, high) = (0, tails.count)
    while low < high {
      let middle = (low + high) / 2
      if tails[middle] <= allowed { high = middle } else { low = middle + 1 }
    }
    return low < times.count ? times[low] : 2 - log(allowed) / decayPerBatch
  }

  /// What is promised for a service of constant length.
  public func promise(for service: BatchService, percentile: Double) -> LatencyPromise? {
    let length = Double(service.meanMicroseconds)
    return LatencyPromise(percentile: quantile(percentile) * length, mean: mean * length)
  }

  /// The positive root `h` of `r (exp h - 1) = h`, rounded down.
  static func decay(utilisation: Double) -> Double {
    var (low, high) = (0.0, 1.0)
    while utilisation * (exp(high) - 1) <= high { (low, high) = (high, 2 * high) }
    for _ in 0..<80 {
      let middle = (low + high) / 2
      if utilisation * (exp(middle) - 1) <= middle { low = middle } else { high = middle }
    }
    return low
  }

  /// Tabulates the latency's tail from the queue's.
  private mutating func fill(_ queue: QueueTail, batch: Int, utilisation: Double) {
    let resolution = Self.resolution
    let levels = queue.last / batch + 2
    // reach[k][g] bounds P(Q + N(g / resolution) >= k b), for k >= 1.
    var reach = [[Double]](
      repeating: Array(repeating: 1, count: resolution + 1), count: levels + 1)
    for step in 0...resolution {
      let mean = utilisation * Double(batch) * Double(step) / Double(resolution)
      let arrivals = PoissonTable(mean: mean, last: levels * batch)
      for level in 1...levels {
        reach[level][step] = queue.reach(level * batch, after: arrivals)
      }
    }
    if batch == 1 {
      for level in 1...levels {
        for step in stride(from: resolution, to: 0, by: -1) {
          append(1 + Double(level) - Double(step) / Double(resolution), reach[level][step])
        }
      }
      mean = 1 + utilisation / (2 * (1 - utilisation))
    } else {
      fillClocked(reach)
    }
  }

  /// The latency where `v` is uniform: integrals over it by upper sums.
  private mutating func fillClocked(_ reach: [[Double]]) {
    let resolution = Self.resolution
    // integral[k][g] bounds the integral of reach[k] from 0 to g / resolution.
    let integral = reach.map { row in
      var sum = 0.0
      return row.enumerated().map { step, value in
        if step > 0 { sum += value / Double(resolution) }
        return sum
      }
    }
    mean = 1
    for level in 0..<(reach.count - 1) {
      for step in stride(from: resolution, to: 0, by: -1) {
        let tail =
          integral[level][step] + integral[level + 1][resolution] - integral[level + 1][step]
        append(1 + Double(level) + 1 - Double(step) / Double(resolution), tail)
        mean += tail / Double(resolution)
      }
    }
  }

  private mutating func append(_ time: Double, _ tail: Double) {
    times.append(time)
    tails.append(min(tail, tails.last ?? 1))
  }
}

/// Upper bounds of `P(Q >= j)` for what a full batch leaves waiting.
private struct QueueTail {
  /// `values[j]` bounds `P(Q >= j)`, for j up to `last`.
  private var values: [Double]
  /// Bound of the probability beyond the table.
  private let beyond: Double
  /// Last j of the table.
  var last: Int { values.count - 1 }

  init(batch: Int, utilisation: Double, decay: Double) {
    let last = min(4000, Int((24 / decay).rounded(.up)))
    values = (0...last).map { exp(-decay * Double($0)) }
    beyond = exp(-decay * Double(last + 1))
    let arrivals = PoissonTable(mean: utilisation * Double(batch), last: batch + last)
    let rounds = max(1, ConstantBatchWaiting.effort / (last * last + 1))
    for _ in 0..<rounds {
      let next = improved(arrivals, batch: batch)
      let change = zip(values, next).reduce(0) { max($0, ($1.0 - $1.1) / $1.0) }
      values = next
      if change < 1e-7 { break }
    }
  }

  /// One step of the recursion: still an upper bound, and not above the present one.
  private func improved(_ arrivals: PoissonTable, batch: Int) -> [Double] {
    var next = values
    for j in stride(from: 1, through: last, by: 1) {
      var sum = arrivals.tail(batch + j) + beyond
      let first = max(1, batch + j - arrivals.last)
      for i in stride(from: first, through: min(last, batch + j), by: 1) {
        sum += values[i] * arrivals.mass(batch + j - i)
      }
      next[j] = min(values[j], sum)
    }
    return next
  }

  /// Bound of `P(Q + N >= count)`.
  func reach(_ count: Int, after arrivals: PoissonTable) -> Double {
    var sum = arrivals.tail(count)
    for i in stride(from: max(1, count - arrivals.last), through: min(last, count), by: 1) {
      sum += values[i] * arrivals.mass(count - i)
    }
    return min(1, count > last ? sum + beyond : sum)
  }
}

/// Probabilities of a Poisson number.
struct PoissonTable {
  private var masses: [Double]
  private var tails: [Double]
  /// The largest number whose probability is not zero to a double.
  let last: Int

  /// `P(N = n)` and an upper bound of `P(N >= n)` for n up to `last`.
  init(mean: Double, last: Int) {
    masses = []
    masses.reserveCapacity(last + 1)
    var logarithm = -mean
    for n in 0...last {
      if n > 0 { logarithm += mean > 0 ? log(mean / Double(n)) : -.infinity }
      masses.append(exp(logarithm))
    }
    self.last = masses.lastIndex { $0 > 0 } ?? 0
    tails = Array(repeating: 1, count: last + 2)
    // Beyond the table the masses fall at least geometrically, where it reaches past the mean.
    let ratio = mean / Double(last + 1)
    tails[last + 1] = ratio < 1 ? (masses.last ?? 0) * ratio / (1 - ratio) : 1
    for n in stride(from: last, through: 1, by: -1) {
      tails[n] = min(1, tails[n + 1] + masses[n])
    }
  }

  /// `P(N = n)`.
  func mass(_ n: Int) -> Double { masses[n] }
  /// An upper bound of `P(N >= n)`.
  func tail(_ n: Int) -> Double { tails[n] }
}
