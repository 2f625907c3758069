import Emplace
import EmplaceGLPK

/// What the command line can choose from.
enum Algorithms {
  /// Solvers of placements.
  static let placement = AlgorithmCatalog<Placement>.placement

  /// Backends by name.
  static let backends: [any MIPBackend] = [GLPKBackend()]

  /// The word that is nearest to what was typed, as a way out.
  static func suggestion(for word: String, among names: [String]) -> String {
    let nearest = names.min { distance($0, word) < distance($1, word) }
    return nearest.map { "Maybe \($0)." } ?? ""
  }

  /// Levenshtein distance.
  private static func distance(_ a: String, _ b: String) -> Int {
    let (a, b) = (Array(a.utf8.prefix(40)), Array(b.utf8.prefix(40)))
    var row = Array(0...b.count)
    for (i, x) in a.enumerated() {
      var diagonal = row[0]
      row[0] = i + 1
      for (j, y) in b.enumerated() {
        let change = diagonal + (x == y ? 0 : 1)
        diagonal = row[j + 1]
        row[j + 1] = min(change, diagonal + 1, row[j] + 1)
      }
    }
    return row[b.count]
  }
}
