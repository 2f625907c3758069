import EmplaceCore
import EmplaceProblems
import EmplaceTestSupport
import Testing

/// Formulation and verifier say the same of every solution: feasible or not, and at which cost.
@Suite struct FormulationAgreementTests {
  /// Every feasible combination of decisions with its best routes maps to values that satisfy every
  /// row at equal cost, and back.
  @Test(arguments: PlacementFormulation.Links.allCases)
  func feasibleSolutionsAreFeasibleValues(links: PlacementFormulation.Links) {
    var count = 0
    for seed in UInt64(0)..<180 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      let formulation = PlacementFormulation(instance: instance, links: links)
      var oracle = PlacementBruteForce(instance)
      var seen = 0
      oracle.visit { solution, objective in
        seen += 1
        // All of the first ones, then every seventh.
        guard seen < 40 || seen % 7 == 0 else { return }
        count += 1
        let values = formulation.values(of: solution)
        let violation = formulation.program.firstViolation(at: values)
        #expect(violation == nil, "seed \(seed): \(violation ?? "")")
        #expect(formulation.program.objective(at: values) == Int128(objective), "seed \(seed)")
        #expect(
          Self.isSame(formulation.solution(from: values), solution, instance), "seed \(seed)")
      }
    }
    #expect(count > 1000)
  }

  /// Random single changes to feasible solutions: either both accept, at equal cost, or both refuse.
  @Test(arguments: PlacementFormulation.Links.allCases)
  func singleChangesAreJudgedAlike(links: PlacementFormulation.Links) {
    var (accepted, refused) = (0, 0)
    var broken: Set<String> = []
    for seed in UInt64(0)..<250 {
      let instance = RandomPlacement.micro.instance(seed: seed)
      let formulation = PlacementFormulation(instance: instance, links: links)
      var oracle = PlacementBruteForce(instance)
      var solutions: [PlacementSolution] = []
      oracle.visit { solution, _ in if solutions.count < 200 { solutions.append(solution) } }
      guard !solutions.isEmpty else { continue }
      var mutation = PlacementMutation(instance, seed: seed)
      for _ in 0..<60 {
        let start = solutions[mutation.random.below(solutions.count)]
        let changed = mutation.change(start)
        let verdict = Placement.verify(changed, against: instance)
        guard !verdict.violations.contains(where: { $0.constraint == "shape" }) else { continue }
        let values = formulation.values(of: changed)
        let isRepresented = Self.isSame(formulation.solution(from: values), changed, instance)
        let violation =
          isRepresented ? formulation.program.firstViolation(at: values) : "not representable"
        #expect(
          verdict.isFeasible == (violation == nil),
          "seed \(seed): \(verdict.violations), \(violation ?? "accepted"), \(changed)")
        if verdict.isFeasible {
          accepted += 1
          #expect(formulation.program.objective(at: values) == Int128(verdict.objective))
        } else {
          refused += 1
          broken.formUnion(verdict.violations.map(\.constraint))
        }
      }
    }
    #expect(accepted > 500)
    #expect(refused > 500)
    let labels: Set = [
      "P1", "P2", "P3", "P4", "P5", "P6", "P7", "P8", "P9", "P10", "P11", "P12", "P13", "P14",
      "P15", "P16",
    ]
    #expect(broken.isSuperset(of: labels), "never broken: \(labels.subtracting(broken))")
  }

  /// Whether two solutions decide the same but for idle artifacts on which nothing depends.
  private static func isSame(
    _ first: PlacementSolution, _ second: PlacementSolution, _ instance: PlacementInstance
  ) -> Bool {
    var (first, second) = (first, second)
    let needed = Set(second.replicas.map { Int(instance.lanes[$0.lane].artifact) })
    // The cost and the limits that tell a present artifact from an absent one.
    func isIdle(_ artifact: Int) -> Bool {
      let element = instance.artifacts[artifact]
      let site = instance.sites[Int(element.site)]
      let model = Int(instance.variants[Int(element.variant)].model)
      let isPaired = instance.models.indices.contains {
        let other = instance.models[$0]
        let pairs = other.affinity + other.antiAffinity
        return !pairs.isEmpty && ($0 == model || pairs.contains(Int32(model)))
      }
      return element.addCost == 0 && element.removeCost == 0 && site.storageMiB == nil
        && site.openingCost == 0 && instance.moveBudget == nil && !isPaired
        && (site.uplinkMiB == nil || element.transferMiB == 0)
        && instance.models[model].liveVersions == nil && !needed.contains(artifact)
    }
    first.artifacts.removeAll(where: isIdle)
    second.artifacts.removeAll(where: isIdle)
    return first == second
  }
}
