import Emplace
import EmplaceGLPK
import EmplaceTestSupport
import Foundation
import Testing

/// Changed fleets and benchmarks from file to plan, in process: every one ends in an error that
/// says why, a proof that there is no plan, nothing found, or a plan that the verifier accepts; within
/// five seconds where speed is measured.
///
/// `EMPLACE_HOSTILE_CASES` asks for more documents of each seed.
@Suite("Hostile files, from file to plan", .serialized)
struct HostileTests {
  /// Documents of one seed.
  private static let documents = Int(min(Effort.number("EMPLACE_HOSTILE_CASES") ?? 30, 200))

  @Test(arguments: UInt64(1)...18)
  func changedFleets(seed: UInt64) async throws {
    try await Threads.besidePool { try await Self.changeFleets(seed) }
  }

  private static func changeFleets(_ seed: UInt64) async throws {
    var random = RandomGenerator(seed: seed)
    let family: PlacementGenerator.Family = seed % 2 == 0 ? .metro : .lumpy
    let fleet = PlacementGenerator(size: .tiny, family: family, seed: seed).fleet()
    let text = FleetWriter.bytes(of: fleet)
    let numbers = Self.numbers(in: text)
    var plans = 0
    for _ in 0..<Self.documents {
      let bytes = Self.changed(text, numbers, &random)
      let start = ContinuousClock.now
      do {
        let fleet = try FleetReader.read(documents: [(name: "fleet.json", bytes: bytes)])
        let instance = try PlacementDerivation(fleet: fleet).instance(threads: 1)
        if try await Self.solve(instance) { plans += 1 }
      } catch let error as InstanceError {
        #expect(!error.problems.isEmpty)
      } catch let error as DerivationError {
        #expect(!error.description.isEmpty)
      } catch SolveError.badInput(let message) {
        #expect(message.contains("Maybe"))
      }
      if Effort.measuresSpeed { #expect(ContinuousClock.now - start < .seconds(5)) }
    }
    // The corpus must reach the solvers, not only the reader.
    #expect(plans >= Self.documents / 50)
  }

  @Test(arguments: UInt64(1)...4)
  func changedBenchmarks(seed: UInt64) async throws {
    try await Threads.besidePool { try await Self.changeBenchmarks(seed) }
  }

  private static func changeBenchmarks(_ seed: UInt64) async throws {
    var random = RandomGenerator(seed: seed)
    for count in 0..<Self.documents {
      let text = Array((count % 2 == 0 ? Benchmarks.gap : Benchmarks.facility).utf8)
      let bytes = Self.changed(text, Self.numbers(in: text), &random)
      let start = ContinuousClock.now
      do {
        let instance =
          count % 2 == 0
          ? try GAPReader(sense: seed % 2 == 0 ? .minimise : .maximise).read(bytes, file: "gap")
          : try FacilityReader(service: count % 4 == 1 ? .singleSource : .multiSource)
            .read(bytes, file: "facility")
        _ = try await Self.solve(instance)
      } catch let error as InstanceError {
        #expect(!error.problems.isEmpty)
      } catch SolveError.badInput(let message) {
        #expect(message.contains("Maybe"))
      }
      if Effort.measuresSpeed { #expect(ContinuousClock.now - start < .seconds(5)) }
    }
  }

  /// Solves a little; says whether there is a plan.
  private static func solve(_ instance: PlacementInstance) async throws -> Bool {
    let driver = SolveDriver<Placement>(
      solver: AutoPlacement(backend: GLPKBackend()),
      limits: Limits(timeSeconds: 3, iterations: 4, gap: 0.5), seed: 1)
    let result = try await driver.solve(
      instance, program: { PlacementFormulation.forBounds(of: instance).program })
    #expect(result.failure == nil)
    #expect(result.firstRejection == nil)
    guard let incumbent = result.incumbent else { return false }
    let verdict = Placement.verify(incumbent.solution, against: instance)
    #expect(verdict.isFeasible)
    #expect(verdict.objective == incumbent.objective)
    if case .bound(let bound)? = result.certificate?.proof { #expect(bound <= verdict.objective) }
    #expect(result.status != .infeasible)
    let bytes = SolutionFile(incumbent.solution, objective: verdict.objective, of: instance)
      .bytes(for: instance)
    let file = try SolutionFile.read(bytes, file: "plan", for: instance)
    #expect(file.solution == incumbent.solution)
    return true
  }

  // MARK: Changes

  private static let values = [
    "0", "1", "2", "3", "7", "0.5", "0.000001", "100", "1000", "999999", "1000000", "1e9",
    "8999999999", "9000000000000", "-1", "1e-9", "1e300",
  ]

  /// Places of numbers that are values.
  private static func numbers(in text: [UInt8]) -> [Range<Int>] {
    var result: [Range<Int>] = []
    var at = 0
    var isQuoted = false
    while at < text.count {
      if text[at] == UInt8(ascii: "\"") { isQuoted.toggle() }
      let start = at
      while !isQuoted, at < text.count, isDigit(text[at]) || text[at] == UInt8(ascii: ".") {
        at += 1
      }
      if at > start { result.append(start..<at) } else { at += 1 }
    }
    return result
  }

  private static func isDigit(_ byte: UInt8) -> Bool {
    byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
  }

  /// Other numbers in one to four places; now and then a line less or a byte changed.
  private static func changed(
    _ text: [UInt8], _ numbers: [Range<Int>], _ random: inout RandomGenerator
  ) -> [UInt8] {
    var places: Set<Int> = []
    for _ in 0...random.below(4) { places.insert(random.below(numbers.count)) }
    var result = text
    for place in places.sorted(by: >) {
      let value = values[random.below(values.count)]
      result.replaceSubrange(numbers[place], with: Array(value.utf8))
    }
    switch random.below(12) {
    case 0: result[random.below(result.count)] = UInt8(truncatingIfNeeded: random.next())
    case 1:
      let start = random.below(result.count)
      let end = result[start...].firstIndex(of: UInt8(ascii: "\n")) ?? result.count
      result.removeSubrange(start..<end)
    default: break
    }
    return result
  }
}
