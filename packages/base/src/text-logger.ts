import { lineLogger, type LineLoggerOptions } from './line-logger.ts'
import type { Logger } from './logger.ts'

/**
 * A logger for people: time, level, message and `name=value` for every field, one line each. Of an
 * error it writes the message, the place where it was thrown, and its causes.
 */
export function textLogger(options?: LineLoggerOptions): Logger {
  return lineLogger((level, time, fields, message) => {
    const head = [time, level.toUpperCase().padEnd(5), printable(message)]
    const tail = Object.entries(fields)
      .filter(([, value]) => value !== undefined)
      .map(([name, value]) => `${name}=${fieldText(value)}`)
    return [...head, ...tail].join(' ')
  }, options)
}

function fieldText(value: unknown): string {
  const text = value instanceof Error ? errorText(value) : plainText(value)
  return /^[\w./:@%+-]+$/.test(text) ? text : quoted(text)
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value
  if (typeof value === 'bigint') return value.toString()
  return JSON.stringify(value) ?? String(value)
}

const causesLimit = 5

function errorText(error: Error): string {
  const parts: string[] = []
  let current: unknown = error
  while (current instanceof Error && parts.length < causesLimit) {
    parts.push(`${current.name}: ${current.message}`)
    current = current.cause
  }
  const thrownAt = /^\s+(at .*)$/m.exec(error.stack ?? '')?.[1]
  const text = parts.join(', caused by ')
  return thrownAt === undefined ? text : `${text} (${thrownAt})`
}

/** Escapes what would break the line or steer a terminal. */
function printable(text: string): string {
  return /[\p{Cc}\u2028\u2029]/u.test(text) ? quoted(text) : text
}

function quoted(text: string): string {
  return JSON.stringify(text).replaceAll(
    /[\u007f-\u009f\u2028\u2029]/g,
    (one) => `\\u${one.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
