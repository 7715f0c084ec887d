import { isatty } from 'node:tty'
import type { DestinationStream } from 'pino'
import { humanLine } from './human-line.ts'
import type { LogDestination } from './log-destination.ts'

/** How lines are written; undefined: as text on a terminal, and otherwise as JSON. */
export type LogFormat = 'text' | 'json' | undefined

const standardError = 2
/** By this, pino sets `lastLevel` before it writes. */
const wantsMetadata: unique symbol = Symbol.for('pino.metadata')

/** The log as a destination of lines in a format. */
export function formattedLog(
  log: LogDestination,
  format: LogFormat,
  isTerminal: boolean = isatty(standardError),
): DestinationStream {
  return format === 'json' || (format === undefined && !isTerminal) ? log : new HumanLog(log)
}

class HumanLog implements DestinationStream {
  readonly [wantsMetadata] = true
  readonly #log: LogDestination

  constructor(log: LogDestination) {
    this.#log = log
  }

  /** Set by pino. */
  set lastLevel(level: number) {
    this.#log.lastLevel = level
  }

  write(line: string): void {
    this.#log.write(`${humanLine(line.slice(0, -1))}\n`)
  }
}
