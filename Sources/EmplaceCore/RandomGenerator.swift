/// The one source of random draws: SplitMix64, a small generator whose streams are repeatable on
/// every machine.
///
/// Source: Steele, Lea, Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
/// doi:10.1145/2660193.2660195.
public struct RandomGenerator: RandomNumberGenerator, Sendable {
  private var state: UInt64

  /// A stream that depends on `seed` alone.
  public init(seed: UInt64) { state = seed }

  /// The next 64 random bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9E37_79B9_7F4A_7C15
    var z = state
    z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
    z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
    return z ^ (z >> 31)
  }

  /// An integer in `0..<bound`; `bound` must be positive.
  public mutating func below(_ bound: Int) -> Int {
    Int(truncatingIfNeeded: next().multipliedFullWidth(by: UInt64(bound)).high)
  }

  /// A double in `0..<1`.
  public mutating func unit() -> Double { Double(next() >> 11) * 0x1p-53 }

  /// A stream of its own for part `index`, independent of how many draws were made here.
  public func split(_ index: UInt64) -> RandomGenerator {
    var other = RandomGenerator(seed: state ^ (index &+ 1) &* 0xD1B5_4A32_D192_ED03)
    return RandomGenerator(seed: other.next())
  }
}
