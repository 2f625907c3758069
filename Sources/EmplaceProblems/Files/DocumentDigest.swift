internal import Crypto

/// The digest by which answers name the document that they were made from.
public enum DocumentDigest {
  /// SHA-256 of the bytes of a file, hexadecimal.
  public static func sha256(of bytes: [UInt8]) -> String {
    var hash = SHA256()
    bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
    return hash.finalize().hexadecimal
  }
}
