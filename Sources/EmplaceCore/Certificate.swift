/// Placeholder
public struct Certificate: Sendable, Hashable, Codable {}
