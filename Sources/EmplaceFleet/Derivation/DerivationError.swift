/// Why no instance can be derived from a fleet.
public enum DerivationError: Error, Sendable, Hashable, CustomStringConvertible {
  /// An index or a length that does not fit the rest of the fleet: path, value, what is expected.
  case inconsistent(path: String, value: String, expected: String)
  /// The policy names a waiting rule that is not there.
  case unknownWaitingRule(String)
  /// A cost or a load does not fit the integers: where, and the figures that make it.
  case tooLarge(path: String, value: String)

  /// The message.
  public var description: String {
    switch self {
    case .inconsistent(let path, let value, let expected):
      "\(path): \(value) does not fit the fleet. Maybe \(expected)."
    case .unknownWaitingRule(let name):
      "policy.waitingRule: there is no rule named \"\(name)\". Maybe one of "
        + WaitingRule.allCases.map(\.rawValue).joined(separator: ", ") + "."
    case .tooLarge(let path, let value):
      "\(path): \(value) is more than the integers hold. Maybe a unit is wrong."
    }
  }
}
