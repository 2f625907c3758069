import EmplaceCore
import Testing

@testable import EmplaceFleet

/// The catalogue of accelerators, and how it fills a fleet.
@Suite struct DocumentCatalogueTests {
  @Test func theShippedCatalogueIsRead() throws {
    let rows = try Catalogue.read(name: "accelerators.json", PackageResources.accelerators_json)
    #expect(rows == Catalogue.rows)
    #expect(rows.count >= 25)
    for row in rows {
      #expect(!row.source.isEmpty)
      #expect(row.memoryMiB >= 4_000, "\(row.product)")
      #expect(row.idleMilliwatts > 0 && row.idleMilliwatts < row.peakMilliwatts, "\(row.product)")
      #expect(row.sharing.contains(.exclusive))
      #expect(row.sharing.contains(.mig) == !row.migProfiles.isEmpty, "\(row.product)")
      #expect(Catalogue.row(named: row.product) == row)
      for alias in row.aliases { #expect(Catalogue.row(named: alias) == row) }
    }
  }

  /// Geometries of the MIG user guide: what seven or four compute slices allow.
  @Test func migProfilesFitTheirDevices() {
    for row in Catalogue.rows where !row.migProfiles.isEmpty {
      let slices = (row.migComputeSlices, row.migMemorySlices)
      #expect(slices == (7, 8) || slices == (4, 4), "\(row.product)")
      let smallest = row.migProfiles.filter { $0.computeSlices == 1 && $0.memorySlices == 1 }
      #expect(smallest.first?.starts.count == row.migComputeSlices)
      let whole = row.migProfiles.last
      #expect(whole?.computeSlices == row.migComputeSlices)
      #expect(whole?.memorySlices == row.migMemorySlices)
      #expect(whole?.starts == [0])
      for profile in row.migProfiles {
        for (one, two) in zip(profile.starts, profile.starts.dropFirst()) {
          #expect(two - one >= profile.memorySlices, "\(row.product) \(profile.name)")
        }
      }
    }
  }

  private func fleet(_ accelerators: String) throws(InstanceError) -> Fleet {
    try DocumentFixtures.read(
      DocumentFixtures.minimal.replacing(
        #""nodeTypes""#, with: #""accelerators": [\#(accelerators)], "nodeTypes""#))
  }

  @Test func aProductFillsWhatIsLeftOut() throws {
    let fleet = try fleet(#"{"id": "big", "product": "NVIDIA-A100-SXM4-80GB", "peakWatts": 350}"#)
    let device = fleet.accelerators[0]
    #expect(device.memoryMiB == 81_920)
    #expect(device.peakMilliwatts == 350_000)
    #expect(device.sharing == [.exclusive, .timeSlicing, .mps, .mig])
    #expect(device.migProfiles.count == 6)
    let paths = fleet.assumptions.map(\.path)
    #expect(
      paths == [
        "policy.priorityClasses", "accelerators[0].memoryGiB", "accelerators[0].sharing",
        "accelerators[0].idleWatts", "accelerators[0].mig",
      ])
    #expect(fleet.assumptions[1].value == "81920 MiB")
    #expect(fleet.assumptions[1].source.hasPrefix("catalogue row NVIDIA-A100-SXM4-80GB: "))
    #expect(fleet.assumptions[3].value == "60 W (estimate)")
  }

  @Test func anIdInTheCatalogueIsAProduct() throws {
    let fleet = try fleet(#"{"id": "L4"}"#)
    #expect(fleet.accelerators[0].id == "L4")
    #expect(fleet.accelerators[0].product == "NVIDIA-L4")
    #expect(fleet.accelerators[0].memoryMiB == 23_034)
  }

  @Test func nothingIsAssumedWhereAllIsGiven() throws {
    let fleet = try fleet(
      #"{"id": "L4", "memoryGiB": 20, "sharing": ["exclusive"], "idleWatts": 1, "peakWatts": 2}"#)
    #expect(fleet.accelerators[0].product == nil)
    #expect(fleet.assumptions.count == 1)
  }

  @Test func unknownProductsNameTheNearest() {
    do throws(InstanceError) {
      _ = try fleet(#"{"id": "x", "product": "NVIDIA-L4S", "sharing": ["exclusive"]}"#)
      Issue.record("read")
    } catch {
      #expect(
        error.problems.map(\.path) == [
          "accelerators[0].memoryGiB", "accelerators[0].idleWatts", "accelerators[0].peakWatts",
        ])
      #expect(
        error.problems[0].message
          == "missing; and \"NVIDIA-L4S\" is not in the catalogue")
      #expect(error.problems[0].suggestion == #""product": "NVIDIA-L4""#)
    }
  }

  @Test func migWithoutProfilesIsAProblem() {
    do throws(InstanceError) {
      _ = try fleet(#"{"id": "L4", "sharing": ["mig"]}"#)
      Issue.record("read")
    } catch {
      #expect(error.problems.map(\.path) == ["accelerators[0].mig"])
    }
  }

  @Test func brokenCataloguesAreRefused() {
    let row =
      #"{"product": "P", "memoryGiB": 1, "sharing": ["mps"], "idleWatts": 1, "peakWatts": 2, "source": "s"}"#
    for text in [
      "{", "{}", #"{"schema": "emplace/catalogue/1", "accelerators": []}"#,
      #"{"schema": "emplace/catalogue/1", "accelerators": [\#(row), \#(row)]}"#,
    ] {
      #expect(throws: InstanceError.self) { try Catalogue.read(name: "c", Array(text.utf8)) }
    }
    let good = #"{"schema": "emplace/catalogue/1", "accelerators": [\#(row)]}"#
    #expect(throws: Never.self) { try Catalogue.read(name: "c", Array(good.utf8)) }
  }
}
