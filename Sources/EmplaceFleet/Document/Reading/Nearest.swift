/// The nearest of some words, for "Maybe ...".
enum Nearest {
  /// Words looked at before a search gives up.
  private static let candidateLimit = 10_000
  /// Words longer than this have no neighbours, in bytes.
  private static let longest = 200

  /// The candidate with the fewest edits, if they are few for its length; the first of equals.
  static func word(to word: String, among candidates: some Sequence<String>) -> String? {
    guard word.utf8.count <= longest else { return nil }
    let target = Array(word.utf8.prefix(80))
    var best: String?
    var least = max(1, min(4, target.count / 3)) + 1
    for candidate in candidates.prefix(candidateLimit) {
      let bytes = Array(candidate.utf8.prefix(80))
      if bytes == target { continue }
      if candidate.lowercased() == word.lowercased() { return candidate }
      guard abs(bytes.count - target.count) < least else { continue }
      let distance = edits(bytes, target, below: least)
      if distance < least { (best, least) = (candidate, distance) }
    }
    return best
  }

  /// The id of a table that is nearest.
  static func word(to word: String, in table: ByteTable) -> String? {
    self.word(
      to: word,
      among: (0..<table.count).lazy.filter { table.length($0) <= longest }.map { table.text($0) })
  }

  /// The key that was meant by an unknown one: another unit or none, else the nearest word.
  static func key(to word: String, among keys: [String]) -> String? {
    guard word.utf8.count <= longest else { return nil }
    let lowered = word.lowercased()
    if lowered.utf8.count >= 2,
      let longer = keys.first(where: { $0.lowercased().hasPrefix(lowered) })
    {
      return longer
    }
    for unit in units where word.hasSuffix(unit) && word.utf8.count > unit.utf8.count + 1 {
      let stem = word.dropLast(unit.count).lowercased()
      if let other = keys.first(where: { key in
        guard key.lowercased().hasPrefix(stem) else { return false }
        return units.contains(String(key.dropFirst(stem.count)))
      }) {
        return other
      }
    }
    return self.word(to: word, among: keys)
  }

  /// Endings that name a unit, longest first.
  private static let units = [
    "PerSecond", "PerMinute", "Percent", "PerHour", "Seconds", "Millis", "Micros", "Minutes",
    "Bytes", "Watts", "Hours", "Cores", "Share", "GiB", "MiB", "KiB", "TiB", "Mbps", "Gbps",
    "GB", "MB", "TB", "KW", "kW", "Ms", "Us", "Kg", "W", "S", "",
  ]

  /// Insertions, deletions, changes and swaps of neighbours (the restricted distance of Damerau and
  /// Levenshtein), or `limit` where they are not below it.
  private static func edits(_ a: [UInt8], _ b: [UInt8], below limit: Int) -> Int {
    var earlier: [Int] = []
    var previous = Array(0...b.count)
    for i in 0..<a.count {
      var current = [i + 1]
      for j in 0..<b.count {
        var least = previous[j] + (a[i] == b[j] ? 0 : 1)
        least = min(least, previous[j + 1] + 1, current[j] + 1)
        if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] {
          least = min(least, earlier[j - 1] + 1)
        }
        current.append(least)
      }
      if (current.min() ?? 0) > limit { return limit }
      (earlier, previous) = (previous, current)
    }
    return min(previous[b.count], limit)
  }
}
