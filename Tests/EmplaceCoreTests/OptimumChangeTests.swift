import EmplaceCore
import Testing

/// The interval of a change, from what is known of both optima.
@Suite struct OptimumChangeTests {
  private static func change(
    _ before: (Int64?, Int64?), _ after: (Int64?, Int64?),
    _ direction: OptimumChange.Direction? = nil
  ) -> OptimumChange {
    OptimumChange(
      from: OptimumRange(bound: before.0, objective: before.1),
      to: OptimumRange(bound: after.0, objective: after.1), direction: direction)
  }

  /// Every pair of small ranges: the interval holds exactly the differences of their members.
  @Test func theIntervalHoldsAllDifferencesAndNoMore() {
    for a in Int64(-2)...2 {
      for A in a...3 {
        for b in Int64(-2)...2 {
          for B in b...3 {
            let change = Self.change((a, A), (b, B))
            let all = (a...A).flatMap { old in (b...B).map { Int128($0 - old) } }
            #expect(change.lower == all.min() && change.upper == all.max())
            let signs = Set(all.map { $0.signum() })
            switch change.answer {
            case .dearer: #expect(signs == [1])
            case .cheaper: #expect(signs == [-1])
            case .same: #expect(signs == [0])
            case .notCheaper: #expect(signs == [0, 1])
            case .notDearer: #expect(signs == [0, -1])
            case .undecided: #expect(signs.isSuperset(of: [1, -1]))
            }
          }
        }
      }
    }
  }

  @Test func whatIsNotKnownIsOpen() {
    let change = Self.change((nil, 5), (7, nil))
    #expect(change.lower == 2 && change.upper == nil && change.answer == .dearer)
    #expect(Self.change((nil, nil), (nil, nil)).answer == .undecided)
    #expect(Self.change((3, nil), (nil, 2)).answer == .cheaper)
  }

  @Test func aKnownDirectionNarrows() {
    #expect(Self.change((2, 5), (3, 6), .restricts).lower == 0)
    #expect(Self.change((2, 5), (3, 6), .restricts).upper == 4)
    #expect(Self.change((2, 5), (3, 6), .restricts).answer == .notCheaper)
    #expect(Self.change((2, 5), (3, 6), .relaxes).answer == .notDearer)
    #expect(Self.change((2, 5), (8, 9), .restricts).lower == 3)
    #expect(Self.change((nil, nil), (nil, nil), .restricts).lower == 0)
  }

  /// Extreme numbers neither trap nor wrap.
  @Test func extremesDoNotOverflow() {
    let change = Self.change((.min, .max), (.min, .max))
    #expect(change.lower == Int128(Int64.min) - Int128(Int64.max))
    #expect(change.upper == Int128(Int64.max) - Int128(Int64.min))
  }
}
