import EmplaceCore
import EmplaceTestSupport
import Testing

@testable import EmplaceFleet

/// The canonical document: what is written is read back the same.
@Suite struct DocumentWritingTests {
  @Test(arguments: [DocumentFixtures.complete, DocumentFixtures.minimal])
  func readingBackGivesTheSameFleet(_ text: String) throws {
    let fleet = try DocumentFixtures.read(text)
    let bytes = FleetWriter.bytes(of: fleet)
    let again = try FleetReader.read(documents: [("canonical.json", bytes)])
    #expect(again == fleet)
    #expect(again.digest == FleetWriter.digest(of: fleet))
    #expect(FleetWriter.bytes(of: again) == bytes)
  }

  @Test(arguments: UInt64(1)...150) func randomFleetsReadBack(seed: UInt64) throws {
    let fleet = RandomFleet.make(seed: seed)
    let bytes = FleetWriter.bytes(of: fleet)
    let again = try FleetReader.read(documents: [("canonical.json", bytes)])
    #expect(again == fleet)
    if seed % 10 == 0 {
      #expect(try FleetReader.read(documents: [("canonical.yaml", bytes)]) == fleet)
    }
  }

  /// The digest is of the values, not of how they were written.
  @Test func digestIgnoresLayoutAndDefaults() throws {
    let plain = try DocumentFixtures.read(DocumentFixtures.minimal)
    let other = DocumentFixtures.minimal
      .replacing(#""owned": 1"#, with: #""id": "here/cpu", "owned": 1.0, "rentable": 0"#)
      .replacing(#""latencyMs": 100"#, with: #""latencyMs": 1e2, "percentile": 0.950"#)
      .replacing("\n", with: " ")
    #expect(try DocumentFixtures.read(other).digest == plain.digest)
    let changed = DocumentFixtures.minimal.replacing(
      #""latencyMs": 100"#, with: #""latencyMs": 101"#)
    #expect(try DocumentFixtures.read(changed).digest != plain.digest)
  }

  /// Every number of the complete document moves the digest when it changes.
  @Test func digestCoversEveryNumber() throws {
    let document = DocumentValue(DocumentFixtures.complete)
    let digest = try DocumentFixtures.read(document.text).digest
    var count = 0
    for (steps, value) in document.all {
      guard case .scalar(let token) = value, let number = Double(token) else { continue }
      let path = DocumentValue.path(steps)
      // A multiplier of a local hour that no representative hour uses is part of the digest too.
      for candidate in [number + 1, number / 2, number + 0.0625] where candidate != number {
        let whole = candidate == candidate.rounded() ? "\(Int64(candidate))" : "\(candidate)"
        guard let changed = try? DocumentFixtures.read(document.replacing(steps, with: whole))
        else { continue }
        #expect(changed.digest != digest, "\(path) = \(whole)")
        count += 1
        break
      }
    }
    #expect(count > 150)
  }

  @Test func piecesAreSmallAndMakeTheWhole() {
    var fleet = RandomFleet.make(seed: 7)
    let demand = fleet.demands[0]
    for index in 0..<5_000 {
      var copy = demand
      copy.id = "copy\(index)"
      fleet.demands.append(copy)
    }
    var pieces: [Int] = []
    var bytes: [UInt8] = []
    FleetWriter.write(fleet) { piece in
      pieces.append(piece.count)
      bytes += piece
    }
    #expect(pieces.count > 5)
    #expect(pieces.allSatisfy { $0 < 2 * CanonicalJSON.pieceSize })
    #expect(bytes == FleetWriter.bytes(of: fleet))
  }

  @Test func aSinkMayStopTheWriting() {
    struct Full: Error {}
    #expect(throws: Full.self) {
      try FleetWriter.write(RandomFleet.make(seed: 1)) { (_) throws(Full) in throw Full() }
    }
  }

  /// Indices that name nothing are written as what no reader accepts, and never crash.
  @Test func danglingIndicesDoNotCrash() {
    var fleet = RandomFleet.make(seed: 3)
    fleet.demands[0].region = 1_000
    fleet.pools[0].site = -1
    fleet.models[0].tenant = 77
    fleet.variants[0].profiles[0].hardware = .accelerator(99)
    fleet.demands[0].priorityClass = 44
    let bytes = FleetWriter.bytes(of: fleet)
    #expect(throws: InstanceError.self) {
      try FleetReader.read(documents: [("broken.json", bytes)])
    }
  }
}
