// What a command asks the system about the terminal and the process around it: who is at the other
// end of a stream, how wide the window is, the environment, signals.

import Glibc
import Synchronization

/// One of the process's three streams.
package enum StandardStream: Int32, Sendable {
  case input = 0
  case output = 1
  case error = 2

  /// Whether a terminal is at the other end.
  package var isTerminal: Bool { isatty(rawValue) == 1 }

  /// Columns of the terminal at the other end; `nil` where there is none or it does not say.
  package var terminalWidth: Int? {
    var size = winsize()
    // SAFETY: the call fills the structure it is given.
    guard unsafe ioctl(rawValue, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0 else {
      return nil
    }
    return Int(size.ws_col)
  }
}

/// The process: its environment, its clock, how it ends.
package enum Process {
  /// A variable of the environment; `nil` where it is not set.
  package static func environment(_ name: String) -> String? {
    // SAFETY: nothing in this process writes to the environment; the text is copied at once.
    guard let value = unsafe getenv(name) else { return nil }
    return unsafe String(cString: value)
  }

  /// Seconds of a clock that never goes back.
  package static var seconds: Double {
    var time = timespec()
    _ = unsafe clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
  }

  /// Writing to a pipe that nobody reads becomes an error instead of the end of the process.
  package static func ignoreBrokenPipes() {
    _ = signal(SIGPIPE, SIG_IGN)
  }

  /// Raised when someone asks to stop (Ctrl-C, or SIGTERM); handed to whatever may take long.
  package static let cancellation = Cancellation()

  private static let interruptCount = Atomic<Int>(0)

  /// Whether someone asked to stop.
  package static var isInterrupted: Bool { cancellation.isCancelled }

  /// Makes the first SIGINT or SIGTERM raise `cancellation`; a second one ends the process at once.
  package static func catchInterrupts() {
    // Made here: a signal handler must not be the first to ask for it.
    guard !cancellation.isCancelled else { return }
    let handler: @convention(c) (Int32) -> Void = { _ in
      // Only atomics and _exit: all may be used in a signal handler.
      if Process.interruptCount.add(1, ordering: .relaxed).newValue > 1 { _exit(130) }
      Process.cancellation.cancel()
    }
    _ = signal(SIGINT, handler)
    _ = signal(SIGTERM, handler)
  }

  /// Ends the process with `code`, without running anything else.
  package static func leave(_ code: Int32) -> Never { exit(code) }

  /// Peak resident memory in bytes.
  package static var peakMemory: Int {
    var usage = rusage()
    _ = unsafe getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
    return Int(usage.ru_maxrss) << 10
  }
}
