import ArgumentParser
import Emplace

/// What is changed in a fleet.
struct ChangeOptions: ParsableArguments {
  @Option(
    help: ArgumentHelp(
      "At least one replica of the model runs at the site.", valueName: "model=site"))
  var pin: [String] = []
  @Option(help: ArgumentHelp("No replica of the model runs at the site.", valueName: "model=site"))
  var forbid: [String] = []
  @Option(
    help: ArgumentHelp(
      "The site hosts nothing: its nodes and its duty to serve alone are gone, users at the place stay.",
      valueName: "site"))
  var remove: [String] = []
  @Option(
    help: ArgumentHelp(
      "The rates of a demand change: +20%, -10% or x1.2; chat* names all demands that begin so.",
      valueName: "demand=change"))
  var rate: [String] = []
  @Option(
    help: ArgumentHelp(
      "The rent of all nodes of a type, or with an accelerator, changes: +20%, -10% or x1.2.",
      valueName: "type=change"))
  var price: [String] = []

  func validate() throws {
    guard !all.isEmpty else {
      throw ValidationError(
        "nothing is changed. Maybe --pin, --forbid, --remove, --rate or --price is meant.")
    }
    for (name, texts) in [("pin", pin), ("forbid", forbid)] {
      for text in texts where Self.halves(text) == nil {
        throw ValidationError("--\(name) \(text): model=site is needed. Maybe chat=lyon.")
      }
    }
    for (name, texts) in [("rate", rate), ("price", price)] {
      for text in texts where Self.change(text) == nil {
        throw ValidationError(
          "--\(name) \(text): name=change is needed, the change +20%, -10% or x1.2, never below "
            + "zero or beyond x1000. Maybe \(Self.halves(text)?.0 ?? text)=+20%.")
      }
    }
  }

  /// Each change with its words, in the order pins, forbidden sites, removed sites, rates, prices.
  var all: [(words: String, change: FleetChange?)] {
    pin.map { text in
      ("--pin \(text)", Self.halves(text).map { .pin(model: $0.0, site: $0.1) })
    }
      + forbid.map { text in
        ("--forbid \(text)", Self.halves(text).map { .forbid(model: $0.0, site: $0.1) })
      } + remove.map { ("--remove \($0)", .remove(site: $0)) }
      + rate.map { text in
        ("--rate \(text)", Self.change(text).map { .rate(demand: $0.0, by: $0.1) })
      }
      + price.map { text in
        ("--price \(text)", Self.change(text).map { .price(type: $0.0, by: $0.1) })
      }
  }

  /// The fleet after all changes, with them.
  func changed(_ fleet: Fleet) throws(CommandFailure) -> (fleet: Fleet, changes: [FleetChange]) {
    let changes = all.compactMap(\.change)
    // One by one first, so that the option that is wrong is named.
    for (words, change) in all {
      do throws(FleetChangeError) {
        try change.map { change throws(FleetChangeError) in try fleet.check(change) }
      } catch {
        throw CommandFailure(.badInput, "\(words): \(error.reason)")
      }
    }
    do throws(FleetChangeError) {
      return (try fleet.changed(by: changes), changes)
    } catch {
      throw CommandFailure(.badInput, error.description)
    }
  }

  /// The two sides of the last `=`.
  private static func halves(_ text: String) -> (String, String)? {
    guard let sign = text.lastIndex(of: "=") else { return nil }
    let (left, right) = (text[..<sign], text[text.index(after: sign)...])
    return left.isEmpty || right.isEmpty ? nil : (String(left), String(right))
  }

  private static func change(_ text: String) -> (String, FleetChange.Factor)? {
    guard let (name, change) = halves(text), let factor = FleetChange.Factor(change) else {
      return nil
    }
    return (name, factor)
  }
}
