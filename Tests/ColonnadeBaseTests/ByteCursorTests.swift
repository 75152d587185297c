// What a sink writes a cursor reads, and no cursor reads beyond its bytes.

import ColonnadeBase
import Testing

@Suite struct ByteCursorTests {
  private static func sample() -> Buffer {
    let sink = ByteSink()
    sink.writeU8(7)
    sink.writeU16(0x1234)
    sink.writeU32(.max)
    sink.writeU64(0x0123_4567_89AB_CDEF)
    sink.writeI32(-5)
    sink.writeI64(.min)
    sink.writeString("größer")
    sink.writeCount(99)
    sink.writeBytes([1, 2, 3])
    return sink.target.freeze()
  }

  private static func readAll(_ cursor: inout ByteCursor) throws(ColonnadeError) {
    #expect(try cursor.readU8() == 7)
    #expect(try cursor.readU16() == 0x1234)
    #expect(try cursor.readU32() == .max)
    #expect(try cursor.readU64() == 0x0123_4567_89AB_CDEF)
    #expect(try cursor.readI32() == -5)
    #expect(try cursor.readI64() == .min)
    #expect(try cursor.readString(limit: 8) == "größer")
    #expect(try cursor.readCount("a count", limit: 99) == 99)
    #expect(try cursor.readBytes(3).array == [1, 2, 3])
  }

  @Test func roundTrip() throws {
    var cursor = ByteCursor(Self.sample())
    try Self.readAll(&cursor)
    #expect(cursor.remaining == 0)
  }

  @Test func bytesAreLittleEndian() {
    let sink = ByteSink()
    sink.writeU32(0x0403_0201)
    sink.writeU16(0)
    sink.patchU32(0x0807_0605, at: 2)
    #expect(sink.target.freeze().array == [1, 2, 5, 6, 7, 8])
  }

  @Test func everyPrefixIsTruncated() throws {
    let whole = Self.sample()
    for count in 0..<whole.byteCount {
      var cursor = ByteCursor(whole.slice(from: 0, byteCount: count), fileOffset: 1000)
      func attempt() throws(ColonnadeError) {
        _ = try cursor.readU8()
        _ = try cursor.readU16()
        _ = try cursor.readU32()
        _ = try cursor.readU64()
        _ = try cursor.readI32()
        _ = try cursor.readI64()
        _ = try cursor.readString(limit: 8)
        _ = try cursor.readCount("a count", limit: 99)
        _ = try cursor.readBytes(3)
      }
      let error = try #require(throws: ColonnadeError.self) { try attempt() }
      #expect(error.kind == .truncated)
      #expect(error.location == .byte(1000 + UInt64(cursor.offset)))
    }
  }

  @Test func hostileLengthsThrow() throws {
    let sink = ByteSink()
    sink.writeU32(3)
    sink.writeBytes([0xC3, 0x28, 0x41])
    var cursor = ByteCursor(sink.target.freeze())
    var error = try #require(throws: ColonnadeError.self) { try cursor.readString(limit: 10) }
    #expect(error.kind == .corrupt && error.location == .byte(4))
    try cursor.seek(to: 0)
    error = try #require(throws: ColonnadeError.self) { try cursor.readString(limit: 2) }
    #expect(error.kind == .corrupt && error.location == .byte(0))
    for count in [-1, Int.max, Int.min] {
      #expect(throws: ColonnadeError.self) { try cursor.readBytes(count) }
      #expect(throws: ColonnadeError.self) { try cursor.skip(count) }
      #expect(throws: ColonnadeError.self) { try cursor.seek(to: count) }
    }
    var counts = ByteCursor(Buffer(copying: [UInt8](repeating: 0xFF, count: 8)))
    error = try #require(throws: ColonnadeError.self) { try counts.readCount("rows", limit: 5) }
    #expect(error.kind == .corrupt && error.message.contains("18446744073709551615"))
  }
}
