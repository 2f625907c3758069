public import EmplaceCore

/// Which variant runs in how many replicas where, and who is served from where.
public enum Placement: Problem {
  /// `placement`.
  public static let name = "placement"
}
