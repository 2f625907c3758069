import EmplaceCore
import EmplaceInstances
import EmplaceProblems
import Testing

/// Broken files are refused with a message or read into a consistent instance; never a crash.
@Suite struct BenchmarkFuzzTests {
  private func mutate(_ bytes: [UInt8], _ random: inout RandomGenerator) -> [UInt8] {
    var result = bytes
    let words = [
      "-1", "1e18", "99999999999", "NaN", "1e-9", "0", ".", "+", "2147483647", "e5", "\0",
    ]
    for _ in 0...random.below(4) {
      let place = random.below(result.count + 1)
      switch random.below(6) {
      case 0 where place < result.count: result.remove(at: place)
      case 1 where place < result.count: result[place] = UInt8(random.below(256))
      case 2: result.insert(UInt8(random.below(256)), at: place)
      case 3: result.removeSubrange(place...)
      case 4:
        result.insert(contentsOf: Array(" \(words[random.below(words.count)]) ".utf8), at: place)
      default: result += result.prefix(random.below(result.count + 1))
      }
    }
    return result
  }

  private func check(_ instance: PlacementInstance) {
    let (lanes, demands) = (instance.lanes.count, instance.demands.count)
    #expect(lanes > 0 && demands > 0)
    #expect(instance.arcCount == lanes * demands)
    #expect(instance.arcCost.count == instance.arcCount)
    #expect(instance.arcWork.count == instance.arcCount)
    #expect(instance.arcStart.count == lanes + 1 && instance.arcStart.last == instance.arcCount)
    #expect(
      instance.arcWork.allSatisfy { $0 >= 0 } && instance.lanes.allSatisfy { $0.capacity >= 0 })
    let verdict = Placement.verify(PlacementSolution(), against: instance)
    #expect(!verdict.isFeasible)
  }

  @Test func mutatedFilesNeverCrash() {
    let seeds = [
      Array(GAPReaderTests.text.utf8), Array(FacilityReaderTests.sitesFirst.utf8),
      Array(FacilityReaderTests.customersFirst.utf8),
    ]
    var (read, refused) = (0, 0)
    for round in 0..<1500 as Range<UInt64> {
      var random = RandomGenerator(seed: round)
      let bytes = mutate(seeds[Int(round % 3)], &random)
      for attempt in 0..<4 {
        do {
          let instance =
            switch attempt {
            case 0: try GAPReader().read(bytes, file: "f")
            case 1: try GAPReader(sense: .maximise).read(bytes, file: "f")
            case 2: try FacilityReader().read(bytes, file: "f")
            default: try FacilityReader(service: .multiSource).read(bytes, file: "f")
            }
          check(instance)
          read += 1
        } catch {
          #expect(error.description.hasPrefix("f") && error.description.contains("aybe"))
          refused += 1
        }
      }
    }
    #expect(read > 100 && refused > 1000)
  }
}
