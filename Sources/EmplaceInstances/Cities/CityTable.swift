/// A city of the built-in table: real places, so that generated fleets stand on a real map.
public struct City: Sendable, Hashable {
  /// Name in lower case with hyphens, unique: `new-york-city`, `san-jose-cr`.
  public var id: String
  /// Name in ASCII letters.
  public var name: String
  /// ISO 3166 code of the country: the jurisdiction.
  public var country: String
  /// Degrees north.
  public var latitude: Double
  /// Degrees east.
  public var longitude: Double
  /// Inhabitants of the city proper.
  public var population: Int64
  /// Minutes of standard time ahead of UTC.
  public var utcOffsetMinutes: Int
}

/// A country of the built-in table.
public struct Country: Sendable, Hashable {
  /// ISO 3166 code.
  public var code: String
  /// Continent: `Europe`, `North America`.
  public var continent: String
  /// Whether it is in the European Union.
  public var isInEuropeanUnion: Bool
  /// Grams of CO2 equivalent per kWh of its grid.
  public var carbonGramsPerKWh: Int64
  /// Euro cents per kWh for businesses.
  public var energyCentsPerKWh: Int64
}

/// Cities and countries with the facts that generated fleets need.
///
/// Sources: cities from GeoNames (CC BY 4.0), rounded to 0.01 degrees and thousands of people;
/// carbon intensity of grids in 2023 from Ember and Our World in Data, rounded; electricity prices
/// of businesses in 2023 from Eurostat, the IEA and national statistics, rounded to whole cents.
public enum CityTable {
  /// All cities, ordered by id.
  public static let cities: [City] = rows(of: PackageResources.cities_csv).compactMap { fields in
    guard fields.count == 7, let latitude = Double(fields[3]), let longitude = Double(fields[4]),
      let thousands = Int64(fields[5]), let minutes = Int(fields[6])
    else { return nil }
    return City(
      id: fields[0], name: fields[1], country: fields[2], latitude: latitude,
      longitude: longitude, population: thousands * 1000, utcOffsetMinutes: minutes)
  }

  /// All countries, ordered by code.
  public static let countries: [Country] =
    rows(of: PackageResources.countries_csv).compactMap { fields in
      guard fields.count == 5, let carbon = Int64(fields[3]), let energy = Int64(fields[4]) else {
        return nil
      }
      return Country(
        code: fields[0], continent: fields[1], isInEuropeanUnion: fields[2] == "yes",
        carbonGramsPerKWh: carbon, energyCentsPerKWh: energy)
    }

  /// The country of a code, or nil where the table does not have it.
  public static func country(_ code: String) -> Country? {
    countries.first { $0.code == code }
  }

  /// Fields of all lines but comments and the header.
  static func rows(of bytes: [UInt8]) -> [[String]] {
    String(decoding: bytes, as: UTF8.self).split(separator: "\n")
      .filter { !$0.hasPrefix("#") }.dropFirst()
      .map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
  }
}
