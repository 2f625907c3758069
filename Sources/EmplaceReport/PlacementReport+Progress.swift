internal import EmplaceCore
internal import EmplaceProblems

// MARK: - Objective and bound over time

extension PlacementReport {
  /// Points drawn of each line.
  private static let pointLimit = 1_000

  func addProgress(to page: inout Markup) {
    let events = quality.events.filter { $0.seconds.isFinite && $0.seconds >= 0 }
    guard let last = events.last, events.count > 1 else { return }
    let values = events.flatMap { [$0.objective, $0.bound].compactMap { $0 } }
    guard let least = values.min(), let most = values.max() else { return }
    page.element("section", [("aria-labelledby", "progress")]) { section in
      section.element("h2", [("id", "progress")], "How the gap closed")
      section.element("div", [("class", "picture")]) { picture in
        let attributes: [Markup.Attribute] = [
          ("viewBox", "0 0 960 300"), ("role", "img"), ("aria-labelledby", "progress-title"),
        ]
        picture.element("svg", attributes) { svg in
          svg.element(
            "title", [("id", "progress-title")],
            "Cost of the best plan and bound over \(Digits.fixed(last.seconds, 2)) seconds")
          let frame = Frame(seconds: last.seconds, least: least, most: most)
          svg.empty("path", [("class", "grid"), ("d", "M10 20H950M10 260H950")])
          svg.element("text", [("x", "12"), ("y", "15")], digits(most))
          svg.element("text", [("x", "12"), ("y", "278")], digits(least))
          svg.element(
            "text", [("x", "948"), ("y", "292"), ("text-anchor", "end")],
            "\(Digits.fixed(last.seconds, 2)) s")
          for (name, line) in [
            ("objective", events.map { ($0.seconds, $0.objective) }),
            ("bound", events.map { ($0.seconds, $0.bound) }),
          ] {
            let path = frame.path(of: line, limit: Self.pointLimit)
            if !path.isEmpty { svg.empty("path", [("class", name), ("d", path)]) }
          }
        }
      }
      section.element("p", [("class", "soft")], "Solid: cost of the best plan. Dashed: bound.")
    }
  }

  /// From seconds and amounts to picture units.
  private struct Frame {
    var seconds: Double
    var least: Int64
    var most: Int64

    /// Steps through the points that have a value.
    func path(of line: [(seconds: Double, value: Int64?)], limit: Int) -> String {
      let known = line.compactMap { point in point.value.map { (point.seconds, $0) } }
      let stride = max(1, known.count / limit)
      var path = ""
      for (index, point) in known.enumerated()
      where index % stride == 0 || index == known.count - 1 {
        let x = 10 + 940 * min(1, point.0 / max(seconds, 1e-9))
        let range = max(1, Double(Int128(most) - Int128(least)))
        let y = 260 - 240 * Double(Int128(point.1) - Int128(least)) / range
        let (right, down) = (Markup.unit(x), Markup.unit(y))
        path += path.isEmpty ? "M\(right) \(down)" : "H\(right)V\(down)"
      }
      return path.isEmpty ? "" : path + "H950"
    }
  }
}
