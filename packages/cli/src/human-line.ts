import { isJsonObject, parseJsonOrUndefined, textLogger } from '@fairlead/base'

/** By pino's numbers; others are shown as the next lower one. */
const levels = [
  [50, 'error'],
  [40, 'warn'],
  [30, 'info'],
  [0, 'debug'],
] as const

/**
 * A line of the log for people: time, level, message, and `name=value` for every field. A line that is
 * none of ours stays as it is. Takes and gives a line without its newline.
 */
export function humanLine(line: string): string {
  const fields = line.startsWith('{') ? parseJsonOrUndefined(line) : undefined
  if (!isJsonObject(fields)) return line
  const { level, time, msg, ...others } = fields
  if (typeof level !== 'number' || typeof time !== 'number' || typeof msg !== 'string') return line
  const [, name] = levels.find(([least]) => level >= least) ?? [0, 'debug' as const]
  let text = line
  const logger = textLogger({
    level: 'debug',
    clock: { now: () => time },
    write: (written) => (text = written.slice(0, -1)),
  })
  logger[name](Object.fromEntries(Object.entries(others).map(shown)), msg)
  return text
}

/** Of an error, what it says; where it was thrown is in the log as JSON. */
function shown([name, value]: readonly [string, unknown]): readonly [string, unknown] {
  if (!isJsonObject(value)) return [name, value]
  const { message, stack, type } = value
  if (typeof message !== 'string' || typeof stack !== 'string') return [name, value]
  return [name, typeof type === 'string' ? `${type}: ${message}` : message]
}
