internal import EmplaceFleet
internal import EmplaceProblems

// MARK: - What runs where, what is not served, what it costs, what changes

extension PlacementReport {
  func addDecisions(to page: inout Markup) {
    addPlaces(to: &page)
    page.element("div", [("class", "pair")]) { pair in
      pair.element("div") { column in
        addCosts(to: &column)
        addUnserved(to: &column)
      }
      pair.element("div") { addChanges(to: &$0) }
    }
  }

  private func addPlaces(to page: inout Markup) {
    let places = tables.places
    page.element("section", [("aria-labelledby", "places")]) { section in
      section.element("h2", [("id", "places")], "What runs where")
      guard !places.isEmpty else {
        section.element("p", "Nothing runs.")
        return
      }
      let rows = places.map { place -> [Markup.Cell] in
        var row: [Markup.Cell] = [.words(place.siteName), .number("\(place.count)")]
        if let variant = place.variant {
          row += [
            .words(variant), .number("\(place.batch)"), .words(place.pool),
            .number(place.rentedNodes == 0 ? "" : "\(place.rentedNodes)"),
          ]
        }
        return row
      }
      let isFleet = places[0].variant != nil
      section.table(
        "By site, then pool",
        isFleet
          ? ["Site", "Replicas", "Variant", "Batch limit", "Pool", "Nodes rented in the pool"]
          : ["Site", "Open"],
        rows, limit: Self.rowLimit)
    }
  }

  private func addCosts(to page: inout Markup) {
    page.element("section", [("aria-labelledby", "costs")]) { section in
      section.element("h2", [("id", "costs")], "What it costs")
      var rows = tables.costs.map { cost -> [Markup.Cell] in
        let share = tables.total > 0 ? Int128(cost.amount) * 1_000_000 / Int128(tables.total) : 0
        return [
          .words(cost.words), .number(digits(cost.amount)),
          .number(Digits.percent(millionths: Int64(clamping: share))),
        ]
      }
      rows.append([.words("in all"), .number(digits(tables.total)), .number("")])
      section.table(
        unit.isEmpty ? "In units of the instance" : unit, ["For", "Cost", "Share"], rows,
        endsInSum: true)
      if instance.constant != 0 {
        section.element(
          "p", [("class", "soft")],
          "Apart from this: \(digits(instance.constant)) that no decision changes.")
      }
    }
  }

  private func addUnserved(to page: inout Markup) {
    guard !unserved.isEmpty else { return }
    page.element("section", [("aria-labelledby", "unserved")]) { section in
      section.element("h2", [("id", "unserved")], "What is not served")
      section.table(
        "By priority class, the most important first",
        ["Class", "Not served", "Rate not served", "Demands and why"],
        unserved.map {
          [
            .words($0.name), .number(Digits.fixed(100 * $0.share, 2) + " %"), .words($0.rates),
            .words($0.demands == 0 ? "" : "\(Digits.count($0.demands, "demand")): \($0.reasons)"),
          ]
        })
    }
  }

  private func addChanges(to page: inout Markup) {
    guard let changes = tables.changes else { return }
    page.element("section", [("aria-labelledby", "changes")]) { section in
      section.element("h2", [("id", "changes")], "What changes")
      guard !changes.isEmpty else {
        section.element("p", "Nothing: what runs now stays.")
        return
      }
      section.table(
        "From what runs now", ["+/\u{2212}", "Change"],
        changes.map { [.number($0.isAddition ? "+" : "\u{2212}"), .words($0.words)] },
        limit: Self.rowLimit)
    }
  }

  // MARK: How full the sites are

  func addUse(to page: inout Markup) {
    let uses = SiteUse.all(of: solution, in: instance)
      .filter { $0.scarcest != nil }
      .sorted { first, second in
        let (a, b) = (first.scarcest?.usedMillionths ?? 0, second.scarcest?.usedMillionths ?? 0)
        return (b, first.site) < (a, second.site)
      }
    let resources = SiteUse.Resource.allCases.filter { resource in
      uses.contains { $0.usedMillionths[resource] != nil }
    }
    guard !uses.isEmpty else { return }
    page.element("section", [("aria-labelledby", "use")]) { section in
      section.element("h2", [("id", "use")], "How full the sites are")
      section.table(
        "Of each resource the share in use, of several pools the fullest; the fullest site first",
        ["Site"] + resources.map { $0.rawValue.prefix(1).uppercased() + $0.rawValue.dropFirst() },
        uses.map { use in
          [.words(instance.sites[use.site].name)]
            + resources.map { .bar(use.usedMillionths[$0]) }
        }, limit: Self.rowLimit)
    }
  }
}
