import { openByCharacters, type Probe } from '../probe.ts'

const localMax = 64
const domainMax = 255
/** An address, and what stands behind it. */
const reach = localMax + 1 + domainMax + 2

const local = /[\p{L}\p{N}._%+-]/u
const domain = /(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/uy

/**
 * Addresses of e-mail as people write them: the dot-atom of RFC 5322, section 3.4.1, with letters of any
 * script. Most texts have no `@`, and are done with when that is known.
 */
export const email: Probe = {
  detector: 'Email',
  reach,
  openFrom: openByCharacters(/[^\s"'(),:;<>[\\\]]/, reach),
  next(text, from) {
    const behind = new RegExp(domain)
    for (let at = text.indexOf('@', from); at !== -1; at = text.indexOf('@', at + 1)) {
      const start = startOf(text, at)
      if (start === at || start < from || at - start > localMax) continue
      behind.lastIndex = at + 1
      if (behind.test(text) && behind.lastIndex - at - 1 <= domainMax) {
        return { start, end: behind.lastIndex }
      }
    }
    return undefined
  },
}

/** Where the local part begins; one that is too long need not be read to its beginning. */
function startOf(text: string, at: number): number {
  let start = at
  while (start > 0 && at - start <= localMax && local.test(text.charAt(start - 1))) start -= 1
  return start
}
