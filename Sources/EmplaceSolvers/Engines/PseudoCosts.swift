/// What a unit of rounding has cost so far, by column and side.
struct PseudoCosts {
  private var sum: [Double]
  private var count: [Int32]
  private var allSum = [0.0, 0.0]
  private var allCount = [0, 0]

  init(columns: Int) {
    sum = Array(repeating: 0, count: 2 * columns)
    count = Array(repeating: 0, count: 2 * columns)
  }

  mutating func learn(_ column: Int, up: Bool, gain: Double, by fraction: Double) {
    guard fraction > 1e-6, gain.isFinite else { return }
    let side = up ? 1 : 0
    sum[2 * column + side] += max(gain, 0) / fraction
    count[2 * column + side] += 1
    allSum[side] += max(gain, 0) / fraction
    allCount[side] += 1
  }

  func isReliable(_ column: Int) -> Bool { min(count[2 * column], count[2 * column + 1]) >= 4 }

  private func cost(_ column: Int, _ side: Int) -> Double {
    let index = 2 * column + side
    if count[index] > 0 { return sum[index] / Double(count[index]) }
    return allCount[side] > 0 ? allSum[side] / Double(allCount[side]) : 1
  }

  func score(_ column: Int, _ fraction: Double) -> Double {
    Self.score(cost(column, 0) * fraction, cost(column, 1) * (1 - fraction))
  }

  static func score(_ down: Double, _ up: Double) -> Double { max(down, 1e-6) * max(up, 1e-6) }
}
