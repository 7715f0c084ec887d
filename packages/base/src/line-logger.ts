import { type Clock, systemClock } from './clock.ts'
import type { Logger } from './logger.ts'

export type LogLevel = 'debug' | 'info' | 'warn' | 'error'

/** Where lines go, and which. */
export interface LineLoggerOptions {
  /** Lines below this level are dropped. Defaults to `info`. */
  readonly level?: LogLevel
  /** Receives each line, with its newline. Defaults to standard error. */
  readonly write?: (line: string) => void
  readonly clock?: Pick<Clock, 'now'>
}

/** Makes one line, without its newline. */
type FormatLine = (level: LogLevel, time: string, fields: object, message: string) => string

const levels: readonly LogLevel[] = ['debug', 'info', 'warn', 'error']
/** A line longer than this is cut: what is logged may be as large as an object. */
const lineLimit = 64 * 1024

/** A logger that writes one line per call in the given format. It never throws. */
export function lineLogger(format: FormatLine, options: LineLoggerOptions = {}): Logger {
  const { clock = systemClock, level = 'info', write = writeToStandardError } = options
  const lowest = levels.indexOf(level)
  const isLevelEnabled = (asked: string): boolean =>
    levels.findIndex((one) => one === asked) >= lowest
  const log = (of: LogLevel) => (fields: object, message: string) => {
    if (!isLevelEnabled(of)) return
    write(formatted(format, of, new Date(clock.now()).toISOString(), fields, message) + '\n')
  }
  return {
    debug: log('debug'),
    info: log('info'),
    warn: log('warn'),
    error: log('error'),
    isLevelEnabled,
  }
}

function formatted(
  ...[format, level, time, fields, message]: [FormatLine, ...Parameters<FormatLine>]
) {
  try {
    const line = format(level, time, fields, message)
    return line.length <= lineLimit
      ? line
      : format(level, time, { truncated: line.slice(0, lineLimit / 2) }, message)
  } catch (error) {
    // A field that refers to itself, or whose getter throws, must not cost the message.
    return format(level, time, { unwritableFields: String(error) }, message)
  }
}

function writeToStandardError(line: string): void {
  process.stderr.write(line)
}
