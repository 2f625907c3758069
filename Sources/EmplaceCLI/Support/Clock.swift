/// Time since the command began.
enum Clock {
  private static let start = ContinuousClock.now

  /// Begins to count; called first of all.
  static func begin() { _ = start }

  /// Seconds since then.
  static var elapsed: Double { (ContinuousClock.now - start) / .seconds(1) }
}
