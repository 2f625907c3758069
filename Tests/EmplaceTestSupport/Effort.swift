internal import Foundation
public import Testing

/// How much a test does and what it measures, from the environment: `make test` does a little of
/// everything, `make attack` much more, and `make speed` measures on a machine that does nothing else.
public enum Effort {
  /// A positive number, or nil where there is none.
  public static func number(_ name: String) -> Double? {
    text(name).flatMap(Double.init).flatMap { $0 > 0 ? $0 : nil }
  }

  /// What a variable says, nil where it is not set.
  public static func text(_ name: String) -> String? {
    ProcessInfo.processInfo.environment[name]
  }

  /// Whether figures of speed are to be held: they say nothing beside other tests, or in a debug
  /// build.
  public static var measuresSpeed: Bool {
    #if DEBUG
      false
    #else
      text("EMPLACE_SPEED") != nil
    #endif
  }

  /// Why a test that only measures is left out.
  public static let speedIsLeftOut: Comment = "make speed measures it"
}
