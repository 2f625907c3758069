import EmplaceCore
import EmplaceFleet
import Testing

/// What the values of a document become.
@Suite struct DocumentReadingTests {
  @Test func completeDocumentIsRead() throws {
    let fleet = try DocumentFixtures.read(DocumentFixtures.complete)
    #expect(fleet.sites.map(\.id) == ["paris", "lyon", "phones"])
    #expect(fleet.digest.count == 64)
  }
}
