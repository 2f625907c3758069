import EmplaceTestSupport
import Foundation
import Testing

extension CommandLineSuite {
  @Suite("emplace import")
  struct ImportTests {
    static let cities = """
      id,city,country,continent,latitude,longitude,population
      0,Here,A,X,1,2,100
      1,There,A,X,3,4,200
      2,Yonder,B,X,5,6,300
      """
    static let trips = "0,12.5,\n12.5,0,7.25\n,7.25,0\n"

    /// Imports three cities and solves them.
    private func solved(_ options: [String]) throws -> (code: Int32, result: ResultObject) {
      let tool = try CommandLineTool()
      try tool.write(Self.cities, to: "cities.csv")
      try tool.write(Self.trips, to: "trips.csv")
      let made = try tool.run(
        ["import", "cities", "cities.csv", "trips.csv", "--output", "f.json"] + options)
      #expect(made.code == 0, "\(made.errors)")
      let solve = try tool.run("solve", "f.json", "--gap", "0", "--format", "json")
      return (solve.code, try ResultObject(solve.output))
    }

    /// Round trips of 12.5 and 7.25 ms on a line of three cities.
    @Test func locationsAreSolved() throws {
      let covers = [("12.5", 1.0), ("12.499", 2), ("7.25", 2), ("7.249", 3)]
      for (limit, sites) in covers {
        let (code, result) = try solved(["--problem", "cover", "--within-ms", limit])
        #expect(code == 0)
        #expect(result.number("objective") == sites, "within \(limit)")
        #expect(result.number("bound") == sites, "within \(limit)")
      }
      // One city: There, for 100 x 12.5 + 300 x 7.25 ms, and 2 microseconds for each of 600.
      let (_, median) = try solved(["--problem", "median", "--copies", "1"])
      #expect(median.string("instance") == "median-1")
      #expect(median.number("objective").map { abs($0 - 3.4262) < 1e-6 } == true)
      let (_, part) = try solved(["--problem", "median", "--copies", "1", "--only", "0,1"])
      #expect(part.number("objective").map { abs($0 - 1.2506) < 1e-6 } == true)
      let near = try solved(["--problem", "center", "--copies", "1", "--within-ms", "12.5"])
      #expect(near.code == 0)
      #expect(near.result.string("instance") == "center-1-12.5ms")
    }

    @Test(arguments: [
      ["--problem", "cover"], ["--problem", "median"], ["--problem", "center", "--copies", "2"],
      ["--problem", "cover", "--within-ms", "10000"], ["--problem", "cover", "--within-ms", "nan"],
      ["--problem", "cover", "--within-ms", "5", "--copies", "2"],
      ["--problem", "median", "--copies", "0"],
      ["--problem", "median", "--copies", "2", "--within-ms", "5"], [],
    ])
    func wrongUsageIsSixtyFour(options: [String]) throws {
      let tool = try CommandLineTool()
      let result = try tool.run(["import", "cities", "c.csv", "r.csv"] + options)
      #expect(result.code == 64, "\(result.errors)")
      #expect(tool.names == [])
    }

    @Test func badTablesAreTwo() throws {
      let tool = try CommandLineTool()
      try tool.write(Self.cities, to: "cities.csv")
      try tool.write("0,1\n1,0\n", to: "trips.csv")
      let cover = ["--problem", "cover", "--within-ms", "5"]
      let short = try tool.run(["import", "cities", "cities.csv", "trips.csv"] + cover)
      #expect(short.code == 2)
      #expect(short.errors.contains("2 rows and 2 columns for 3 cities"))
      let missing = try tool.run(["import", "cities", "cities.csv", "none.csv"] + cover)
      #expect(missing.code == 2)
      #expect(missing.errors.contains("none.csv"))
      try tool.write(Self.trips, to: "trips.csv")
      let named = try tool.run(
        ["import", "cities", "cities.csv", "trips.csv", "--only", "0,There"] + cover)
      #expect(named.code == 2)
      #expect(named.errors.contains("--only There"))
      let stations = try tool.run("import", "melbourne", "cities.csv", "trips.csv")
      #expect(stations.code == 2)
      #expect(stations.errors.contains("LATITUDE"))
    }
  }
}

extension CommandLineSuite {
  /// Covering, p-median and p-center over 85 cities of Europe, through fleet documents.
  @Suite(
    "Locations in Europe",
    .enabled(if: SharedData.exists("latency/dev/known.json"), "needs ../shared/data/latency"))
  struct EuropeTests {
    private let tool: CommandLineTool
    private let europe: String
    private let known: [[String: Any]]

    init() throws {
      tool = try CommandLineTool()
      let document = try JSONSerialization.jsonObject(
        with: Data(try SharedData.bytes("latency/dev/known.json")))
      let root = try #require(document as? [String: Any])
      let numbers = try #require((root["sets"] as? [String: [Int]])?["europe"])
      europe = numbers.map(String.init).joined(separator: ",")
      known = try #require(root["known"] as? [[String: Any]])
    }

    /// Imports a problem and proves it.
    private func solve(_ options: String...) throws -> ResultObject {
      let tables = ["cities.csv", "rtt_ms.csv"].map {
        SharedData.root.appending(path: "latency/\($0)").path
      }
      let made = try tool.run(
        ["import", "cities"] + tables + ["--only", europe, "--output", "f.json"] + options)
      #expect(made.code == 0, "\(made.errors)")
      let solve = try tool.run(
        "solve", "f.json", "--gap", "0", "--output", "plan.json", "--certificate", "proof.json",
        "--format", "json")
      #expect(solve.code == 0, "\(solve.errors)")
      let verify = try tool.run("verify", "f.json", "plan.json", "--certificate", "proof.json")
      #expect(verify.output.hasSuffix("bound proven\n"), "\(verify.errors)")
      return try ResultObject(solve.output)
    }

    @Test func coversAreTheSmallest() throws {
      var checked = 0
      for entry in known where entry["problem"] as? String == "cover" {
        let limit = try #require(entry["limitMs"] as? Int)
        let optimum = try #require(entry["optimum"] as? Double)
        let result = try solve("--problem", "cover", "--within-ms", "\(limit)")
        #expect(result.number("bound") == optimum, "within \(limit) ms")
        #expect(result.number("objective") == optimum, "within \(limit) ms")
        checked += 1
      }
      #expect(checked >= 5)
    }

    @Test func mediansAreTheKnownOnes() throws {
      var checked = 0
      for entry in known where entry["problem"] as? String == "p-median" {
        let copies = try #require(entry["p"] as? Int)
        let sum = try #require(entry["weightedSum"] as? Double)
        let result = try solve("--problem", "median", "--copies", "\(copies)")
        let objective = try #require(result.number("objective"))
        // Beside the round trips, whose sum is known, everybody waits two microseconds.
        let mean = try #require(entry["meanMs"] as? Double)
        let expected = sum / 1000 + sum / mean * 2e-6
        #expect(abs(objective - expected) < 1e-6 * expected, "p = \(copies)")
        #expect(try #require(result.number("gap")) <= 2e-5, "p = \(copies)")
        checked += 1
      }
      #expect(checked >= 4)
    }

    /// With p nodes the radius is in reach, and a shorter one takes more than p.
    @Test func centersAreTheKnownOnes() throws {
      var checked = 0
      for entry in known where entry["problem"] as? String == "p-center" {
        let copies = try #require(entry["p"] as? Int)
        let radius = try #require(entry["optimumMs"] as? Double)
        let reached = try solve(
          "--problem", "center", "--copies", "\(copies)", "--within-ms", "\(radius)")
        #expect(reached.string("status") == "optimal")
        let shorter = try solve("--problem", "cover", "--within-ms", "\(radius - 0.001)")
        #expect(try #require(shorter.number("bound")) > Double(copies), "p = \(copies)")
        checked += 1
      }
      #expect(checked >= 3)
    }
  }
}
