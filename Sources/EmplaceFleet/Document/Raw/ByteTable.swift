/// Numbers byte strings in the order in which they are first seen.
///
/// Open addressing over one flat copy of the bytes; no `String` is made. The hash is keyed by a
/// number drawn once a process, so that no document can be written to collide; nothing depends on
/// the order of the slots.
/// - Complexity: O(length) a call, amortised.
struct ByteTable: Sendable {
  private static let secret = UInt64.random(in: .min ... .max) | 1

  private var slots: [Int32]
  private var hashes: [UInt64] = []
  private var ends: [Int] = []
  private var storage: [UInt8] = []

  /// An empty table.
  init(minimumCapacity: Int = 16) {
    var size = 32
    while size < minimumCapacity * 2 { size *= 2 }
    slots = Array(repeating: -1, count: size)
  }

  /// Number of different strings.
  var count: Int { ends.count }

  /// Number of the string, and whether it is new.
  mutating func intern(_ bytes: UnsafeBufferPointer<UInt8>) -> (index: Int, isNew: Bool) {
    let hash = Self.hash(bytes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let candidate = Int(slots[slot])
      if hashes[candidate] == hash, equals(candidate, bytes) { return (candidate, false) }
      slot = (slot + 1) & (slots.count - 1)
    }
    let index = ends.count
    slots[slot] = Int32(truncatingIfNeeded: index)
    hashes.append(hash)
    storage.append(contentsOf: bytes)
    ends.append(storage.count)
    if ends.count * 2 > slots.count { grow() }
    return (index, true)
  }

  /// Number of the string, nil where it was never seen.
  func find(_ bytes: UnsafeBufferPointer<UInt8>) -> Int? {
    let hash = Self.hash(bytes)
    var slot = Int(truncatingIfNeeded: hash) & (slots.count - 1)
    while slots[slot] >= 0 {
      let candidate = Int(slots[slot])
      if hashes[candidate] == hash, equals(candidate, bytes) { return candidate }
      slot = (slot + 1) & (slots.count - 1)
    }
    return nil
  }

  /// Number of the string, and whether it is new.
  mutating func intern(_ text: String) -> (index: Int, isNew: Bool) {
    var text = text
    return text.withUTF8 { intern($0) }
  }

  /// Number of the string, nil where it was never seen.
  func find(_ text: String) -> Int? {
    var text = text
    return text.withUTF8 { find($0) }
  }

  /// The string with that number.
  func text(_ index: Int) -> String {
    String(decoding: storage[start(index)..<ends[index]], as: UTF8.self)
  }

  /// Bytes of the string with that number.
  func length(_ index: Int) -> Int { ends[index] - start(index) }

  private func start(_ index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

  private func equals(_ index: Int, _ bytes: UnsafeBufferPointer<UInt8>) -> Bool {
    let first = start(index)
    guard ends[index] - first == bytes.count else { return false }
    for offset in 0..<bytes.count where storage[first + offset] != bytes[offset] { return false }
    return true
  }

  private mutating func grow() {
    var larger = [Int32](repeating: -1, count: slots.count * 2)
    for index in 0..<ends.count {
      var slot = Int(truncatingIfNeeded: hashes[index]) & (larger.count - 1)
      while larger[slot] >= 0 { slot = (slot + 1) & (larger.count - 1) }
      larger[slot] = Int32(truncatingIfNeeded: index)
    }
    slots = larger
  }

  private static func hash(_ bytes: UnsafeBufferPointer<UInt8>) -> UInt64 {
    var state = secret ^ UInt64(truncatingIfNeeded: bytes.count)
    let raw = UnsafeRawBufferPointer(bytes)
    var offset = 0
    while offset + 8 <= raw.count {
      state = mix(state ^ raw.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
      offset += 8
    }
    var tail: UInt64 = 0
    while offset < raw.count {
      tail = tail << 8 | UInt64(raw[offset])
      offset += 1
    }
    return mix(state ^ tail ^ 0x9E37_79B9_7F4A_7C15)
  }

  private static func mix(_ value: UInt64) -> UInt64 {
    let product = value.multipliedFullWidth(by: secret ^ 0xD6E8_FEB8_6659_FD93)
    return product.high ^ product.low &+ secret
  }
}
