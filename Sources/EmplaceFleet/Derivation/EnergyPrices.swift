/// What a kilowatt-hour at a device costs at a site: energy and carbon, the site's overhead (PUE)
/// included. Nano-units of the currency, rounded up.
struct EnergyPrices: Sendable {
  /// For each representative hour.
  let hourly: [Int64]
  /// Sum over the hours.
  let total: Int128
  private let isConstant: Bool

  /// Prices at a site, or nil where they do not fit the integers.
  init?(site: Site, policy: Policy, hours: Int) {
    var hourly: [Int64] = []
    for hour in 0..<hours {
      // Micro-units x 1e6: the price, and milligrams times the price of a kilogram.
      let carbon = site.carbonMilligramsPerKWh[hour]
      let (energy, first) = Int128(site.energyPricePerKWh[hour])
        .multipliedReportingOverflow(by: 1_000_000)
      let (emitted, second) = Int128(carbon)
        .multipliedReportingOverflow(by: Int128(policy.carbonPricePerKg))
      let (sum, third) = energy.addingReportingOverflow(emitted)
      let (price, fourth) = sum.multipliedReportingOverflow(by: Int128(site.pueMillionths))
      guard !first, !second, !third, !fourth else { return nil }
      let nano = (price + 999_999_999) / 1_000_000_000
      guard nano < 1 << 62 else { return nil }
      hourly.append(Int64(nano))
    }
    self.hourly = hourly
    total = hourly.reduce(0) { $0 + Int128($1) }
    isConstant = hourly.allSatisfy { $0 == hourly.first }
  }

  /// Sum over the hours of rate x price, for rates in micro-requests per second.
  func weighted(_ rates: ArraySlice<Int64>, total: Int128) -> Int128? {
    if isConstant { return product(total, Int128(hourly.first ?? 0)) }
    var sum: Int128 = 0
    for (rate, price) in zip(rates, hourly) {
      let (next, overflow) = sum.addingReportingOverflow(Int128(rate) * Int128(price))
      if overflow { return nil }
      sum = next
    }
    return sum
  }

  /// Micro-units per hour of a steady draw in milliwatts, the mean over the hours, rounded up.
  func costPerHour(milliwatts: Int64) -> Int64? {
    let (product, overflow) = total.multipliedReportingOverflow(by: Int128(milliwatts))
    guard !overflow else { return nil }
    let divisor = Int128(hourly.count) * 1_000_000_000
    return Int64(exactly: product / divisor + (product % divisor > 0 ? 1 : 0))
  }
}

/// The product of two numbers that are not negative, or nil where it might not fit.
func product(_ left: Int128, _ right: Int128) -> Int128? {
  guard left.leadingZeroBitCount + right.leadingZeroBitCount >= 129 else { return nil }
  return left &* right
}

/// `dividend / divisor` rounded up, for numbers that are not negative; nil where it does not fit.
func quotientRoundedUp(_ dividend: Int128, by divisor: UInt64) -> UInt64? {
  let high = UInt64(truncatingIfNeeded: dividend >> 64)
  guard high < divisor else { return nil }
  let (quotient, remainder) = divisor.dividingFullWidth(
    (high, UInt64(truncatingIfNeeded: dividend)))
  guard remainder > 0 else { return quotient }
  return quotient < .max ? quotient + 1 : nil
}
