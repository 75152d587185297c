// What a file is made of, for people: sections, fields, chunks, pages, with their places and sizes.
// Invariant: only what is asked for is read.

package import ColonnadeArrays
package import ColonnadeBase

/// A field and where it stands among the others.
package struct FieldInspection: Sendable {
  /// Index among all fields.
  package let index: Int
  /// Names from the column down, with dots between them.
  package let path: String
  package let field: Field
  package let isEncrypted: Bool
  package let isRowID: Bool
  /// Indices of the fields directly below.
  package let children: [Int]
}

/// One field in one row group.
package struct ChunkInspection: Sendable {
  package let field: Int
  package let rowGroup: Int
  package let entry: ChunkEntry
  package let pages: [PageEntry]
  /// The page of the chunk's dictionary.
  package let dictionary: PageEntry?
  package let bloomFilter: RegionEntry?
  /// Name of the column that pages of encoding 10 refer to.
  package let reference: String?

  /// How a page is stored, for people.
  package func encoding(of page: PageEntry) -> String {
    guard let encoding = Encoding(rawValue: page.encodingCode) else {
      return "encoding \(page.encodingCode)"
    }
    guard encoding == .reference, let reference else { return encoding.name }
    return (page.flags.contains(.multiples) ? "multiple of " : "difference from ") + reference
  }

  /// Pages of each encoding and codec, with their bytes, in the order of their codes.
  package var encodings: [(name: String, pageCount: Int, byteCount: Int)] {
    var found: [[UInt8]: (page: PageEntry, pageCount: Int, byteCount: Int)] = [:]
    for page in pages {
      let key = [
        page.encodingCode, page.codecCode, page.flags.intersection(.multiples).rawValue,
      ]
      let known = found[key] ?? (page, 0, 0)
      found[key] = (page, known.pageCount + 1, known.byteCount + Int(page.byteCount))
    }
    return found.sorted { $0.key.lexicographicallyPrecedes($1.key) }.map { _, sizes in
      let codec =
        switch Codec(rawValue: sizes.page.codecCode) {
        case .some(.none): ""
        case .zstd: ", zstd"
        case nil: ", codec \(sizes.page.codecCode)"
        }
      return (encoding(of: sizes.page) + codec, sizes.pageCount, sizes.byteCount)
    }
  }
}

extension FileReader {
  /// Every section the table names, unknown ones too, in the order of their kinds.
  package var sections: [SectionEntry] { metadata.table }

  /// Where the data area ends, in bytes from the start of the file.
  package var dataEnd: UInt64 { metadata.summary.dataEnd }

  /// Fields of the schema, nested ones included.
  package var fieldCount: Int { Int(metadata.summary.fieldCount) }

  /// Blocks of metadata that were read and found whole so far.
  package var verifiedMetadataBlockCount: Int { metadata.verifiedBlockCount }

  /// What wrote the file.
  package var writer: String {
    get throws(ColonnadeError) {
      do throws(ColonnadeError) {
        let bytes = try metadata.section(.heap).heapItem(
          position: metadata.summary.writerPosition,
          byteCount: Int(metadata.summary.writerByteCount))
        guard let text = unsafe String(utf8: bytes.unsafeBytes) else {
          throw ColonnadeError(.corrupt, "the writer's name is not UTF-8")
        }
        return text
      } catch { throw error.inFile(path) }
    }
  }

  /// A column and everything below it, outermost first.
  package func inspect(column: Int) throws(ColonnadeError) -> [FieldInspection] {
    var result: [FieldInspection] = []
    var pending = [(reference: try reference(column: column), above: "")]
    while let (field, above) = pending.popLast() {
      let name = above.isEmpty ? field.field.name : above + "." + field.field.name
      result.append(
        FieldInspection(
          index: field.index, path: name, field: field.field, isEncrypted: field.isEncrypted,
          isRowID: field.isRowID, children: field.children.map(\.index)))
      for child in field.children.reversed() { pending.append((child, name)) }
    }
    return result
  }

  /// The pages, dictionary and filter of a chunk.
  /// - Complexity: O(pages of the chunk).
  package func inspect(field: Int, rowGroup: Int) throws(ColonnadeError) -> ChunkInspection {
    do throws(ColonnadeError) {
      let group = try self.rowGroup(at: rowGroup)
      let chunk = try chunk(field: field, rowGroup: rowGroup)
      let section = metadata.pages
      func page(_ index: Int) throws(ColonnadeError) -> PageEntry {
        unsafe PageEntry(reading: try section.entry(at: index).unsafeAddress)
      }
      var pages: [PageEntry] = []
      for index in 0..<chunk.pageCount(rowCount: group.rowCount) {
        pages.append(try page(Int(chunk.firstPage) + index))
      }
      let hasDictionary = chunk.dictionaryPage != FormatLimits.none
      var filter: RegionEntry?
      if chunk.bloomFilter != FormatLimits.none {
        filter = RegionEntry(
          reading: try metadata.section(.bloomFilters).entry(at: Int(chunk.bloomFilter)))
      }
      var reference: String?
      let referenced = field + Int(chunk.reference)
      if chunk.reference != 0, (0..<columnCount).contains(referenced) {
        reference = try self.reference(column: referenced).field.name
      }
      return ChunkInspection(
        field: field, rowGroup: rowGroup, entry: chunk, pages: pages,
        dictionary: hasDictionary ? try page(Int(chunk.dictionaryPage)) : nil,
        bloomFilter: filter, reference: reference)
    } catch { throw error.inFile(path) }
  }

  /// The trained dictionaries that frames were compressed with.
  package func compressionDictionaries() throws(ColonnadeError) -> [RegionEntry] {
    do throws(ColonnadeError) {
      var result: [RegionEntry] = []
      for index in 0..<metadata.sectionCount(.compressionDictionaries) {
        result.append(
          RegionEntry(reading: try metadata.section(.compressionDictionaries).entry(at: index)))
      }
      return result
    } catch { throw error.inFile(path) }
  }
}
