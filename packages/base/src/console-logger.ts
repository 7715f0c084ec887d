import { jsonLogger } from './json-logger.ts'
import type { LineLoggerOptions } from './line-logger.ts'
import type { Logger } from './logger.ts'
import { textLogger } from './text-logger.ts'

/**
 * A logger to standard error: text where a person looks on, JSON where a file or a collector
 * receives it.
 */
export function consoleLogger(options?: LineLoggerOptions): Logger {
  return process.stderr.isTTY ? textLogger(options) : jsonLogger(options)
}
