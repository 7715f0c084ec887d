/** Go's layout of a `metav1.Time`. */
const rfc3339 = '2006-01-02T15:04:05Z07:00'
/** Go's layout of a `metav1.MicroTime`. */
const rfc3339Micro = '2006-01-02T15:04:05.000000Z07:00'

/** The first instant of the year 1, which is Go's zero time. */
const zeroTimeMs = -62_135_596_800_000

/** An instant; `microseconds` are those within the second. */
export interface GoTime {
  readonly seconds: number
  readonly microseconds: number
}

/**
 * Parses a time as Go's `time.Parse` does with the layout of `metav1.Time` or `metav1.MicroTime`.
 * @returns the problem in Go's words for what is no such time
 */
export function parseGoTime(text: string, precision: 'seconds' | 'microseconds'): GoTime | string {
  return new TimeParser(text, precision).parse()
}

/** As Go writes it, in UTC; undefined for the zero time, which has no text. */
export function formatGoTime(
  time: GoTime,
  precision: 'seconds' | 'microseconds',
): string | undefined {
  if (time.seconds * 1000 === zeroTimeMs && time.microseconds === 0) return undefined
  const iso = new Date(time.seconds * 1000).toISOString()
  const whole = iso.slice(0, iso.lastIndexOf('.'))
  if (precision === 'seconds') return `${whole}Z`
  return `${whole}.${String(time.microseconds).padStart(6, '0')}Z`
}

class TimeProblem extends Error {}

class TimeParser {
  readonly #text: string
  readonly #precision: 'seconds' | 'microseconds'
  #rest: string

  constructor(text: string, precision: 'seconds' | 'microseconds') {
    this.#text = text
    this.#precision = precision
    this.#rest = text
  }

  parse(): GoTime | string {
    try {
      return this.#parse()
    } catch (error) {
      if (error instanceof TimeProblem) return error.message
      throw error
    }
  }

  #parse(): GoTime {
    const year = this.#number('2006', 4)
    this.#literal('-')
    const month = this.#number('01', 2)
    this.#range(month >= 1 && month <= 12, 'month')
    this.#literal('-')
    const day = this.#number('02', 2)
    this.#literal('T')
    const hour = this.#number('15', /^\d\d/.test(this.#rest) ? 2 : 1)
    this.#range(hour < 24, 'hour')
    this.#literal(':')
    const minute = this.#number('04', 2)
    this.#range(minute < 60, 'minute')
    this.#literal(':')
    const second = this.#number('05', 2)
    this.#range(second < 60, 'second')
    const microseconds = this.#fraction()
    const offset = this.#zone()
    if (this.#rest !== '') this.#fail(`: extra text: ${quoted(this.#rest)}`)
    this.#range(day >= 1 && day <= daysIn(year, month), 'day')
    const instant = new Date(0)
    instant.setUTCFullYear(year, month - 1, day)
    instant.setUTCHours(hour, minute, second)
    return { seconds: instant.getTime() / 1000 - offset, microseconds }
  }

  #fraction(): number {
    if (this.#precision === 'microseconds') {
      const digits = /^[.,](\d{6})/.exec(this.#rest)?.[1]
      if (digits === undefined) this.#cannotParse('.000000')
      this.#rest = this.#rest.slice(7)
      return Number(digits)
    }
    const digits = /^[.,](\d+)/.exec(this.#rest)?.[1]
    if (digits === undefined) return 0
    this.#rest = this.#rest.slice(digits.length + 1)
    return Number(digits.slice(0, 6).padEnd(6, '0'))
  }

  /** Seconds east of UTC. */
  #zone(): number {
    if (this.#rest.startsWith('Z')) {
      this.#rest = this.#rest.slice(1)
      return 0
    }
    const found = /^([+-])(\d\d):(\d\d)/.exec(this.#rest)
    if (found === null) this.#cannotParse('Z07:00')
    const [all, sign, hours, minutes] = found
    this.#rest = this.#rest.slice(all.length)
    this.#range(Number(hours) <= 24, 'time zone offset hour')
    this.#range(Number(minutes) <= 60, 'time zone offset minute')
    const seconds = Number(hours) * 3600 + Number(minutes) * 60
    return sign === '-' ? -seconds : seconds
  }

  #number(element: string, digits: number): number {
    const found = this.#rest.slice(0, digits)
    if (found.length < digits || !/^\d+$/.test(found)) this.#cannotParse(element)
    this.#rest = this.#rest.slice(digits)
    return Number(found)
  }

  #literal(character: string): void {
    if (!this.#rest.startsWith(character)) this.#cannotParse(character)
    this.#rest = this.#rest.slice(1)
  }

  #range(isInside: boolean, what: string): void {
    if (!isInside) this.#fail(`: ${what} out of range`)
  }

  #cannotParse(element: string): never {
    const layout = this.#precision === 'seconds' ? rfc3339 : rfc3339Micro
    throw new TimeProblem(
      `parsing time ${quoted(this.#text)} as ${quoted(layout)}: ` +
        `cannot parse ${quoted(this.#rest)} as ${quoted(element)}`,
    )
  }

  #fail(message: string): never {
    throw new TimeProblem(`parsing time ${quoted(this.#text)}${message}`)
  }
}

function daysIn(year: number, month: number): number {
  const first = new Date(0)
  first.setUTCFullYear(year, month, 0)
  return first.getUTCDate()
}

/** As Go's `time` quotes: every byte that is not printable ASCII is escaped. */
function quoted(text: string): string {
  let inner = ''
  for (const byte of Buffer.from(text, 'utf8')) {
    const character = String.fromCharCode(byte)
    if (character === '"' || character === '\\') inner += `\\${character}`
    else if (byte < 0x20 || byte >= 0x7f) inner += `\\x${byte.toString(16).padStart(2, '0')}`
    else inner += character
  }
  return `"${inner}"`
}
