import type { Clock } from '@fairlead/base'

/** Crockford's base 32: no I, L, O, U. https://github.com/ulid/spec */
const alphabet = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
const timeDigits = 10
const randomDigits = 16

/** Makes an id from a prefix and a ULID, such as `turn_01J…`. */
export type NewId = (prefix: string) => string

/**
 * Ids that sort by time and, within one millisecond, by the order in which they were made: the
 * random part is then incremented. Ids keep increasing when the clock is set back. `random` returns
 * numbers in [0, 1).
 */
export function createIds(clock: Pick<Clock, 'now'>, random: () => number): NewId {
  let lastMs = -1
  let digits: number[] = []
  return (prefix) => {
    const nowMs = clock.now()
    if (nowMs > lastMs) {
      lastMs = nowMs
      digits = Array.from({ length: randomDigits }, () => Math.floor(random() * 32))
    } else if (!increment(digits)) {
      lastMs += 1
      digits = digits.map(() => 0)
    }
    return `${prefix}${encodeTime(lastMs)}${digits.map((digit) => alphabet[digit]).join('')}`
  }
}

/** Whether the conversation id has the form `conv_` + ULID, which only Fairlead assigns. */
export function isOwnConversationId(id: string): boolean {
  return /^conv_[0-9A-HJKMNP-TV-Z]{26}$/i.test(id)
}

/** Bytes in the alphabet of ULIDs, five bits to a digit; bits that fill none are left out. */
export function encodeBase32(bytes: Uint8Array): string {
  let text = ''
  let held = 0
  let bits = 0
  for (const byte of bytes) {
    held = ((held << 8) | byte) & 0xfff
    bits += 8
    while (bits >= 5) {
      bits -= 5
      text += alphabet[(held >> bits) & 31]
    }
  }
  return text
}

/** Adds one in place. False on overflow, which leaves every digit at zero. */
function increment(digits: number[]): boolean {
  for (let at = digits.length - 1; at >= 0; at--) {
    const next = (digits[at] ?? 0) + 1
    digits[at] = next % 32
    if (next < 32) return true
  }
  return false
}

function encodeTime(timeMs: number): string {
  let rest = timeMs
  let text = ''
  for (let digit = 0; digit < timeDigits; digit++) {
    text = `${alphabet[rest % 32]}${text}`
    rest = Math.floor(rest / 32)
  }
  return text
}
