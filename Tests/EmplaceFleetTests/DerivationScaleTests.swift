import EmplaceFleet
import EmplaceProblems
import EmplaceTestSupport
import Foundation
import Testing

@Suite("Derivation at scale", .serialized)
struct DerivationScaleTests {
  /// Highest resident memory of this process so far, in MiB; nil where the system does not say.
  static var peakMiB: Int? {
    let status = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)
    let line = status?.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return line?.split(separator: " ").compactMap { Int($0) }.first.map { $0 / 1024 }
  }

  @Test(
    "1,000 sites, 300 models in 900 variants, 100,000 demands, some nine million arcs",
    .enabled(if: Effort.measuresSpeed, Effort.speedIsLeftOut))
  func large() throws {
    let fleet = SyntheticFleet(sites: 1000, models: 300, regions: 1000, demands: 100_000).make()
    let start = ContinuousClock.now
    let instance = try PlacementDerivation(fleet: fleet, threads: 2).instance(threads: 2)
    let seconds = (ContinuousClock.now - start) / .seconds(1)
    print(
      "xl: \(instance.lanes.count) lanes, \(instance.arcCount) arcs, \(instance.artifacts.count) "
        + "artifacts in \(seconds) s, \(Self.peakMiB ?? -1) MiB at most")
    #expect(instance.arcCount > 5_000_000)
    // On two cores of its own.
    #expect(seconds < 5)
    if let peak = Self.peakMiB { #expect(peak < 3 * 1024) }
  }

  @Test("100 sites, 50 models, 2,000 demands")
  func medium() throws {
    let fleet = SyntheticFleet(sites: 100, models: 50, regions: 100, demands: 2000).make()
    let instance = try PlacementDerivation(fleet: fleet, threads: 2).instance(threads: 2)
    #expect(instance.arcCount > 10 * instance.demands.count)
  }
}
