// Error numbers of the operating system, turned into errors a person can act on.

import Glibc

/// Names and makes errors of the operating system.
package enum SystemFailure {
  package static let exists = EEXIST
  package static let notAFolder = ENOTDIR
  package static let interrupted = EINTR
  package static let noSpace = ENOSPC
  package static let notPermitted = EPERM
  package static let inputOutput = EIO
  package static let brokenPipe = EPIPE

  /// Whether an fsync failed because there is nothing that could be made durable: a file system
  /// that cannot do it for a folder, or that is read-only.
  package static func cannotSynchronize(_ code: Int32?) -> Bool {
    code == EINVAL || code == EROFS || code == ENOTSUP
  }

  /// Whether a file system answered that it does not have this kind of call.
  package static func isUnsupported(_ code: Int32?) -> Bool {
    code == EPERM || code == ENOTSUP || code == ENOSYS || code == EINVAL
  }

  /// - Parameters:
  ///   - action: what failed, after "cannot", as in "open the file".
  ///   - code: the error number.
  package static func error(
    _ action: String, path: String, code: Int32
  ) -> ColonnadeError {
    // SAFETY: glibc keeps the text per thread; it is copied before anything else runs.
    let reason = unsafe String(cString: strerror(code))
    return ColonnadeError(
      code == ENOENT ? .notFound : .io, "cannot \(action): \(reason)", file: path,
      hint: hint(for: code), errno: code)
  }

  private static func hint(for code: Int32) -> String? {
    switch code {
    case ENOSPC, EDQUOT: "the disk is full: free some space and run again"
    case EACCES, EPERM: "check who owns it and its permissions"
    case EROFS: "the file system is mounted read-only"
    case EEXIST: "choose another name, or remove what is there"
    case EMFILE, ENFILE: "raise the limit of open files (ulimit -n)"
    case ENOTDIR: "a part of the path is a file and not a folder"
    case EISDIR: "it is a folder and not a file"
    case ENOTEMPTY: "the folder is not empty"
    case ENAMETOOLONG: "choose a shorter name"
    case EXDEV: "both names must be on the same file system"
    default: nil
    }
  }
}
