/// Everything an embedding program needs: import it and read a fleet, derive an instance, solve it,
/// verify the plan and replay its certificate.
///
/// It does not import GLPK; a program that wants that backend imports `EmplaceGLPK` beside it and
/// takes its licence.
@_exported public import EmplaceCore
@_exported public import EmplaceFleet
@_exported public import EmplaceInstances
@_exported public import EmplaceMIP
@_exported public import EmplaceProblems
@_exported public import EmplaceSolvers

/// Facts about this release.
public enum Emplace {
  /// Version of the package, as results state it.
  public static let version = "0.1.0"
}
