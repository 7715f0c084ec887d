import type { Readable, Writable } from 'node:stream'
import type { Logger } from 'pino'
import type { OwnArguments } from './own-arguments.ts'
import type { Options } from './options.ts'
import type { Progress } from './progress-line.ts'
import type { UncaughtErrorCount } from './uncaught-errors.ts'

/** The environment of a command; nothing below accesses `process` itself. */
export interface CommandContext {
  readonly options: Options
  readonly own: OwnArguments
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborts on SIGTERM or Ctrl-C: finish work in progress, then resolve. */
  readonly signal: AbortSignal
  readonly logger: Logger
  /** Where the logger's lines go. */
  readonly log: { readonly droppedLines: number }
  /** For somebody who waits at a terminal while a command starts. */
  readonly progress: Progress
  /** What nothing caught so far. */
  readonly uncaughtErrors: UncaughtErrorCount
  /** What is piped to the command. */
  readonly input: () => Readable
  /** Where a command writes what is too much for `print`. */
  readonly output: () => Writable
  /** How many characters of a line a reader sees. */
  readonly columns: number
  /** Prints for the user; logs go to standard error. */
  readonly print: (text: string) => void
}

/** Runs until it is done or the signal aborts. Rejects with a user-facing error. */
export type Command = (context: CommandContext) => Promise<void>
