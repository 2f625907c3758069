public import EmplaceCore
public import EmplaceFleet
public import EmplaceProblems

/// A plan as one page of HTML that loads nothing: decisions, cost, map, how full the sites are, and
/// what the figures rest on.
public struct PlacementReport: Sendable {
  /// What a plan leaves unserved of one priority class, and why.
  public struct UnservedClass: Sendable, Hashable {
    /// Name of the class.
    public var name: String
    /// Share of its requests that is not served, 0...1.
    public var share: Double
    /// Rate not served and rate asked for, with their unit.
    public var rates: String
    /// Demands that are not served whole.
    public var demands: Int
    /// Reasons with how many demands each has, in words.
    public var reasons: String

    /// A class.
    public init(name: String, share: Double, rates: String, demands: Int, reasons: String) {
      self.name = name
      self.share = share
      self.rates = rates
      self.demands = demands
      self.reasons = reasons
    }
  }

  /// What is known of the quality of a plan; all of it may be left out.
  public struct Quality: Sendable, Hashable {
    /// No plan costs less, in the unit of results.
    public var bound: PlainNumber?
    /// What the bound rests on: `verified`, `claimed by glpk`.
    public var evidence = ""
    /// (objective - bound) / objective, 0...1.
    public var gap: Double?
    /// Objective and bound over time.
    public var events: [RunEvent] = []
    /// How the plan was found: algorithm, seed, time.
    public var origin = ""

    /// Nothing is known.
    public init() {}
  }

  /// Rows of a table before the rest is only counted.
  static let rowLimit = 200

  let instance: PlacementInstance
  let solution: PlacementSolution
  let objective: Int64
  let fleet: Fleet?
  let unserved: [UnservedClass]
  let quality: Quality
  let tables: PlanTables

  /// The report of a verified plan: `objective` is the verdict's, in units of the instance, and
  /// the solution's indices are those of the instance. Benchmarks have no fleet.
  public init(
    instance: PlacementInstance, solution: PlacementSolution, objective: Int64, fleet: Fleet?,
    unserved: [UnservedClass] = [], quality: Quality = Quality()
  ) {
    self.instance = instance
    self.solution = solution
    self.objective = objective
    self.fleet = fleet
    self.unserved = unserved
    self.quality = quality
    tables = PlanTables(solution, of: instance, fleet: fleet)
  }

  /// The page.
  ///
  /// - Complexity: O(instance + solution), and at most about 1 MB for any size.
  public var html: String {
    var page = Markup()
    page.raw("<!DOCTYPE html>\n")
    page.element("html", [("lang", "en")]) { html in
      html.element("head") { head in
        head.empty("meta", [("charset", "utf-8")])
        head.empty(
          "meta",
          [("name", "viewport"), ("content", "width=device-width, initial-scale=1")])
        let policy = "default-src 'none'; style-src 'unsafe-inline'"
        head.empty(
          "meta", [("http-equiv", "Content-Security-Policy"), ("content", policy)])
        head.element("title", "Placement of \(name)")
        head.element("style") { $0.raw(PageStyle.sheet) }
      }
      html.element("body") { body in
        body.element("main") { main in
          addHead(to: &main)
          addDecisions(to: &main)
          addMap(to: &main)
          addUse(to: &main)
          addProgress(to: &main)
          addAssumptions(to: &main)
        }
      }
    }
    return page.text
  }

  private var name: String { instance.name.isEmpty ? "the instance" : instance.name }

  // MARK: Figures

  /// An amount with all its digits, without its unit.
  func digits(_ amount: Int64) -> String { digits(instance.printed(amount)) }

  private func digits(_ number: PlainNumber) -> String {
    instance.currency.isEmpty ? number.description : number.padded(to: 6)
  }

  /// Unit of all amounts, empty for benchmarks.
  var unit: String { instance.currency.isEmpty ? "" : "\(instance.currency) per hour" }

  // MARK: Head

  private func addHead(to page: inout Markup) {
    page.element("h1", "Placement of \(name)")
    page.element("p", [("class", "soft")], summary)
    page.element("dl") { list in
      Self.add("Cost", digits(objective), unit, to: &list)
      if let bound = quality.bound {
        Self.add(
          instance.isMaximisation ? "No plan yields more than" : "No plan costs less than",
          digits(bound), [unit, quality.evidence].filter { !$0.isEmpty }.joined(separator: ", "),
          to: &list)
      }
      if let gap = quality.gap {
        Self.add("Gap", Digits.fixed(100 * gap, 2) + " %", "of the cost, at most", to: &list)
      }
      Self.add(
        "Demands not served whole", "\(unservedDemands)",
        "of \(instance.demands.count)", to: &list)
    }
    if !quality.origin.isEmpty { page.element("p", [("class", "soft")], quality.origin) }
    if quality.bound == nil {
      page.element("p", [("class", "soft")], "How good a plan can be at best is not stated here.")
    }
  }

  private var summary: String {
    let replicas = solution.replicas.reduce(Int128(0)) { $0 + Int128($1.count) }
    let sites = Set(solution.replicas.map { instance.site(ofLane: $0.lane) }).count
    return "\(Digits.count(replicas, "replica")) at \(sites) of "
      + "\(Digits.count(instance.sites.count, "site")); every constraint was checked in integers."
  }

  private var unservedDemands: Int {
    var served = [Int64](repeating: 0, count: instance.demands.count)
    for route in solution.routes { served[route.demand] += route.parts }
    return zip(instance.demands, served).count { $0.parts > $1 }
  }

  private static func add(
    _ term: String, _ value: String, _ note: String, to list: inout Markup
  ) {
    list.element("div") { group in
      group.element("dt", term)
      group.element("dd") { figure in
        figure.write(value)
        if !note.isEmpty { figure.element("small", note) }
      }
    }
  }

  // MARK: Assumptions

  private func addAssumptions(to page: inout Markup) {
    guard let assumptions = fleet?.assumptions, !assumptions.isEmpty else { return }
    page.element("section", [("aria-labelledby", "assumptions")]) { section in
      section.element("h2", [("id", "assumptions")], "Assumptions")
      section.element(
        "p", "The document leaves these figures out; they come from the catalogue or a default.")
      section.element("details") { details in
        details.element("summary", Digits.count(assumptions.count, "figure"))
        details.table(
          "Figures that the document leaves out", ["Where", "Figure", "Source"],
          assumptions.prefix(Self.rowLimit).map {
            [.words($0.path), .words($0.value), .words(Self.withoutScheme($0.source))]
          })
        if assumptions.count > Self.rowLimit {
          details.element(
            "p", [("class", "more")], "and \(assumptions.count - Self.rowLimit) more")
        }
      }
    }
  }

  /// Addresses are read here, not followed.
  private static func withoutScheme(_ text: String) -> String {
    text.replacing("https://", with: "").replacing("http://", with: "")
  }
}
