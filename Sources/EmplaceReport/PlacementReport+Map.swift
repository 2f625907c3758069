internal import EmplaceFleet
internal import EmplaceProblems

// MARK: - The map

extension PlacementReport {
  /// Flows drawn before the rest is only counted, the largest first.
  static let flowLimit = 400
  /// Names written beside sites.
  static let nameLimit = 24

  func addMap(to page: inout Markup) {
    guard let fleet, let map = PlanMap(fleet, instance, solution) else { return }
    page.element("section", [("aria-labelledby", "map")]) { section in
      section.element("h2", [("id", "map")], "Map")
      let attributes: [Markup.Attribute] = [
        ("class", "picture"), ("role", "region"), ("aria-label", "Map"), ("tabindex", "0"),
      ]
      section.element("div", attributes) { $0.draw(map) }
      section.legend(map)
    }
  }

  /// What a map shows.
  struct PlanMap {
    struct Mark {
      var name: String
      var tier: Site.Tier
      var replicas: Int64
      var point: Coordinates
    }

    struct Flow {
      var from: Int
      var to: Int
      /// Served requests in millionths per second, mean over the hours.
      var rate: Int128
    }

    let projection: Projection
    /// Sites that have a place, by index.
    var sites: [Int: Mark] = [:]
    var regions: [Int: (name: String, point: Coordinates)] = [:]
    /// The largest first.
    var flows: [Flow] = []
    /// Sites and regions without a place.
    var missing = 0

    init?(_ fleet: Fleet, _ instance: PlacementInstance, _ solution: PlacementSolution) {
      var replicas = [Int64](repeating: 0, count: fleet.sites.count)
      for element in solution.replicas {
        let site = instance.site(ofLane: element.lane)
        let (sum, overflow) = replicas[site].addingReportingOverflow(element.count)
        replicas[site] = overflow ? .max : sum
      }
      for (index, site) in fleet.sites.enumerated() {
        if let point = site.coordinates {
          sites[index] = Mark(
            name: site.id, tier: site.tier, replicas: replicas[index], point: point)
        } else {
          missing += 1
        }
      }
      for (index, region) in fleet.regions.enumerated() {
        if let point = region.coordinates {
          regions[index] = (region.id, point)
        } else {
          missing += 1
        }
      }
      guard !sites.isEmpty,
        let projection = Self.frame(sites.values.map(\.point), regions.values.map(\.point))
      else { return nil }
      self.projection = projection
      flows = Self.flows(instance, solution)
    }

    /// A map of all points; or, where that is much smaller, of all but at most a tenth of the sites,
    /// those that lie far beyond the regions.
    private static func frame(_ sites: [Coordinates], _ regions: [Coordinates]) -> Projection? {
      guard let whole = Projection(sites + regions) else { return nil }
      guard let home = Projection(regions) else { return whole }
      let near = sites.filter { home.isAround($0) }
      guard 10 * (sites.count - near.count) <= sites.count, !near.isEmpty,
        let frame = Projection(near + regions), 3 * frame.tall < whole.tall
      else { return whole }
      return frame
    }

    /// Names of the sites that lie beyond the map, in the fleet's order.
    var beyond: [String] {
      sites.sorted { $0.key < $1.key }.map(\.value).filter { !projection.shows($0.point) }
        .map(\.name)
    }

    private static func flows(
      _ instance: PlacementInstance, _ solution: PlacementSolution
    ) -> [Flow] {
      let sites = instance.sites.count
      var rates: [Int: Int128] = [:]
      for route in solution.routes {
        let demand = instance.demands[route.demand]
        guard demand.region >= 0, demand.parts > 0 else { continue }
        let hours = route.demand * instance.hours..<(route.demand + 1) * instance.hours
        let rate =
          instance.rate[hours].reduce(Int128(0)) { $0 + Int128($1) } / Int128(instance.hours)
        let key = Int(demand.region) * sites + instance.site(ofLane: route.lane)
        rates[key, default: 0] += rate * Int128(route.parts) / Int128(demand.parts)
      }
      return rates.map { Flow(from: $0.key / sites, to: $0.key % sites, rate: $0.value) }
        .sorted { ($1.rate, $0.from, $0.to) < ($0.rate, $1.from, $1.to) }
    }

    /// Flows that are drawn: both ends have a place, and not the same one.
    var drawn: [Flow] {
      Array(
        flows.lazy.filter { flow in
          guard let from = regions[flow.from]?.point, let to = sites[flow.to]?.point else {
            return false
          }
          let (a, b) = (projection.place(from), projection.place(to))
          return abs(a.x - b.x) + abs(a.y - b.y) > 2
        }.prefix(PlacementReport.flowLimit))
    }

    /// Radius of a site's circle.
    func radius(_ mark: Mark) -> Double {
      let most = sites.values.map(\.replicas).max() ?? 1
      return mark.replicas == 0
        ? 4 : 4 + 14 * (Double(mark.replicas) / Double(max(1, most))).squareRoot()
    }
  }
}

// MARK: - Drawing

extension Markup {
  fileprivate mutating func draw(_ map: PlacementReport.PlanMap) {
    let view = "0 0 \(Int(Projection.width)) \(Int(map.projection.height))"
    let attributes: [Attribute] = [
      ("viewBox", view), ("role", "img"), ("aria-labelledby", "map-title map-words"),
    ]
    element("svg", attributes) { svg in
      svg.element("title", [("id", "map-title")], "Sites, regions and who is served from where")
      svg.element(
        "desc", [("id", "map-words")],
        "\(Digits.count(map.sites.count, "site")) and \(Digits.count(map.regions.count, "region")) "
          + "at their longitude and latitude; the tables of this page hold the same figures.")
      svg.drawGrid(map.projection)
      let drawn = map.drawn
      let most = drawn.first.map { max(1, Double($0.rate)) } ?? 1
      for flow in drawn.reversed() { svg.draw(flow, most, map) }
      for region in map.regions.sorted(by: { $0.key < $1.key }) { svg.draw(region.value, map) }
      let marks = map.sites.sorted {
        ($1.value.replicas, $0.key) < ($0.value.replicas, $1.key)
      }.map(\.value)
      for mark in marks { svg.draw(mark, map) }
      svg.drawNames(of: marks, map)
    }
  }

  private mutating func drawGrid(_ projection: Projection) {
    let height = projection.height
    for longitude in Projection.degrees(in: projection.longitudes) {
      let x = projection.place(Coordinates(latitude: 0, longitude: longitude)).x
      empty("path", [("class", "grid"), ("d", "M\(Self.unit(x)) 0V\(Self.unit(height))")])
      let words = Self.degrees(longitude, "E", "W")
      element(
        "text", [("class", "degree"), ("x", Self.unit(x + 3)), ("y", Self.unit(height - 4))], words)
    }
    for latitude in Projection.degrees(in: projection.latitudes) {
      let y = projection.place(Coordinates(latitude: latitude, longitude: 0)).y
      empty(
        "path",
        [("class", "grid"), ("d", "M0 \(Self.unit(y))H\(Self.unit(Projection.width))")])
      let words = Self.degrees(latitude, "N", "S")
      element("text", [("class", "degree"), ("x", "3"), ("y", Self.unit(y - 3))], words)
    }
  }

  private mutating func draw(
    _ flow: PlacementReport.PlanMap.Flow, _ most: Double, _ map: PlacementReport.PlanMap
  ) {
    guard let region = map.regions[flow.from], let site = map.sites[flow.to] else { return }
    let (a, b) = (map.projection.place(region.point), map.projection.place(site.point))
    // Bent to the left of its way, so that the two ways between two places are two arcs.
    let bend = (
      x: (a.x + b.x) / 2 + (b.y - a.y) * 0.14, y: (a.y + b.y) / 2 - (b.x - a.x) * 0.14
    )
    let path =
      "M\(Self.unit(a.x)) \(Self.unit(a.y))Q\(Self.unit(bend.x)) \(Self.unit(bend.y)) "
      + "\(Self.unit(b.x)) \(Self.unit(b.y))"
    let width = 0.6 + 4.4 * (Double(flow.rate) / most).squareRoot()
    element("path", [("class", "flow"), ("d", path), ("stroke-width", Self.unit(width))]) {
      $0.element("title", "\(region.name) to \(site.name): \(Self.rate(flow.rate))")
    }
  }

  private mutating func draw(
    _ region: (name: String, point: Coordinates), _ map: PlacementReport.PlanMap
  ) {
    let place = map.projection.place(region.point)
    let attributes: [Attribute] = [
      ("class", "place"), ("x", Self.unit(place.x - 2.5)), ("y", Self.unit(place.y - 2.5)),
      ("width", "5"), ("height", "5"),
    ]
    element("rect", attributes) { $0.element("title", "region \(region.name)") }
  }

  private mutating func draw(
    _ mark: PlacementReport.PlanMap.Mark, _ map: PlacementReport.PlanMap
  ) {
    let place = map.projection.place(mark.point)
    let attributes: [Attribute] = [
      ("class", "site \(mark.tier.rawValue)\(mark.replicas == 0 ? " idle" : "")"),
      ("cx", Self.unit(place.x)), ("cy", Self.unit(place.y)), ("r", Self.unit(map.radius(mark))),
    ]
    element("circle", attributes) {
      $0.element(
        "title", "\(mark.name), \(mark.tier.rawValue): \(Digits.count(mark.replicas, "replica"))")
    }
  }

  /// Names of the largest sites, where they do not lie on one another.
  private mutating func drawNames(
    of marks: [PlacementReport.PlanMap.Mark], _ map: PlacementReport.PlanMap
  ) {
    struct Box {
      var left: Double
      var right: Double
      var top: Double
      var bottom: Double
      func meets(_ other: Box) -> Bool {
        left < other.right && other.left < right && top < other.bottom && other.top < bottom
      }
    }
    // Names keep off the larger circles too.
    var taken = marks.prefix(2 * PlacementReport.nameLimit).map { mark -> Box in
      let (place, radius) = (map.projection.place(mark.point), map.radius(mark) - 2)
      return Box(
        left: place.x - radius, right: place.x + radius, top: place.y - radius,
        bottom: place.y + radius)
    }
    let most = taken.count + PlacementReport.nameLimit
    for mark in marks where taken.count < most {
      let place = map.projection.place(mark.point)
      let radius = map.radius(mark) + 4
      let width = 6.6 * Double(mark.name.count)
      let places = [
        (x: place.x + radius, y: place.y + 4), (x: place.x - radius - width, y: place.y + 4),
        (x: place.x - width / 2, y: place.y + radius + 10),
        (x: place.x - width / 2, y: place.y - radius),
      ]
      let free = places.first { corner in
        let box = Box(
          left: corner.x, right: corner.x + width, top: corner.y - 11, bottom: corner.y + 4)
        guard box.left > 0, box.right < Projection.width, box.top > 0,
          box.bottom < map.projection.height, !taken.contains(where: box.meets)
        else { return false }
        taken.append(box)
        return true
      }
      guard let free else { continue }
      element(
        "text", [("class", "name"), ("x", Self.unit(free.x)), ("y", Self.unit(free.y))], mark.name)
    }
  }

  // MARK: Legend

  fileprivate mutating func legend(_ map: PlacementReport.PlanMap) {
    let tiers = Site.Tier.allCases.filter { tier in map.sites.values.contains { $0.tier == tier } }
    element("ul", [("class", "legend")]) { list in
      for tier in tiers {
        list.entry("\(tier.rawValue) site, larger with more replicas") {
          $0.empty(
            "circle",
            [("class", "site \(tier.rawValue)"), ("cx", "12"), ("cy", "8"), ("r", "7")])
        }
      }
      if map.sites.values.contains(where: { $0.replicas == 0 }) {
        list.entry("site where nothing runs") {
          $0.empty("circle", [("class", "site edge idle"), ("cx", "12"), ("cy", "8"), ("r", "4")])
        }
      }
      list.entry("region of users") {
        $0.empty(
          "rect",
          [("class", "place"), ("x", "9.5"), ("y", "5.5"), ("width", "5"), ("height", "5")])
      }
      list.entry("who is served from where, wider with more requests") {
        $0.empty(
          "path", [("class", "flow"), ("d", "M1 12Q12 0 23 12"), ("stroke-width", "2.5")])
      }
    }
    element("p", [("class", "soft")], Self.words(map))
  }

  private mutating func entry(_ words: String, _ picture: (inout Markup) -> Void) {
    element("li") { item in
      item.element("svg", [("viewBox", "0 0 24 16"), ("aria-hidden", "true")], picture)
      item.element("span", words)
    }
  }

  private static func words(_ map: PlacementReport.PlanMap) -> String {
    let drawn = map.drawn
    let all = map.flows.reduce(Int128(0)) { $0 + $1.rate }
    let shown = drawn.reduce(Int128(0)) { $0 + $1.rate }
    var words = "\(Digits.count(drawn.count, "arc"))"
    if let widest = drawn.first { words += ", the widest for \(rate(widest.rate))" }
    words += ". "
    if drawn.count < map.flows.count, all > 0 {
      let share = Int64(clamping: (all - shown) * 1_000_000 / all)
      words +=
        "\(map.flows.count - drawn.count) more flows are not drawn, because they stay in one place "
        + "or are small: \(Digits.percent(millionths: share)) of the served requests. "
    }
    let beyond = map.beyond
    if !beyond.isEmpty {
      let more = beyond.count > 5 ? " and \(beyond.count - 5) more" : ""
      words +=
        "Far beyond the map, at its edge: \(beyond.prefix(5).joined(separator: ", "))\(more). "
    }
    if map.missing > 0 {
      words += "\(Digits.count(map.missing, "site or region")) without coordinates left out."
    }
    return words
  }

  private static func rate(_ millionths: Int128) -> String {
    Digits.decimal(millionths, digits: 6, places: millionths < 10_000_000 ? 3 : 0) + " requests/s"
  }

  private static func degrees(_ value: Double, _ positive: String, _ negative: String) -> String {
    let places = [1.0, 10, 100].firstIndex { abs(value * $0 - (value * $0).rounded()) < 1e-6 } ?? 3
    return Digits.fixed(abs(value), places) + "°"
      + (value == 0 ? "" : value > 0 ? positive : negative)
  }

  /// A length in picture units.
  static func unit(_ value: Double) -> String { Digits.fixed(value, 1) }
}
