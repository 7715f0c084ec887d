import { lineLogger, type LineLoggerOptions } from './line-logger.ts'
import type { Logger } from './logger.ts'

/**
 * A logger that writes one JSON object per line: `level`, `time`, the fields, and `msg`. An error
 * is written with its type, message, stack and causes.
 */
export function jsonLogger(options?: LineLoggerOptions): Logger {
  return lineLogger(
    (level, time, fields, msg) =>
      JSON.stringify(
        Object.assign({ level, time }, fields, { level, time, msg }),
        (_name, value: unknown) => writable(value),
      ),
    options,
  )
}

function writable(value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString()
  if (!(value instanceof Error)) return value
  const { name, message, stack, cause } = value
  const code: unknown = 'code' in value ? value.code : undefined
  return { type: name, message, code, stack, cause }
}
