import EmplaceCore
import EmplaceFleet
import EmplaceInstances
import EmplaceProblems
import EmplaceTestSupport
import Testing

@Suite struct FleetDescriptionTests {
  @Test func figuresAreThoseOfFleetInstanceAndPlan() {
    let fleet = PlacementGenerator(size: .tiny, seed: 1).fleet()
    let plain = FleetDescription(fleet: fleet)
    #expect(plain.arcsPerDemandMillionths == nil && plain.fullSitesMillionths == nil)
    #expect(plain.text.contains("6: 2 cloud, 3 edge, 1 endpoint"))
    let full = FleetDescription(
      fleet: fleet, instance: TwoSites.instance, plan: .init(TwoSites.plan))
    #expect(full.arcsPerDemandMillionths == 1_500_000)
    #expect(full.fullSitesMillionths == 500_000)
    #expect(full.scarceResources == [.storage])
    #expect(full.replicasPerUsedLaneMillionths == 3_000_000)
    #expect(full.unservedCostMillionths == 91_503)
    #expect(full.figures.first { $0.name == "cost" }?.value == "1.53")
    #expect(full.figures.first { $0.name == "arcs per demand, mean" }?.value == "1.50")
  }
}
