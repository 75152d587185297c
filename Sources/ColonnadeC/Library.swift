// What the library says of itself.

// The names are those of the header.
// swift-format-ignore-file: AlwaysUseLowerCamelCase

import CColonnade
import ColonnadeBase
import Glibc

/// Static for the life of the process.
private let versionText = CText(Release.version)

@c @implementation
public func colonnade_abi_version() -> UInt32 { 1 }

@c @implementation
public func colonnade_version() -> UnsafePointer<CChar>? { unsafe versionText.pointer }

@c @implementation
public func colonnade_release_files() { FileCache.shared.releaseAll() }

@c @implementation
public func colonnade_string_free(_ text: UnsafeMutablePointer<CChar>?) { unsafe free(text) }
