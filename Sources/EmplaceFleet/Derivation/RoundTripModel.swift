import Foundation

/// Round trips from coordinates: a fixed time and the great-circle distance times a detour, over a
/// speed; the least over a few such lines, because short ways go less straight than long ones.
///
/// ``measured`` is fitted by least absolute logarithmic error to 28,662 measured round trips between
/// 240 cities (WonderNetwork pings of 2018-11-10, as published with ConsenSys/wittgenstein). Over
/// these pairs the relative error has median 18.5 % and 90th percentile 48.1 %; half of the round
/// trips are longer than the rule says. By distance the median error is 54 % below 100 km, 45 % to
/// 300 km, 31 % to 1,000 km, 21 % to 8,000 km and 14 % beyond: a rule from distance alone cannot
/// tell a detoured pair from a direct one, so state a matrix where a millisecond decides.
public struct RoundTripModel: Sendable, Hashable {
  /// A line: milliseconds at no distance, and the way's length over the distance.
  public struct Line: Sendable, Hashable {
    /// Milliseconds at no distance.
    public var fixedMilliseconds: Double
    /// Length of the way over the great-circle distance.
    public var detour: Double

    /// A line.
    public init(fixedMilliseconds: Double, detour: Double) {
      self.fixedMilliseconds = fixedMilliseconds
      self.detour = detour
    }
  }

  /// Lines; the least one holds.
  public var lines: [Line]
  /// Kilometres of way per millisecond of round trip: 100 in glass fibre.
  public var kilometresPerMillisecond: Double

  /// A rule.
  public init(lines: [Line], kilometresPerMillisecond: Double = 100) {
    self.lines = lines
    self.kilometresPerMillisecond = kilometresPerMillisecond
  }

  /// The rule fitted to measured round trips.
  public static let measured = RoundTripModel(lines: [
    Line(fixedMilliseconds: 0.7, detour: 5.9), Line(fixedMilliseconds: 6.9, detour: 2.43),
    Line(fixedMilliseconds: 19.5, detour: 1.69),
  ])

  /// The rule of a network: the line that it states, or ``measured`` where it leaves all three
  /// figures as they are.
  public init(network: Network) {
    let untouched = Network()
    if network.kilometresPerMillisecond == untouched.kilometresPerMillisecond,
      network.detour == untouched.detour, network.fixedMilliseconds == untouched.fixedMilliseconds
    {
      self = .measured
    } else {
      self.init(
        lines: [Line(fixedMilliseconds: network.fixedMilliseconds, detour: network.detour)],
        kilometresPerMillisecond: network.kilometresPerMillisecond)
    }
  }

  /// Milliseconds of a round trip over a great-circle distance.
  public func milliseconds(kilometres: Double) -> Double {
    lines.reduce(.infinity) {
      min($0, $1.fixedMilliseconds + kilometres * $1.detour / kilometresPerMillisecond)
    }
  }

  /// Microseconds of a round trip between two points, rounded to ten; nil where it is not finite.
  public func microseconds(from: Coordinates, to: Coordinates) -> Int64? {
    microseconds(kilometres: GreatCircle(from).kilometres(to: GreatCircle(to)))
  }

  /// Microseconds of a round trip over a distance, rounded to ten; nil where it is not finite.
  func microseconds(kilometres: Double) -> Int64? {
    let tens = (milliseconds(kilometres: kilometres) * 100).rounded()
    guard tens >= 0, tens < 1e12 else { return nil }
    return Int64(tens) * 10
  }
}

/// A point of the unit sphere, for distances.
struct GreatCircle: Sendable {
  /// Mean radius of the earth in kilometres.
  static let radius = 6371.0088

  private let x: Double
  private let y: Double
  private let z: Double

  init(_ point: Coordinates) {
    let (latitude, longitude) = (point.latitude * .pi / 180, point.longitude * .pi / 180)
    x = cos(latitude) * cos(longitude)
    y = cos(latitude) * sin(longitude)
    z = sin(latitude)
  }

  /// Great-circle distance from the chord, which stays exact for near points.
  func kilometres(to other: GreatCircle) -> Double {
    let (dx, dy, dz) = (x - other.x, y - other.y, z - other.z)
    let chord = (dx * dx + dy * dy + dz * dz).squareRoot()
    return 2 * Self.radius * asin(min(1, chord / 2))
  }
}
