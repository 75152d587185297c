// libFuzzer's driver; built by tools/fuzz only. The target is named by COLONNADE_FUZZ_TARGET.

import FuzzTargets
import Glibc

private let target: FuzzTarget = {
  guard let name = unsafe getenv("COLONNADE_FUZZ_TARGET"),
    let target = FuzzTarget(rawValue: unsafe String(cString: name))
  else {
    print(
      "COLONNADE_FUZZ_TARGET names one of: \(FuzzTarget.allCases.map(\.rawValue).joined(separator: " "))"
    )
    exit(2)
  }
  return target
}()

@_silgen_name("LLVMFuzzerRunDriver")
private func runFuzzer(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
  _ callback: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

/// The name libFuzzer's own main asks for; that main is never reached, but has to link.
@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  unsafe target.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
  return 0
}

private var count = CommandLine.argc
private var arguments = unsafe CommandLine.unsafeArgv
exit(unsafe runFuzzer(&count, &arguments) { unsafe testOneInput($0, $1) })
