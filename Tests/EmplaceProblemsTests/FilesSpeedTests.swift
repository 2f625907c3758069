import EmplaceProblems
import EmplaceTestSupport
import Testing

@Suite("Speed of solution files")
struct FilesSpeedTests {
  /// 100,000 demands with three routes each are written, and read in less than three seconds, where
  /// speed is measured; a tenth of that is written and read elsewhere.
  @Test func aLargePlanIsReadInSeconds() throws {
    var instance = PlacementInstance()
    let (pools, demands) = (1000, Effort.measuresSpeed ? 100_000 : 10_000)
    instance.models = [.init(name: "model")]
    instance.variants = [.init(name: "language-model/int8-small", model: 0)]
    for index in 0..<pools {
      instance.sites.append(.init(name: "site-\(index)"))
      instance.pools.append(.init(name: "site-\(index)/l40s-quad", site: Int32(index)))
      instance.artifacts.append(.init(variant: 0, site: Int32(index)))
      var lane = PlacementInstance.Lane(pool: Int32(index))
      lane.artifact = Int32(index)
      lane.batch = 8
      instance.lanes.append(lane)
    }
    instance.demands = (0..<demands).map {
      .init(name: "region-\($0 % 1000)/language-model-\($0 / 1000)", parts: 1000, unservedCost: 1)
    }
    var solution = PlacementSolution()
    solution.replicas = (0..<pools).map { .init(lane: $0, count: 40) }
    solution.artifacts = Array(0..<pools)
    solution.routes = (0..<demands).flatMap { demand in
      (0..<3).map { .init(demand: demand, lane: demand % 997 + $0, parts: 333) }
    }
    let clock = ContinuousClock()
    var bytes: [UInt8] = []
    let file = SolutionFile(solution, objective: 12_345, of: instance)
    let writing = clock.measure { bytes = file.bytes(for: instance) }
    var read: SolutionFile?
    let reading = try clock.measure {
      read = try SolutionFile.read(bytes, file: "", for: instance)
    }
    #expect(read == file)
    print("solution file of \(bytes.count) bytes: written in \(writing), read in \(reading)")
    if Effort.measuresSpeed {
      #expect(writing < .seconds(3))
      #expect(reading < .seconds(3))
    }
  }
}
