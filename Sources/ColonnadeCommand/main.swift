// The command `colonnade`: reads the command line, runs one command, says what went wrong.
// Data goes to standard output; progress, notes and errors to standard error.

import ColonnadeBase

Process.leave(CommandLineRun.run(Array(CommandLine.arguments.dropFirst())))
