import { CelScalar, celMethod, listType } from '@bufbuild/cel'
import type { RE2JS } from '@bufbuild/re2'
import type { MeteredPatterns } from '../metered-patterns.ts'

const { INT, STRING } = CelScalar

/**
 * `find` and `findAll`. The engine only tells whether a string matches, so these look for the longest
 * match at the first position; a lazy quantifier acts like a greedy one.
 */
export function regexLibrary(patterns: MeteredPatterns) {
  return [
    celMethod('find', STRING, [STRING], STRING, function (pattern: string) {
      return findAll(this, pattern, 1, patterns)[0] ?? ''
    }),
    celMethod('findAll', STRING, [STRING], listType(STRING), function (pattern: string) {
      return findAll(this, pattern, Infinity, patterns)
    }),
    celMethod('findAll', STRING, [STRING, INT], listType(STRING), function (pattern, limit) {
      return findAll(this, pattern, limit < 0n ? Infinity : Number(limit), patterns)
    }),
  ]
}

function findAll(
  text: string,
  pattern: string,
  limit: number,
  patterns: MeteredPatterns,
): string[] {
  const starts = patterns.compile(`^(?:${pattern})`)
  const whole = patterns.compile(`^(?:${pattern})$`)
  const found: string[] = []
  let position = 0
  while (position <= text.length && found.length < limit) {
    const rest = text.slice(position)
    if (!patterns.test(starts, rest)) {
      position += 1
      continue
    }
    const match = longest(rest, whole, patterns)
    found.push(match)
    position += Math.max(match.length, 1)
  }
  return found
}

function longest(text: string, whole: RE2JS, patterns: MeteredPatterns): string {
  for (let end = text.length; end > 0; end -= 1) {
    const candidate = text.slice(0, end)
    if (patterns.test(whole, candidate)) return candidate
  }
  return ''
}
