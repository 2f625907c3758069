public import EmplaceCore
public import EmplaceMIP

/// The algorithms for a problem by the names of the command line: a value that is passed on, no
/// registry.
public struct AlgorithmCatalog<P: Problem>: Sendable {
  /// One algorithm.
  public struct Entry: Sendable {
    /// Name on the command line.
    public var name: String
    /// One sentence on what it does, for help texts.
    public var summary: String
    /// Whether it asks a MIP backend.
    public var usesBackend: Bool
    /// Makes the solver.
    public var make: @Sendable (any MIPBackend) -> any Solver<P>

    /// An entry.
    public init(
      name: String, summary: String, usesBackend: Bool = false,
      make: @escaping @Sendable (any MIPBackend) -> any Solver<P>
    ) {
      self.name = name
      self.summary = summary
      self.usesBackend = usesBackend
      self.make = make
    }
  }

  /// The algorithms, in the order of help texts.
  public var entries: [Entry]

  /// A catalog.
  public init(_ entries: [Entry]) { self.entries = entries }

  /// The algorithm of that name, or nil.
  public subscript(name: String) -> Entry? { entries.first { $0.name == name } }
}
