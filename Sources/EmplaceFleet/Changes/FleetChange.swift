public import EmplaceCore

/// One change to a fleet of which somebody asks what it would cost.
public enum FleetChange: Sendable, Hashable {
  /// At least one replica of the model, of whichever variant, runs at the site.
  case pin(model: String, site: String)
  /// No replica of the model runs at the site.
  case forbid(model: String, site: String)
  /// The site hosts nothing: its nodes, what lies there now and its duty to serve alone are gone.
  /// Users at the place, and data that lies there, stay.
  case remove(site: String)
  /// The rates of a demand are multiplied, in every hour; an id that ends in `*` names all demands
  /// that begin so.
  case rate(demand: String, by: Factor)
  /// The rent of every node of the type, or with the accelerator, is multiplied.
  case price(type: String, by: Factor)
}

extension FleetChange {
  /// What a figure is multiplied by: exact, in billionths.
  public struct Factor: Sendable, Hashable {
    /// Billionths of one, never negative.
    public let billionths: Int64

    /// Largest factor: a thousand.
    private static let largest: Int64 = 1_000_000_000_000

    /// Reads `+20%`, `-12.5%` or `x1.2`; nil for anything else, for what goes below zero and for what
    /// is beyond a thousand.
    public init?(_ text: String) {
      let billionths: Int64?
      if text.hasPrefix("x") {
        billionths = Self.decimal(text.dropFirst(), places: 9)
      } else if text.hasSuffix("%"), text.hasPrefix("+") || text.hasPrefix("-") {
        let percent = Self.decimal(text.dropFirst().dropLast(), places: 7)
        billionths = percent.map { 1_000_000_000 + (text.hasPrefix("-") ? -$0 : $0) }
      } else {
        billionths = nil
      }
      guard let billionths, (0...Self.largest).contains(billionths) else { return nil }
      self.billionths = billionths
    }

    /// `digits` or `digits.digits` times a power of ten; nil where digits would be lost.
    private static func decimal(_ text: Substring, places: Int) -> Int64? {
      let halves = text.split(separator: ".", omittingEmptySubsequences: false)
      guard (1...2).contains(halves.count),
        halves.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (48...57).contains($0) } }),
        halves[0].utf8.count <= 6, halves.count == 1 || halves[1].utf8.count <= places
      else { return nil }
      let fraction = halves.count == 2 ? String(halves[1]) : ""
      let zeros = String(repeating: "0", count: places - fraction.utf8.count)
      return Int64(halves[0] + fraction + zeros)
    }

    /// A figure times the factor, rounded up; nil beyond 2^60.
    func times(_ value: Int64) -> Int64? {
      let product = Int128(value) * Int128(billionths)
      let result = (product + 999_999_999) / 1_000_000_000
      return result <= 1 << 60 ? Int64(result) : nil
    }
  }
}

/// Why a change cannot be made.
public enum FleetChangeError: Error, Sendable, Hashable, CustomStringConvertible {
  /// The fleet has nothing of that name.
  case unknown(what: String, name: String, nearest: String?)
  /// A model cannot be pinned where it is forbidden.
  case contradiction(model: String, site: String)
  /// A figure would be too large.
  case tooLarge(what: String, name: String)

  /// Value, reason, way out.
  public var description: String {
    switch self {
    case .unknown(_, let name, _), .tooLarge(_, let name): "\(name): \(reason)"
    case .contradiction: reason
    }
  }

  /// Reason and way out, for messages that show the value already.
  public var reason: String {
    switch self {
    case .unknown(let what, _, let nearest):
      "the fleet has no such \(what)." + (nearest.map { " Maybe \($0)." } ?? "")
    case .contradiction(let model, let site):
      "\(model) is pinned at \(site) and forbidden there. Maybe one of the two is meant."
    case .tooLarge(let what, _):
      "the \(what) becomes too large. Maybe a smaller factor is meant."
    }
  }
}

extension Fleet {
  /// In which direction some changes can move the optimum, nil where both are possible.
  ///
  /// Pins, forbidden sites and higher rents leave fewer plans or dearer ones, lower rents cheaper ones.
  /// Where accuracy has a price, forbidding a site may change what it is measured from; rates change
  /// what not serving costs.
  public func direction(of changes: [FleetChange]) -> OptimumChange.Direction? {
    func restricts(_ change: FleetChange) -> Bool {
      switch change {
      case .pin: true
      case .forbid: policy.accuracyPrice == 0
      case .price(_, let factor): factor.billionths >= 1_000_000_000
      case .remove, .rate: false
      }
    }
    func relaxes(_ change: FleetChange) -> Bool {
      if case .price(_, let factor) = change { return factor.billionths <= 1_000_000_000 }
      return false
    }
    if changes.allSatisfy(restricts) { return .restricts }
    return changes.allSatisfy(relaxes) ? .relaxes : nil
  }
}
