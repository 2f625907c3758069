internal import EmplaceCore

/// The relaxed rows of a program by column, and the rows that each block touches.
struct RelaxedColumns {
  /// Row of each entry.
  let row: FlatArray<Int32>
  /// Position of the entry's row among the block's rows.
  let position: FlatArray<Int32>
  /// Coefficient of each entry.
  let coefficient: FlatArray<Double>
  /// Rows of all blocks; those of one stand at ``rows(ofBlock:)``.
  let blockRow: FlatArray<Int32>
  private let start: FlatArray<Int>
  private let blockStart: FlatArray<Int>
  private let blockOfColumn: FlatArray<Int32>

  init(_ dual: borrowing LagrangianDual, in arena: Arena) {
    let program = dual.program
    var start = [Int](repeating: 0, count: program.columnCount + 1)
    for row in dual.relaxedRows {
      for entry in program.entries(ofRow: row) { start[Int(program.entryColumn[entry]) + 1] += 1 }
    }
    for column in 0..<program.columnCount { start[column + 1] += start[column] }
    let count = start[program.columnCount]
    row = arena.array(Int32(0), count: count)
    position = arena.array(Int32(0), count: count)
    coefficient = arena.array(0.0, count: count)
    blockOfColumn = arena.array(Int32(0), count: program.columnCount)
    var next = start
    for row in dual.relaxedRows {
      for entry in program.entries(ofRow: row) {
        let column = Int(program.entryColumn[entry])
        self.row[next[column]] = Int32(row)
        coefficient[next[column]] = Double(program.entryCoefficient[entry])
        next[column] += 1
      }
    }
    var (blockRow, blockStart) = ([Int32](), [0])
    var place = [Int32](repeating: -1, count: program.rowCount)
    for (index, block) in program.blocks.enumerated() {
      let first = blockRow.count
      for column in block.columns {
        blockOfColumn[column] = Int32(index)
        for entry in start[column]..<start[column + 1] {
          let row = Int(self.row[entry])
          if place[row] < 0 {
            place[row] = Int32(blockRow.count - first)
            blockRow.append(Int32(row))
          }
          position[entry] = place[row]
        }
      }
      for row in blockRow[first...] { place[Int(row)] = -1 }
      blockStart.append(blockRow.count)
    }
    self.start = arena.array(start)
    self.blockRow = arena.array(blockRow)
    self.blockStart = arena.array(blockStart)
  }

  /// Positions of the entries of a column.
  @inline(__always)
  func entries(ofColumn column: Int) -> Range<Int> { start[column]..<start[column + 1] }

  /// Positions in ``blockRow`` of the relaxed rows that the columns of a block touch.
  @inline(__always)
  func rows(ofBlock block: Int) -> Range<Int> { blockStart[block]..<blockStart[block + 1] }

  /// The block that holds a column.
  func block(ofColumn column: Int) -> Int { Int(blockOfColumn[column]) }
}
