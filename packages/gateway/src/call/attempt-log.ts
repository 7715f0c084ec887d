import { attemptEvidence } from './attempt-evidence.ts'
import type { AttemptRecord } from './attempt-record.ts'

/** The longest value of `x-fairlead-attempt-log`, in bytes. */
const attemptLogBytesMax = 4096

/** Room for the entry that says how many attempts were left out. */
const omittedBytes = '{"omitted":99999},'.length

/**
 * All attempts as the value of a header: a JSON array in ASCII. Where they need more than 4 KiB, the
 * earliest are left out, and the first entry is `{"omitted": n}`.
 */
export function attemptLog(attempts: readonly AttemptRecord[]): string {
  const texts = attempts.map((attempt) => asciiJson(attemptEvidence(attempt)))
  let first = texts.length
  let length = 2 + omittedBytes
  while (first > 0) {
    length += (texts[first - 1]?.length ?? 0) + 1
    if (length > attemptLogBytesMax) break
    first -= 1
  }
  const omitted = first === 0 ? [] : [`{"omitted":${first}}`]
  return `[${[...omitted, ...texts.slice(first)].join(',')}]`
}

/** JSON escapes control characters by itself; the others that no header may hold are escaped here. */
function asciiJson(value: object): string {
  return JSON.stringify(value).replaceAll(
    /[^\x20-\x7e]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  )
}
