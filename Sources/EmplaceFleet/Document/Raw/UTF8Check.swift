/// Well-formedness of UTF-8 (Unicode 16, table 3-7).
enum UTF8Check {
  /// Bytes of the sequence that begins at `at` with a byte above 0x7F, nil where it is ill-formed.
  static func length(at: Int, in bytes: UnsafeBufferPointer<UInt8>, end: Int) -> Int? {
    let lead = bytes[at]
    let (count, low, high): (Int, UInt8, UInt8)
    switch lead {
    case 0xC2...0xDF: (count, low, high) = (2, 0x80, 0xBF)
    case 0xE0: (count, low, high) = (3, 0xA0, 0xBF)
    case 0xED: (count, low, high) = (3, 0x80, 0x9F)
    case 0xE1...0xEC, 0xEE...0xEF: (count, low, high) = (3, 0x80, 0xBF)
    case 0xF0: (count, low, high) = (4, 0x90, 0xBF)
    case 0xF1...0xF3: (count, low, high) = (4, 0x80, 0xBF)
    case 0xF4: (count, low, high) = (4, 0x80, 0x8F)
    default: return nil
    }
    guard at + count <= end, bytes[at + 1] >= low, bytes[at + 1] <= high else { return nil }
    for offset in 2..<max(count, 2) where bytes[at + offset] & 0xC0 != 0x80 { return nil }
    return count
  }
}
