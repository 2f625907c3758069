internal import EmplaceFleet

/// An equirectangular map: degrees to picture units, true to scale along the middle parallel.
struct Projection {
  /// Width of the picture.
  static let width = 960.0
  /// How close to the edge anything stands; points within the picture are farther from it.
  private static let edge = 22.0

  private(set) var height: Double
  private let west: Double
  private let north: Double
  private let middleCosine: Double
  private let scale: Double
  /// Degrees shown, north and east.
  private(set) var latitudes: ClosedRange<Double>
  private(set) var longitudes: ClosedRange<Double>

  /// A map that shows all the points with some space around them; nil without points.
  init?(_ points: [Coordinates]) {
    guard let first = points.first else { return nil }
    var (south, north) = (first.latitude, first.latitude)
    var (west, east) = (first.longitude, first.longitude)
    for point in points {
      south = min(south, point.latitude)
      north = max(north, point.latitude)
      west = min(west, point.longitude)
      east = max(east, point.longitude)
    }
    let middle = (south + north) / 2
    middleCosine = Self.cosine(degrees: min(max(middle, -75), 75))
    // At least about a kilometre, and no taller or flatter than a screen.
    var tall = max(north - south, 0.01) * 1.16
    var wide = max(east - west, 0.01) * 1.12
    wide = max(wide, tall / 0.62 / middleCosine)
    tall = max(tall, wide * middleCosine * 0.36)
    scale = Self.width / (wide * middleCosine)
    height = (tall * scale).rounded()
    self.west = (west + east) / 2 - wide / 2
    self.north = middle + tall / 2
    latitudes = (self.north - tall)...self.north
    longitudes = self.west...(self.west + wide)
  }

  /// Place of a point in the picture; what lies beyond it stands at its edge.
  func place(_ point: Coordinates) -> (x: Double, y: Double) {
    let x = (point.longitude - west) * middleCosine * scale
    let y = (north - point.latitude) * scale
    return (
      min(max(x, Self.edge), Self.width - Self.edge), min(max(y, Self.edge), height - Self.edge)
    )
  }

  /// Whether a point lies within the picture.
  func shows(_ point: Coordinates) -> Bool {
    latitudes.contains(point.latitude) && longitudes.contains(point.longitude)
  }

  /// Degrees shown from south to north.
  var tall: Double { latitudes.upperBound - latitudes.lowerBound }

  /// Whether a point is within the picture or at most its size away.
  func isAround(_ point: Coordinates) -> Bool {
    let wide = longitudes.upperBound - longitudes.lowerBound
    return point.latitude >= latitudes.lowerBound - tall
      && point.latitude <= latitudes.upperBound + tall
      && point.longitude >= longitudes.lowerBound - wide
      && point.longitude <= longitudes.upperBound + wide
  }

  /// Round degrees in a range, about five of them.
  static func degrees(in range: ClosedRange<Double>) -> [Double] {
    let width = range.upperBound - range.lowerBound
    let steps = [0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60]
    let step = steps.first { width / $0 <= 6 } ?? 60
    let first = (range.lowerBound / step).rounded(.up)
    let last = (range.upperBound / step).rounded(.down)
    guard first <= last, last - first < 100 else { return [] }
    return (0...Int(last - first)).map { (first + Double($0)) * step }
  }

  /// Cosine by its series: within 1e-6 up to 90 degrees.
  private static func cosine(degrees: Double) -> Double {
    let square = degrees * degrees * (Double.pi / 180) * (Double.pi / 180)
    var (term, sum) = (1.0, 1.0)
    for index in 1...7 {
      term *= -square / Double((2 * index - 1) * (2 * index))
      sum += term
    }
    return sum
  }
}
