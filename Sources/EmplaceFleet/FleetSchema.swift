/// The published JSON Schema (draft 2020-12) of the fleet document, for editors and other programs.
///
/// It knows keys, types, units' ranges and words. References, sums and what belongs together are
/// checked by ``FleetReader`` alone.
public enum FleetSchema {
  /// The version of the format that this program reads and writes.
  public static let version = KeyTable.schemaName

  /// The schema file as bytes.
  public static var json: [UInt8] { PackageResources.fleet_1_schema_json }
}
