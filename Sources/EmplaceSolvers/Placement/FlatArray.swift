/// A fixed number of trivial values at one address: the memory of hot loops.
///
/// The index is checked in debug builds only. The memory belongs to an ``Arena``; who keeps a flat
/// array keeps its arena too.
///
/// Unchecked: an address, which anybody may hold. Tables are filled before they are shared, or by
/// threads that each write elements of their own; what changes later belongs to a
/// ``PlacementState``, which is not sendable.
struct FlatArray<Element: BitwiseCopyable>: @unchecked Sendable {
  let base: UnsafeMutablePointer<Element>
  let count: Int

  @inline(__always)
  subscript(index: Int) -> Element {
    get {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      return base[index]
    }
    nonmutating set {
      assert(index >= 0 && index < count, "index \(index) of \(count)")
      base[index] = newValue
    }
  }

  @inline(__always)
  subscript(index: Int32) -> Element {
    get { self[Int(index)] }
    nonmutating set { self[Int(index)] = newValue }
  }

  var indices: Range<Int> { 0..<count }
}

/// Owns the memory of flat arrays and frees it with itself.
final class Arena {
  private var blocks: [(address: UnsafeMutableRawPointer, bytes: Int)] = []

  deinit { for block in blocks { block.address.deallocate() } }

  /// `count` values, all equal to `value`.
  func array<Element: BitwiseCopyable>(_ value: Element, count: Int) -> FlatArray<Element> {
    let base = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
    base.initialize(repeating: value, count: count)
    blocks.append((UnsafeMutableRawPointer(base), count * MemoryLayout<Element>.stride))
    return FlatArray(base: base, count: count)
  }

  /// Room for `count` values, each of which the caller sets before anybody reads it.
  func room<Element: BitwiseCopyable>(for count: Int, of type: Element.Type = Element.self)
    -> FlatArray<Element>
  {
    let base = UnsafeMutablePointer<Element>.allocate(capacity: max(1, count))
    blocks.append((UnsafeMutableRawPointer(base), count * MemoryLayout<Element>.stride))
    return FlatArray(base: base, count: count)
  }

  /// The values of an array.
  func array<Element: BitwiseCopyable>(_ values: [Element]) -> FlatArray<Element> {
    let base = UnsafeMutablePointer<Element>.allocate(capacity: max(1, values.count))
    _ = UnsafeMutableBufferPointer(start: base, count: values.count).initialize(from: values)
    blocks.append((UnsafeMutableRawPointer(base), values.count * MemoryLayout<Element>.stride))
    return FlatArray(base: base, count: values.count)
  }

  /// Overwrites all blocks with those of an arena that was filled by the same calls.
  func copyContents(of other: Arena) {
    for (mine, theirs) in zip(blocks, other.blocks) where mine.bytes == theirs.bytes {
      mine.address.copyMemory(from: theirs.address, byteCount: mine.bytes)
    }
  }
}

/// Lists of small integers by owner, in one flat array: list `i` stands at `start[i]..<start[i + 1]`.
struct FlatLists {
  let start: FlatArray<Int32>
  let items: FlatArray<Int32>

  /// Lists from `(owner, item)` pairs, in the order in which `forEach` names them each time.
  init(
    owners: Int, in arena: Arena, _ forEach: (_ visit: (_ owner: Int, _ item: Int) -> Void) -> Void
  ) {
    let start = arena.array(Int32(0), count: owners + 1)
    forEach { owner, _ in start[owner + 1] += 1 }
    for owner in 0..<owners { start[owner + 1] += start[owner] }
    let items = arena.array(Int32(0), count: Int(start[owners]))
    let next = Arena()
    let position = next.array(Int32(0), count: owners)
    for owner in 0..<owners { position[owner] = start[owner] }
    forEach { owner, item in
      items[position[owner]] = Int32(truncatingIfNeeded: item)
      position[owner] += 1
    }
    self.start = start
    self.items = items
  }

  /// Positions in `items` of one owner's list.
  @inline(__always)
  func range(_ owner: Int) -> Range<Int> { Int(start[owner])..<Int(start[owner + 1]) }

  @inline(__always)
  func range(_ owner: Int32) -> Range<Int> { range(Int(owner)) }
}

/// A list of trivial values that grows; its memory belongs to whoever calls ``free()``.
///
/// Kept behind one pointer, so that a class may change it without the run-time checks of stored
/// properties.
struct GrowingList<Element: BitwiseCopyable> {
  private struct Header {
    var base: UnsafeMutablePointer<Element>
    var count: Int
    var capacity: Int
  }
  private let header: UnsafeMutablePointer<Header>

  init() {
    header = .allocate(capacity: 1)
    header.initialize(
      to: Header(base: .allocate(capacity: 64), count: 0, capacity: 64))
  }

  func free() {
    header.pointee.base.deallocate()
    header.deallocate()
  }

  var count: Int {
    @inline(__always) get { header.pointee.count }
  }
  var isEmpty: Bool { count == 0 }

  @inline(__always)
  subscript(index: Int) -> Element {
    assert(index >= 0 && index < count)
    return header.pointee.base[index]
  }

  @inline(__always)
  func append(_ element: Element) {
    if header.pointee.count == header.pointee.capacity { grow() }
    header.pointee.base[header.pointee.count] = element
    header.pointee.count += 1
  }

  /// Removes the last element, if there is one.
  @inline(__always)
  func popLast() -> Element? {
    guard header.pointee.count > 0 else { return nil }
    header.pointee.count -= 1
    return header.pointee.base[header.pointee.count]
  }

  func removeAll() { header.pointee.count = 0 }

  private func grow() {
    let old = header.pointee
    let base = UnsafeMutablePointer<Element>.allocate(capacity: 2 * old.capacity)
    base.update(from: old.base, count: old.count)
    old.base.deallocate()
    header.pointee = Header(base: base, count: old.count, capacity: 2 * old.capacity)
  }

  /// The elements as an ordinary array.
  var array: [Element] { Array(UnsafeBufferPointer(start: header.pointee.base, count: count)) }
}
