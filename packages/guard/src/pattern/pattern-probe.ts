import { RE2JS } from '@bufbuild/re2'
import { openByReach, type Probe } from '../probe.ts'
import { lengthsOf } from './match-lengths.ts'
import { nextMatch } from './next-match.ts'

/** A pattern that cannot be looked for; the message says why. */
export class PatternError extends Error {
  override readonly name = 'PatternError'
}

/** A pattern in the syntax of RE2. Throws a PatternError. */
export function patternProbe(pattern: string): Probe {
  const compiled = compile(pattern)
  const { prog } = compiled.re2()
  const { least, most } = lengthsOf(prog)
  if (least === 0) {
    throw new PatternError('it can match the empty text: ask for at least one character')
  }
  // Borders look at one character before and behind.
  const reach = most === undefined ? undefined : most + 4
  return {
    detector: 'Pattern',
    reach,
    openFrom: openByReach(reach),
    next: (text, from) => {
      // Whether there is any is known much sooner than where.
      const before = Math.max(0, from - 1)
      if (!compiled.test(before === 0 ? text : text.slice(before))) return undefined
      return nextMatch(prog, text, from)
    },
  }
}

function compile(pattern: string): RE2JS {
  try {
    return RE2JS.compile(pattern)
  } catch (error) {
    throw new PatternError(error instanceof Error ? error.message : 'it is no pattern', {
      cause: error,
    })
  }
}
