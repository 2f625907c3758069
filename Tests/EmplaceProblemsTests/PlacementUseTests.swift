import EmplaceCore
import EmplaceProblems
import EmplaceTestSupport
import Testing

@Suite struct PlacementUseTests {
  @Test func theCostSplitAddsUpToTheObjective() {
    let split = CostSplit(of: TwoSites.plan, in: TwoSites.instance)
    #expect(split.rent == 40 && split.opening == 30 && split.replicas == 33)
    #expect(split.routes == 8 * 2 + 4 * 3 && split.unserved == 14 && split.moves == 5 + 3)
    let verdict = Placement.verify(TwoSites.plan, against: TwoSites.instance)
    #expect(Int128(verdict.objective) == split.total)
  }

  @Test func useIsTheShareOfEachLimit() {
    let uses = SiteUse.all(of: TwoSites.plan, in: TwoSites.instance)
    // Two nodes of two devices: three of four are taken by replicas above half their memory.
    #expect(uses[0].usedMillionths[.deviceMemory] == 750_000)
    #expect(uses[0].usedMillionths[.compute] == 225_000)
    #expect(uses[0].usedMillionths[.hostCPU] == 187_500)
    #expect(uses[0].usedMillionths[.hostMemory] == nil)
    #expect(uses[0].usedMillionths[.power] == 350_000)
    #expect(uses[0].usedMillionths[.storage] == 900_000)
    #expect(uses[0].scarcest?.resource == .storage)
    #expect(uses[1].usedMillionths[.power] == nil)
    #expect(uses[1].scarcest?.usedMillionths == 0)
  }
}
