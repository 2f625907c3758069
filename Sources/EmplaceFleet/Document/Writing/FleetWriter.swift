import Crypto
public import Foundation

/// Writes a fleet as its canonical document: JSON, keys in the order of the reference page, one
/// entity a line, exact decimals, and no key that stands at its default.
///
/// Reading it back gives the same ``Fleet``, so equal fleets have equal digests, however many
/// files they came from.
public enum FleetWriter {
  /// Hands the document on in pieces.
  /// - Complexity: O(size of the fleet); about 100 KiB of memory beside it.
  public static func write<Failure: Error>(
    _ fleet: Fleet, to sink: ([UInt8]) throws(Failure) -> Void
  ) throws(Failure) {
    var writer = CanonicalWriter(fleet)
    while writer.step() {
      if writer.json.pending.count >= CanonicalJSON.pieceSize {
        try sink(writer.json.pending)
        writer.json.clear()
      }
    }
    try sink(writer.json.pending)
  }

  /// The document as bytes.
  public static func bytes(of fleet: Fleet) -> [UInt8] {
    var bytes: [UInt8] = []
    write(fleet) { bytes += $0 }
    return bytes
  }

  /// Writes the document to a file, replacing it.
  public static func write(_ fleet: Fleet, to file: URL) throws {
    try Data().write(to: file)
    let handle = try FileHandle(forWritingTo: file)
    defer { try? handle.close() }
    try write(fleet) { (piece) throws(any Error) in try handle.write(contentsOf: piece) }
  }

  /// SHA-256 of the document, hexadecimal.
  public static func digest(of fleet: Fleet) -> String {
    var hash = SHA256()
    write(fleet) { hash.update(data: $0) }
    let digits = Array("0123456789abcdef".utf8)
    var text: [UInt8] = []
    for byte in hash.finalize() {
      text.append(digits[Int(byte >> 4)])
      text.append(digits[Int(byte & 15)])
    }
    return String(decoding: text, as: UTF8.self)
  }
}

/// The canonical document, step by step: a section, or one entity of a long list.
struct CanonicalWriter {
  let fleet: Fleet
  var json = CanonicalJSON()
  private var section = 0
  private var position = 0

  init(_ fleet: Fleet) { self.fleet = fleet }

  /// Long lists of the root, with their lengths.
  private static let lists: [(key: Key, kind: ObjectKind)] = [
    (.accelerators, .accelerator), (.nodeTypes, .nodeType), (.sites, .site), (.pools, .pool),
    (.tenants, .tenant), (.models, .model), (.regions, .region), (.demands, .demand),
    (.interference, .interference), (.interferenceModels, .interferenceModel),
    (.history, .history), (.assumptions, .assumption),
  ]

  /// Writes the next part; false when nothing is left.
  mutating func step() -> Bool {
    switch section {
    case 0: writeHead()
    case 1...Self.lists.count:
      let (key, kind) = Self.lists[section - 1]
      if writeElement(key, kind) { return true }
    case Self.lists.count + 1: writeNetwork()
    case Self.lists.count + 2: writeIncumbent()
    case Self.lists.count + 3:
      json.raw("\n")
      json.end()
      json.raw("\n")
    default: return false
    }
    section += 1
    position = 0
    return true
  }

  /// One element of a list; false when the list is done.
  private mutating func writeElement(_ key: Key, _ kind: ObjectKind) -> Bool {
    let count = length(kind)
    guard position < count else {
      if position > 0 { json.raw("\n]") }
      return false
    }
    if position == 0 {
      json.key(key)
      json.raw("[\n")
    } else {
      json.raw(",\n")
    }
    json.begin(kind)
    write(kind, position)
    json.end()
    position += 1
    return true
  }

  private func length(_ kind: ObjectKind) -> Int {
    switch kind {
    case .accelerator: fleet.accelerators.count
    case .nodeType: fleet.nodeTypes.count
    case .site: fleet.sites.count
    case .pool: fleet.pools.count
    case .tenant: fleet.tenants.count
    case .model: fleet.models.count
    case .region: fleet.regions.count
    case .demand: fleet.demands.count
    case .interference: fleet.interference.count
    case .interferenceModel: fleet.interferenceModels.count
    case .history: fleet.history.count
    case .assumption: fleet.assumptions.count
    default: 0
    }
  }

  private mutating func write(_ kind: ObjectKind, _ index: Int) {
    switch kind {
    case .accelerator: write(fleet.accelerators[index])
    case .nodeType: write(fleet.nodeTypes[index])
    case .site: write(fleet.sites[index], index)
    case .pool: write(fleet.pools[index])
    case .tenant: write(fleet.tenants[index])
    case .model: write(fleet.models[index])
    case .region: write(fleet.regions[index])
    case .demand: write(fleet.demands[index])
    case .interference: write(fleet.interference[index])
    case .interferenceModel: write(fleet.interferenceModels[index])
    case .history: write(fleet.history[index])
    case .assumption: write(fleet.assumptions[index])
    default: break
    }
  }

  // MARK: - Ids; an index that no entity has becomes an empty text, which no reader accepts

  func siteID(_ index: Int) -> String { id(fleet.sites, index, \.id) }
  func regionID(_ index: Int) -> String { id(fleet.regions, index, \.id) }
  func modelID(_ index: Int) -> String { id(fleet.models, index, \.id) }
  func poolID(_ index: Int) -> String { id(fleet.pools, index, \.id) }
  func variantID(_ index: Int) -> String { id(fleet.variants, index, \.id) }
  func demandID(_ index: Int) -> String { id(fleet.demands, index, \.id) }
  func nodeTypeID(_ index: Int) -> String { id(fleet.nodeTypes, index, \.id) }
  func acceleratorID(_ index: Int) -> String { id(fleet.accelerators, index, \.id) }

  private func id<Entity>(
    _ entities: [Entity], _ index: Int, _ id: KeyPath<Entity, String>
  ) -> String {
    entities.indices.contains(index) ? entities[index][keyPath: id] : ""
  }
}
