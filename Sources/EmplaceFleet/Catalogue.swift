import EmplaceCore

/// One product of the catalogue of accelerators.
public struct CatalogueRow: Sendable, Hashable {
  /// Product name as in the label nvidia.com/gpu.product.
  public var product: String
  /// Other names.
  public var aliases: [String]
  /// Memory that programs can use, MiB.
  public var memoryMiB: Int64
  /// Modes in which a device may be shared.
  public var sharing: [Accelerator.Sharing]
  /// MIG profiles, empty without MIG.
  public var migProfiles: [Accelerator.MIGProfile]
  /// Compute slices under MIG.
  public var migComputeSlices: Int
  /// Memory slices under MIG.
  public var migMemorySlices: Int
  /// Draw of an idle device, milliwatts.
  public var idleMilliwatts: Int64
  /// Whether nobody published the idle draw, so that the figure is an estimate.
  public var idleIsEstimate: Bool
  /// Draw of a busy device, milliwatts.
  public var peakMilliwatts: Int64
  /// Where the figures come from.
  public var source: String
}

/// Common accelerators by product name: what fills the keys that a fleet leaves out.
public enum Catalogue {
  /// All rows, in the order of the file.
  public static let rows: [CatalogueRow] =
    (try? read(name: "accelerators.json", PackageResources.accelerators_json)) ?? []

  private static let index: [String: Int] = {
    var index: [String: Int] = [:]
    for (position, row) in rows.enumerated() {
      for name in [row.product] + row.aliases { index[name] = position }
    }
    return index
  }()

  /// The row with that product name or alias.
  public static func row(named name: String) -> CatalogueRow? { index[name].map { rows[$0] } }

  /// Reads a catalogue, with the same checks as a fleet.
  static func read(name: String, _ bytes: [UInt8]) throws(InstanceError) -> [CatalogueRow] {
    var tree = DocumentTree()
    tree.files = [DocumentTree.File(name: name, firstNode: 0, firstByte: 0, isYAML: false)]
    tree.text = bytes
    var problems = ProblemList()
    do throws(JSONParser.Failure) {
      for node in try JSONParser.parse(into: &tree, from: 0) {
        problems.add(node, "the key stands twice in this object")
      }
    } catch {
      throw InstanceError(InstanceError.Problem(file: name, message: error.message))
    }
    var decoder = FleetDecoder(tree, problems)
    let rows = decoder.decodeCatalogue()
    if let error = decoder.reader.problems.error(in: tree) { throw error }
    return rows
  }
}

extension FleetDecoder {
  /// The rows of a catalogue.
  mutating func decodeCatalogue() -> [CatalogueRow] {
    guard let root = reader.open(.catalogue, 0) else { return [] }
    defer { reader.close(root) }
    var rows: [CatalogueRow] = []
    for node in objects(root, .accelerators, "rows") {
      guard let view = reader.open(.catalogueRow, node) else { continue }
      defer { reader.close(view) }
      let product = reader.text(view, .product) ?? ""
      let aliases = reader.node(view, .aliases) == nil ? [] : reader.texts(view, .aliases) ?? []
      for name in [product] + aliases where !register(name, .catalogueRow) {
        reader.problems.add(node, "two rows have the name \(name)", hidesValue: true)
      }
      var device = Accelerator(
        id: product, memoryMiB: reader.integer(view, .memoryGiB) ?? 0,
        sharing: reader.choices(view, .sharing, Accelerator.Sharing.self) ?? [],
        idleMilliwatts: reader.integer(view, .idleWatts) ?? 0,
        peakMilliwatts: reader.integer(view, .peakWatts) ?? 0)
      device.migComputeSlices = reader.integer(view, .migComputeSlices).map { Int($0) } ?? 7
      device.migMemorySlices = reader.integer(view, .migMemorySlices).map { Int($0) } ?? 8
      for profile in objects(view, .mig, "MIG profiles") {
        if let read = decodeMIGProfile(profile, of: device) { device.migProfiles.append(read) }
      }
      rows.append(
        CatalogueRow(
          product: product, aliases: aliases, memoryMiB: device.memoryMiB,
          sharing: device.sharing, migProfiles: device.migProfiles,
          migComputeSlices: device.migComputeSlices, migMemorySlices: device.migMemorySlices,
          idleMilliwatts: device.idleMilliwatts,
          idleIsEstimate: reader.flag(view, .idleIsEstimate) ?? false,
          peakMilliwatts: device.peakMilliwatts, source: reader.text(view, .source) ?? ""))
    }
    return rows
  }
}
