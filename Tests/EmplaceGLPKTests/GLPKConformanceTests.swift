// SPDX-License-Identifier: GPL-3.0-or-later

import EmplaceGLPK
import EmplaceTestSupport
import Testing

/// Cases that GLPK cannot pass, each with its reason.
private let exclusions: [String: String] = [:]

@Suite("GLPK conforms", .serialized) struct GLPKConformanceTests {
  @Test(arguments: MIPBackendConformance.cases.filter { exclusions[$0.name] == nil })
  func conforms(case: MIPBackendConformance.Case) {
    #expect(`case`.findings(for: GLPKBackend()) == [])
  }

  @Test func exclusionsExist() {
    let names = Set(MIPBackendConformance.cases.map(\.name))
    #expect(names.count == MIPBackendConformance.cases.count, "names are unique")
    #expect(Set(exclusions.keys).isSubset(of: names))
  }
}
