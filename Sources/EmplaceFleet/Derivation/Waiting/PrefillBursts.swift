import Foundation

/// Sequences that start decoding together, because prefills come first: while prefills run no
/// sequence goes on, and requests that arrive meanwhile are prefilled at once.
///
/// Seen by the clock of decode steps alone, sequences arrive in batches: those of one busy period
/// of the M/G/1 queue of prefills (its number served is the total progeny of a branching process,
/// Kendall 1951, doi:10.1111/j.2517-6161.1951.tb00080.x). Between batches `n` sequences leave at a
/// rate that depends on `n`. Output lengths that hardly vary keep a batch together longer than
/// exponential ones of this chain; the excess of the batch's second moment is doubled for it, the
/// factor between the two in a queue with a server for everybody.
struct PrefillBursts: Sendable {
  /// `tail[j]` is the probability of more than `j` sequences in a batch.
  private let tail: [Double]
  /// Mean sequences in a batch.
  private let mean: Double
  /// Batches per microsecond of decoding.
  private let rate: Double

  /// Bursts of prefills that take a share `share` of the time; batches are cut at `longest`.
  init(
    share: Double, rate: Double, prefills: [(share: Double, time: Double)], longest: Int
  ) {
    let moment = 1 / ((1 - share) * (1 - share))
    let widened = 1 - 1 / (2 * moment - 1).squareRoot()
    let factor = share > 0 ? widened / share : 0
    mean = 1 / (1 - widened)
    self.rate = rate / (1 - share) / mean
    let loads = prefills.map { ($0.share, rate * $0.time * factor) }
    tail = Self.tails(loads, longest: longest)
  }

  /// Sequences in a batch beyond which nothing is worked out: all places count as taken.
  private static let mostInBatch = 1000

  /// `P(X > j)` for j up to `longest`, of the progeny `X` whose generating function solves
  /// `X(z) = z sum_k share_k exp(load_k (X(z) - 1))`.
  private static func tails(_ loads: [(Double, Double)], longest: Int) -> [Double] {
    // powers[k][n] is the coefficient of z^n in exp(load_k (X(z) - 1)).
    var powers = loads.map { [exp(-$0.1)] }
    var masses = [0.0]
    var tails = [1.0]
    for n in 1...max(min(longest, mostInBatch), 1) {
      var mass = 0.0
      for (k, (share, _)) in loads.enumerated() { mass += share * powers[k][n - 1] }
      masses.append(mass)
      let rest = max(0, (tails.last ?? 0) - mass)
      tails.append(rest)
      if rest < 1e-12 { break }
      for (k, (_, load)) in loads.enumerated() {
        let power = powers[k]
        var sum = 0.0
        for j in 1...n { sum += Double(j) * masses[j] * power[n - j] }
        powers[k].append(load * sum / Double(n))
      }
    }
    return tails
  }

  /// Probability that a request finds all of `places` taken when its prefill could begin, with
  /// `departures(n)` the rate per microsecond of decoding at which `n` sequences leave.
  func probabilityOfFull(_ places: Int, departures: (Int) -> Double) -> Double {
    let last = departures(places)
    let arrivals = rate * mean
    guard last.isFinite else { return 0 }
    guard last > arrivals else { return 1 }
    if tail.count > Self.mostInBatch, (tail.last ?? 0) > 1e-6 { return 1 }
    // weights[n] is the probability of n sequences, up to a factor.
    var weights = [1.0]
    var (below, leaving) = (1.0, 0.0)
    for n in stride(from: 1, to: places, by: 1) {
      var crossing = 0.0
      for jump in 0..<min(n, tail.count) { crossing += weights[n - 1 - jump] * tail[jump] }
      let departure = departures(n)
      let weight = rate * crossing / departure
      weights.append(weight)
      below += weight
      leaving += departure * weight
      if below > 1e200 {
        for i in weights.indices { weights[i] *= 1e-200 }
        (below, leaving) = (below * 1e-200, leaving * 1e-200)
      }
    }
    let full = max(0, arrivals * below - leaving) / (last - arrivals)
    // Requests earlier in the same batch take places too.
    var ahead = 0.0
    var found = full
    for missing in stride(from: tail.count - 1, through: 1, by: -1) {
      ahead += tail[missing] / mean
      if missing <= places { found += weights[places - missing] * ahead }
    }
    return min(1, found / (below + full))
  }
}
