/// The keys of every kind of object, in the order in which they are written.
enum KeyTable {
  /// Keys of a kind.
  static func specs(_ kind: ObjectKind) -> [KeySpec] { all[Int(kind.rawValue)] }

  /// Position of a key among the keys of a kind, -1 where it has no place there.
  static func slot(_ key: Int, in kind: ObjectKind) -> Int {
    key < keyCount ? Int(slots[Int(kind.rawValue) * keyCount + key]) : -1
  }

  /// What reading a key needs, without text: plain numbers, so that a million reads cost little.
  struct Compiled {
    /// Small units in one of the document's.
    var scale: Int64 = 1
    /// Name of the document's unit, as the ordinal of ``Unit``; nil for whole numbers.
    var unit: Unit?
    /// Direction of rounding.
    var rounding = Rounding.up
    /// Values allowed, in the small unit.
    var range: ClosedRange<Int64> = 0...0
    /// Kind of the entity that a reference names.
    var target = ObjectKind.root
  }

  /// What reading a key needs.
  static func compiled(_ slot: Int, in kind: ObjectKind) -> Compiled {
    compiledKeys[Int(kind.rawValue) * slotLimit + slot]
  }

  /// Positions of the required keys of a kind.
  static func required(_ kind: ObjectKind) -> [Int8] { requiredSlots[Int(kind.rawValue)] }

  /// Number of keys of a kind.
  static func count(_ kind: ObjectKind) -> Int { Int(counters[Int(kind.rawValue)]) }

  /// More keys than any kind has.
  private static let slotLimit = 64
  private static let counters: [Int8] = all.map { Int8($0.count) }
  private static let requiredSlots: [[Int8]] = all.map { specs in
    specs.indices.filter { specs[$0].isRequired }.map { Int8($0) }
  }
  private static let compiledKeys: [Compiled] = all.flatMap { specs in
    (0..<slotLimit).map { $0 < specs.count ? compile(specs[$0].shape) : Compiled() }
  }

  private static func compile(_ shape: Shape) -> Compiled {
    var result = Compiled()
    switch shape {
    case .whole(let range), .wholes(let range, _): result.range = range
    case .quantity(let quantity), .series(let quantity), .quantities(let quantity),
      .quantityMap(let quantity, _), .table(let quantity):
      result = Compiled(
        scale: quantity.unit.scale, unit: quantity.unit, rounding: quantity.rounding,
        range: quantity.range)
    case .reference(let kind), .references(let kind): result.target = kind
    default: break
    }
    return result
  }

  /// The version that this format is.
  static let schemaName = "emplace/fleet/1"

  private static let keyCount = Key.allCases.count
  private static let all: [[KeySpec]] = ObjectKind.allCases.map(table)
  private static let slots: [Int8] = {
    var slots = [Int8](repeating: -1, count: ObjectKind.allCases.count * keyCount)
    for kind in ObjectKind.allCases {
      for (position, spec) in all[Int(kind.rawValue)].enumerated() {
        slots[Int(kind.rawValue) * keyCount + spec.key.index] = Int8(position)
      }
    }
    return slots
  }()

  private static func table(_ kind: ObjectKind) -> [KeySpec] {
    switch kind {
    case .root: root
    case .policy: policy
    case .priorityClass: priorityClass
    case .horizon: horizon
    case .scenario: scenario
    case .accelerator: accelerator
    case .migProfile: migProfile
    case .nodeType: nodeType
    case .site: site
    case .population: population
    case .pool: pool
    case .tenant: tenant
    case .model: model
    case .variant: variant
    case .affineProfile: affineProfile
    case .measuredProfile: measuredProfile
    case .point: point
    case .tokenProfile: tokenProfile
    case .region: region
    case .demand: demand
    case .slo: slo
    case .length: length
    case .scenarioRate: scenarioRate
    case .demandTable: demandTable
    case .network: network
    case .roundTrips: roundTrips
    case .siteRoundTrips: siteRoundTrips
    case .roundTrip: roundTrip
    case .siteLink: siteLink
    case .interference: interference
    case .interferenceModel: interferenceModel
    case .history: history
    case .incumbent: incumbent
    case .replicas: replicas
    case .artifact: artifact
    case .route: route
    case .reservation: reservation
    case .assumption: assumption
    case .catalogue: catalogue
    case .catalogueRow: catalogueRow
    }
  }

  /// Marks an entity or a section that replaces keys of an earlier one.
  static let override = KeySpec.may(
    .override, .flag, "false",
    "Replaces the keys given here in an earlier definition, instead of being an error.")

  /// Counts of things.
  static let counts: ClosedRange<Int64> = 0...1_000_000_000
  /// Sizes in bytes.
  static let byteCounts: ClosedRange<Int64> = 0...Quantity.largest
}
