/// Round trips, bandwidth and egress.
public struct Network: Sendable, Hashable {
  /// Round trip in microseconds from region r to site s at `r * sites + s`; -1 where the pair is
  /// not reachable. Nil: derived from coordinates.
  public var roundTripMicroseconds: [Int64]?
  /// Kilometres per millisecond of round trip, for the rule from coordinates.
  public var kilometresPerMillisecond: Double = 100
  /// Detour factor of that rule.
  public var detour: Double = 1
  /// Fixed milliseconds of that rule.
  public var fixedMilliseconds: Double = 0
  /// Micro-units per GiB that leaves a site, by site.
  public var egressPricePerGiB: [Int64] = []
  /// Round trip in microseconds from site a to site b at `a * sites + b`; -1 where the pair is
  /// not reachable. Nil: derived from coordinates.
  public var siteRoundTripMicroseconds: [Int64]?
  /// Bandwidth between sites, where it is known.
  public var siteLinks: [SiteLink] = []

  /// No figures.
  public init() {}
}

/// Bandwidth from one site to another.
public struct SiteLink: Sendable, Hashable {
  /// Index of the site from which data flows.
  public var from: Int
  /// Index of the site to which data flows.
  public var to: Int
  /// Kilobits per second.
  public var kilobitsPerSecond: Int64

  /// A link.
  public init(from: Int, to: Int, kilobitsPerSecond: Int64) {
    self.from = from
    self.to = to
    self.kilobitsPerSecond = kilobitsPerSecond
  }
}

/// Slowdown of one class beside another on a type of accelerator.
public struct InterferenceEntry: Sendable, Hashable {
  /// Index of the accelerator.
  public var accelerator: Int
  /// The class that is slowed down.
  public var subject: String
  /// The class beside it.
  public var neighbour: String
  /// Latency beside the neighbour over latency alone, in millionths; at least 1,000,000.
  public var slowdownMillionths: Int64

  /// An entry.
  public init(
    accelerator: Int, subject: String, neighbour: String, slowdownMillionths: Int64
  ) {
    self.accelerator = accelerator
    self.subject = subject
    self.neighbour = neighbour
    self.slowdownMillionths = slowdownMillionths
  }
}

/// A named model of slowdown on a type of accelerator, with its parameters.
public struct InterferenceModel: Sendable, Hashable {
  /// Index of the accelerator.
  public var accelerator: Int
  /// Name of the model.
  public var name: String
  /// Its parameters by name, in the units of its source.
  public var parameters: [String: Double]

  /// A model.
  public init(accelerator: Int, name: String, parameters: [String: Double]) {
    self.accelerator = accelerator
    self.name = name
    self.parameters = parameters
  }
}

/// Past rates of a demand, from which a forecast is made.
public struct RateHistory: Sendable, Hashable {
  /// Cycles that a forecast looks for.
  public enum Season: String, Sendable, Hashable, CaseIterable {
    /// 24 hours.
    case daily
    /// Seven days.
    case weekly
    /// A year.
    case yearly
  }

  /// Index of the demand.
  public var demand: Int
  /// ISO 8601 time of the first value, empty where it is not stated.
  public var start = ""
  /// Hours between two values.
  public var stepHours: Int64 = 1
  /// Requests per second in millionths, the oldest first.
  public var ratesMicro: [Int64]
  /// Factor from year to year, in millionths.
  public var growthPerYearMillionths: Int64 = 1_000_000
  /// Cycles.
  public var seasonality: [Season] = []

  /// A history.
  public init(demand: Int, ratesMicro: [Int64]) {
    self.demand = demand
    self.ratesMicro = ratesMicro
  }
}
