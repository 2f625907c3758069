/// Text of a page under construction: closes what it opens, and escapes everything it is given.
struct Markup {
  /// A name and a value, which is escaped.
  typealias Attribute = (name: StaticString, value: String)

  private(set) var text = ""

  /// An element with content.
  mutating func element(
    _ name: StaticString, _ attributes: [Attribute] = [], _ content: (inout Markup) -> Void
  ) {
    text += "<\(name)"
    add(attributes)
    text += ">"
    content(&self)
    text += "</\(name)>\n"
  }

  /// An element with nothing but text.
  mutating func element(_ name: StaticString, _ attributes: [Attribute], _ words: String) {
    element(name, attributes) { $0.write(words) }
  }

  /// An element with nothing but text.
  mutating func element(_ name: StaticString, _ words: String) { element(name, [], words) }

  /// An element without content.
  mutating func empty(_ name: StaticString, _ attributes: [Attribute]) {
    text += "<\(name)"
    add(attributes)
    text += " />\n"
  }

  /// Text, escaped.
  mutating func write(_ words: String) { text += Self.escaped(words) }

  /// Markup of our own, as it is.
  mutating func raw(_ markup: StaticString) { text += "\(markup)" }

  private mutating func add(_ attributes: [Attribute]) {
    for attribute in attributes {
      text += " \(attribute.name)=\"\(Self.escaped(attribute.value))\""
    }
  }

  /// Text in which nothing is markup, and no control character is left.
  static func escaped(_ text: String) -> String {
    var result = ""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\t", "\n": result.unicodeScalars.append(scalar)
      default:
        // Controls, and marks that turn the direction of what follows.
        let isHidden =
          scalar.value < 0x20 || 0x7F...0x9F ~= scalar.value || 0x202A...0x202E ~= scalar.value
          || 0x2066...0x2069 ~= scalar.value || 0xFFFE...0xFFFF ~= scalar.value
        result.unicodeScalars.append(isHidden ? "\u{FFFD}" : scalar)
      }
    }
    return result
  }
}

// MARK: - Tables

extension Markup {
  /// A cell of a table.
  enum Cell {
    /// Words.
    case words(String)
    /// Digits, which stand to the right.
    case number(String)
    /// A share in millionths, drawn as a bar; nil where there is no limit.
    case bar(Int64?)
  }

  /// A table that scrolls inside its box; the first cell of a row is its head. Rows beyond `limit`
  /// are only counted.
  mutating func table(
    _ caption: String, _ heads: [String], _ rows: [[Cell]], limit: Int = .max,
    endsInSum: Bool = false
  ) {
    let attributes: [Attribute] = [
      ("class", endsInSum ? "box sum" : "box"), ("role", "region"), ("aria-label", caption),
      ("tabindex", "0"),
    ]
    element("div", attributes) { box in
      box.element("table") { table in
        table.element("caption", caption)
        table.element("thead") { $0.heads(heads, over: rows.first) }
        table.element("tbody") { body in
          for row in rows.prefix(limit) { body.row(row) }
        }
      }
    }
    if rows.count > limit { element("p", [("class", "more")], "and \(rows.count - limit) more") }
  }

  private mutating func heads(_ titles: [String], over cells: [Cell]?) {
    element("tr") { row in
      for (column, title) in titles.enumerated() {
        var attributes: [Attribute] = [("scope", "col")]
        if let cells, column < cells.count { attributes += Self.attributes(of: cells[column]) }
        row.element("th", attributes, title)
      }
    }
  }

  private mutating func row(_ cells: [Cell]) {
    element("tr") { row in
      for (column, cell) in cells.enumerated() {
        if column == 0, case .words(let words) = cell {
          row.element("th", [("scope", "row")], words)
          continue
        }
        row.element("td", Self.attributes(of: cell)) { $0.content(of: cell) }
      }
    }
  }

  private mutating func content(of cell: Cell) {
    switch cell {
    case .words(let words), .number(let words): write(words)
    case .bar(nil): write("no limit")
    case .bar(let share?):
      let percent = Digits.percent(millionths: share)
      let width = Digits.decimal(Int128(min(max(share, 0), 1_000_000)), digits: 4, places: 1)
      element("span", [("class", share > 850_000 ? "bar full" : "bar")]) { bar in
        bar.element("span", [("style", "width:\(width)%")], "")
      }
      write(percent)
    }
  }

  private static func attributes(of cell: Cell) -> [Attribute] {
    switch cell {
    case .words: []
    case .number: [("class", "number")]
    case .bar: [("class", "use")]
    }
  }
}

/// Figures as digits, the same on every machine.
enum Digits {
  /// `value / 10^digits`, rounded to `places`.
  static func decimal(_ value: Int128, digits: Int, places: Int) -> String {
    func power(_ exponent: Int) -> UInt128 { (0..<exponent).reduce(1) { power, _ in power * 10 } }
    let divisor = power(max(0, digits - places))
    let rounded = value.magnitude / divisor + (value.magnitude % divisor * 2 >= divisor ? 1 : 0)
    let scaled = divisor == 1 ? value.magnitude : rounded
    let sign = value < 0 && scaled > 0 ? "-" : ""
    guard places > 0 else { return sign + "\(scaled)" }
    let fraction = "\(scaled % power(places))"
    let zeros = String(repeating: "0", count: places - fraction.utf8.count)
    return sign + "\(scaled / power(places)).\(zeros)\(fraction)"
  }

  /// A double with that many decimals; `?` for what is no number.
  static func fixed(_ value: Double, _ places: Int) -> String {
    guard value.isFinite, value.magnitude < 1e15 else { return "?" }
    return decimal(Int128((value * 1_000_000).rounded()), digits: 6, places: places)
  }

  /// A share as a percentage with one decimal.
  static func percent(millionths: Int64) -> String {
    decimal(Int128(millionths), digits: 4, places: 1) + " %"
  }

  /// `1 site`, `2 sites`.
  static func count(_ number: some BinaryInteger, _ singular: String) -> String {
    "\(number) \(singular)\(number == 1 ? "" : "s")"
  }
}
