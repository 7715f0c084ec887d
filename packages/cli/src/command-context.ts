import type { Logger } from 'pino'
import type { Options } from './options.ts'

/** What every command is given; nothing below reads the process itself. */
export interface CommandContext {
  readonly options: Options
  readonly environment: Readonly<Record<string, string | undefined>>
  /** Aborts on SIGTERM or Ctrl-C: finish what runs, then resolve. */
  readonly signal: AbortSignal
  readonly logger: Logger
  /** For the person who started it; logs go to standard error. */
  readonly print: (text: string) => void
}

/** Runs until it is done or the signal aborted. Rejects with what a person should read. */
export type Command = (context: CommandContext) => Promise<void>
