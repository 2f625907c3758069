import ArgumentParser
import Emplace

/// `emplace import`
struct ImportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "import",
    abstract: "Make fleets of published data, and plans of other solvers' answers.",
    discussion: """
      Reads tables that others publish, and writes the fleet document that states their problem; or \
      reads the values that a solver gives to the columns of an exported program, and writes the \
      plan.

        emplace import melbourne stations.csv users.csv --output melbourne.json
        emplace import cities cities.csv rtt_ms.csv --problem cover --within-ms 20
        emplace import values fleet.json values.txt --output plan.json
      """,
    subcommands: [
      ImportCitiesCommand.self, ImportMelbourneCommand.self, ImportValuesCommand.self,
    ])
}

/// `emplace import cities`
struct ImportCitiesCommand: EmplaceSubcommand {
  /// Problems over cities.
  enum ProblemName: String, CaseIterable, ExpressibleByArgument {
    case cover, median, center
  }

  static let configuration = CommandConfiguration(
    commandName: "cities", abstract: "Covering, p-median and p-center over measured cities.",
    discussion: """
      Every city is a site with one node and a region with one demand. CITIES has a header and the \
      columns number, city, country, continent, latitude, longitude, population; ROUND-TRIPS has no \
      header and a row and a column a city, in milliseconds, empty where none was measured: a \
      missing pair counts as ten seconds.

      cover: fewest cities with a node such that every city has one within --within-ms. \
      median: --copies nodes such that people wait least; the objective is the sum over all people \
      of the latency in seconds, which is the round trip and two microseconds. center: whether \
      --copies nodes can be within --within-ms of every city. The p-center is the smallest limit \
      for which there is a plan: one that has a plan while a limit 0.001 ms shorter is proven \
      infeasible.

        emplace import cities cities.csv rtt_ms.csv --problem cover --within-ms 20
        emplace import cities cities.csv rtt_ms.csv --problem median --copies 5 --output median.json
        emplace import cities cities.csv rtt_ms.csv --problem center --copies 5 --within-ms 43.21
      """)

  @Argument(help: "Table of cities (CSV).", completion: .file()) var cities: String
  @Argument(help: "Table of round trips (CSV).", completion: .file()) var roundTrips: String
  @Option(help: "What is asked.") var problem: ProblemName
  @Option(help: ArgumentHelp("Longest round trip, at most 9,999 ms.", valueName: "ms"))
  var withinMs: Double?
  @Option(help: ArgumentHelp("Most cities with a node.", valueName: "n")) var copies: Int64?
  @Option(
    help: ArgumentHelp(
      "Numbers of the cities to take, separated by commas. (default: all)", valueName: "numbers"))
  var only: String?
  @OptionGroup var document: DocumentOptions

  func validate() throws {
    guard (withinMs != nil) == (problem != .median) else {
      throw ValidationError(
        problem == .median
          ? "--within-ms: a median has no limit. Maybe --problem center is meant."
          : "--problem \(problem.rawValue) needs --within-ms.")
    }
    guard (copies != nil) == (problem != .cover) else {
      throw ValidationError(
        problem == .cover
          ? "--copies: a cover counts them. Maybe --problem center is meant."
          : "--problem \(problem.rawValue) needs --copies.")
    }
    if let withinMs, !(withinMs >= 0 && withinMs < 10_000) {
      throw ValidationError("--within-ms \(withinMs): milliseconds from 0 to 9,999 are needed.")
    }
    if let copies, copies < 1 {
      throw ValidationError("--copies \(copies): at least 1 is needed.")
    }
  }

  func perform() async throws {
    let sink = try document.open()
    let sites = try selected(
      LatencySites(
        cities: try InputFile.bytes(of: cities), citiesFile: cities,
        roundTrips: try InputFile.bytes(of: roundTrips), roundTripsFile: roundTrips))
    // Tables hold whole microseconds, so nothing lies between the limit and the one below it.
    let limit = Int64(((withinMs ?? 0) * 1000 + 1e-6).rounded(.down))
    switch problem {
    case .cover: try sink.write(sites.covering(withinMicroseconds: limit))
    case .median: try sink.write(sites.median(copies: copies ?? 0))
    case .center:
      try sink.write(sites.center(copies: copies ?? 0, withinMicroseconds: limit))
    }
  }

  private func selected(_ sites: LatencySites) throws(CommandFailure) -> LatencySites {
    guard let only else { return sites }
    var numbers: Set<Int> = []
    for word in only.split(separator: ",") {
      guard let number = Int(word), sites.places.indices.contains(number) else {
        throw CommandFailure(
          .badInput,
          "--only \(word): the cities have the numbers 0 to \(sites.places.count - 1). "
            + "Maybe names are given instead of numbers.")
      }
      numbers.insert(number)
    }
    return sites.selecting { numbers.contains($0.number) }
  }
}

/// `emplace import melbourne`
struct ImportMelbourneCommand: EmplaceSubcommand {
  static let configuration = CommandConfiguration(
    commandName: "melbourne", abstract: "Base stations and users of central Melbourne.",
    discussion: """
      STATIONS has a header and begins with the columns number, latitude, longitude; USERS has a \
      header and the columns latitude, longitude. Every station becomes an edge site with one small \
      node, beside two clouds; users stand in cells of 150 metres, and every cell asks for object \
      detection, which stations within 450 metres can answer, and for an assistant. The tables are \
      those of the EUA datasets (Lai et al., doi:10.1007/978-3-030-03596-9_15).

        emplace import melbourne site-optus-melbCBD.csv users-melbcbd-generated.csv \
      --output melbourne.json
        emplace solve melbourne.json
      """)

  @Argument(help: "Table of base stations (CSV).", completion: .file()) var stations: String
  @Argument(help: "Table of users (CSV).", completion: .file()) var users: String
  @OptionGroup var document: DocumentOptions

  func perform() async throws {
    let sink = try document.open()
    try sink.write(
      MelbourneReader().read(
        stations: try InputFile.bytes(of: stations), stationsFile: stations,
        users: try InputFile.bytes(of: users), usersFile: users))
  }
}
