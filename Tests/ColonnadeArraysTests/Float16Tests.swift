// The conversions between binary16 and binary32, over every half and around every rounding edge.

import ColonnadeArrays
import Testing

@Suite struct Float16Tests {
  @Test func everyHalfSurvivesTheWayThroughFloat() {
    for bits in UInt16.min...UInt16.max {
      let float = Float(float16Bits: bits)
      if float.isNaN {
        #expect(Float(float16Bits: float.float16Bits).isNaN)
      } else {
        #expect(float.float16Bits == bits, "bits \(bits)")
      }
    }
  }

  @Test func halfwayRoundsToEven() {
    for bits in UInt16(0)..<0x7BFF {
      let low = Float(float16Bits: bits)
      let high = Float(float16Bits: bits + 1)
      let middle = low + (high - low) / 2
      #expect(middle.float16Bits == (bits & 1 == 0 ? bits : bits + 1), "bits \(bits)")
      #expect(middle.nextDown.float16Bits == bits)
      #expect(middle.nextUp.float16Bits == bits + 1)
    }
    #expect(Float(65520).float16Bits == 0x7C00)
    #expect(Float(65519).float16Bits == 0x7BFF)
  }
}
