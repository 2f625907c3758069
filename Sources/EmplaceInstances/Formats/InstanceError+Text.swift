internal import EmplaceCore

extension InstanceError {
  /// One problem at a line of a text (0 for the whole file): what should stand there, what does
  /// (shortened), why that cannot be, and a way out.
  init(
    file: String, line: Int, field: String, value: String, message: String, suggestion: String
  ) {
    self.init(
      Problem(
        file: file, line: line > 0 ? line : nil, path: field, value: value, message: message,
        suggestion: suggestion))
  }
}
