/// Writes JSON objects whose keys and units come from ``KeyTable``.
///
/// Bytes are handed on in pieces, so that a document never stands in memory as a whole.
struct CanonicalJSON {
  /// Bytes that wait to be handed on.
  private(set) var pending: [UInt8] = []
  private var kinds: [ObjectKind] = []
  private var isFirst: [Bool] = []

  /// A piece is handed on when it has this many bytes.
  static let pieceSize = 1 << 16

  init() { pending.reserveCapacity(Self.pieceSize * 2) }

  /// Forgets the bytes that were handed on.
  mutating func clear() { pending.removeAll(keepingCapacity: true) }

  // MARK: - Structure

  mutating func raw(_ text: StaticString) {
    pending.append(
      contentsOf: UnsafeBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
  }

  mutating func raw(_ bytes: [UInt8]) { pending += bytes }

  mutating func begin(_ kind: ObjectKind) {
    kinds.append(kind)
    isFirst.append(true)
    pending.append(UInt8(ascii: "{"))
  }

  mutating func end() {
    kinds.removeLast()
    isFirst.removeLast()
    pending.append(UInt8(ascii: "}"))
  }

  /// The key and its colon, with the comma before it.
  mutating func key(_ key: Key) { name(key.name) }

  /// A key of the document's own.
  mutating func name(_ name: String) {
    if let last = isFirst.indices.last {
      if !isFirst[last] { pending.append(UInt8(ascii: ",")) }
      isFirst[last] = false
      // Keys of the root stand on lines of their own.
      if last == 0 { pending.append(UInt8(ascii: "\n")) }
    }
    string(name)
    pending.append(UInt8(ascii: ":"))
  }

  /// An array of anything.
  mutating func array<Element>(
    _ elements: some Sequence<Element>, onLines: Bool = false,
    _ write: (inout CanonicalJSON, Element) -> Void
  ) {
    pending.append(UInt8(ascii: "["))
    var isFirst = true
    for element in elements {
      if !isFirst { pending.append(UInt8(ascii: ",")) }
      if onLines { pending.append(UInt8(ascii: "\n")) }
      isFirst = false
      write(&self, element)
    }
    if onLines, !isFirst { pending.append(UInt8(ascii: "\n")) }
    pending.append(UInt8(ascii: "]"))
  }

  /// An object below a key.
  mutating func object(
    _ key: Key, _ kind: ObjectKind, _ write: (inout CanonicalJSON) -> Void
  ) {
    self.key(key)
    begin(kind)
    write(&self)
    end()
  }

  /// Objects below a key; left out where there are none.
  mutating func objects<Element>(
    _ key: Key, _ kind: ObjectKind, _ elements: [Element],
    _ write: (inout CanonicalJSON, Element) -> Void
  ) {
    guard !elements.isEmpty else { return }
    self.key(key)
    array(elements) { json, element in
      json.begin(kind)
      write(&json, element)
      json.end()
    }
  }

  // MARK: - Scalars

  private func scale(_ key: Key) -> Int64 {
    guard let kind = kinds.last else { return 1 }
    let slot = KeyTable.slot(key.index, in: kind)
    return slot < 0 ? 1 : KeyTable.compiled(slot, in: kind).scale
  }

  /// A number in the unit of its key.
  mutating func integer(_ key: Key, _ value: Int64) {
    self.key(key)
    DecimalText.append(value, scale: scale(key), to: &pending)
  }

  /// A number in the unit of its key; left out at its default.
  mutating func integer(_ key: Key, _ value: Int64, unless fallback: Int64) {
    if value != fallback { integer(key, value) }
  }

  /// A number in the unit of its key; left out where there is none.
  mutating func integer(_ key: Key, _ value: Int64?) {
    if let value { integer(key, value) }
  }

  /// Numbers in the unit of their key.
  mutating func integers(_ key: Key, _ values: [Int64]) {
    let scale = scale(key)
    self.key(key)
    array(values) { json, value in
      DecimalText.append(value, scale: scale, to: &json.pending)
    }
  }

  /// Rows of `width` numbers; -1 is written as null.
  mutating func table(_ key: Key, _ values: [Int64], width: Int) {
    let scale = scale(key)
    self.key(key)
    let starts = width > 0 ? Array(stride(from: 0, to: values.count, by: width)) : []
    array(starts, onLines: true) { json, start in
      json.array(values[start..<min(start + width, values.count)]) { json, value in
        if value < 0 {
          json.raw("null")
        } else {
          DecimalText.append(value, scale: scale, to: &json.pending)
        }
      }
    }
  }

  /// A number or one for each hour.
  mutating func series(_ key: Key, _ series: Series) {
    switch series {
    case .constant(let value): integer(key, value)
    case .hourly(let values): integers(key, values)
    }
  }

  /// Numbers in one unit under names of the document's own, in the order of the names.
  mutating func map(_ key: Key, _ values: [(name: String, value: Int64)]) {
    guard !values.isEmpty else { return }
    let scale = scale(key)
    self.key(key)
    begin(.assumption)
    for (name, value) in values {
      self.name(name)
      DecimalText.append(value, scale: scale, to: &pending)
    }
    end()
  }

  /// A decimal that decides nothing, in the fewest digits that read back the same.
  mutating func real(_ key: Key, _ value: Double) {
    guard value.isFinite else { return }
    self.key(key)
    real(value)
  }

  /// A decimal that decides nothing.
  mutating func real(_ value: Double) {
    pending.append(contentsOf: (value.isFinite ? "\(value)" : "null").utf8)
  }

  mutating func flag(_ key: Key, _ value: Bool) {
    guard value else { return }
    self.key(key)
    raw("true")
  }

  mutating func text(_ key: Key, _ value: String) {
    self.key(key)
    string(value)
  }

  mutating func texts(_ key: Key, _ values: some Collection<String>) {
    guard !values.isEmpty else { return }
    self.key(key)
    array(values) { $0.string($1) }
  }

  /// A text in quotes, with the escapes that JSON demands and no others.
  mutating func string(_ text: String) {
    pending.append(UInt8(ascii: "\""))
    for byte in text.utf8 {
      switch byte {
      case UInt8(ascii: "\""), UInt8(ascii: "\\"):
        pending.append(UInt8(ascii: "\\"))
        pending.append(byte)
      case 0..<0x20:
        let digits = Array("0123456789abcdef".utf8)
        raw("\\u00")
        pending.append(digits[Int(byte >> 4)])
        pending.append(digits[Int(byte & 15)])
      default: pending.append(byte)
      }
    }
    pending.append(UInt8(ascii: "\""))
  }
}
