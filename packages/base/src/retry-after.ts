/** The longest delay that every reader can hold: 68 years. */
const secondsMax = 2 ** 31 - 1

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>

/**
 * The delay requested by a server, in seconds, which may be a fraction, at most 2^31 - 1;
 * `undefined` when it gives none.
 * Reads `retry-after-ms` (OpenAI, Azure), `x-ms-retry-after-ms` (Azure) and `retry-after` in
 * seconds or as an HTTP date. `nowMs` is the time that the date is compared with. Header names are
 * in lower case.
 */
export function readRetryAfterSeconds(headers: Headers, nowMs: number): number | undefined {
  const seconds = toldSeconds(headers, nowMs)
  return seconds === undefined ? undefined : Math.min(seconds, secondsMax)
}

function toldSeconds(headers: Headers, nowMs: number): number | undefined {
  const milliseconds =
    readNumber(headers, 'retry-after-ms') ?? readNumber(headers, 'x-ms-retry-after-ms')
  if (milliseconds !== undefined) return milliseconds / 1000
  const seconds = readNumber(headers, 'retry-after')
  if (seconds !== undefined) return seconds
  const dateMs = Date.parse(firstValue(headers, 'retry-after') ?? '')
  return Number.isNaN(dateMs) ? undefined : Math.max(0, (dateMs - nowMs) / 1000)
}

function readNumber(headers: Headers, name: string): number | undefined {
  const text = firstValue(headers, name)?.trim()
  return text !== undefined && /^\d+(\.\d+)?$/.test(text) ? Number(text) : undefined
}

function firstValue(headers: Headers, name: string): string | undefined {
  const value = headers[name]
  return typeof value === 'string' ? value : value?.[0]
}
