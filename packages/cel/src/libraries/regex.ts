import { CelScalar, celMethod, listType } from '@bufbuild/cel'
import { RE2JS } from '@bufbuild/re2'
import type { CostMeter } from '../cost-meter.ts'

const { INT, STRING } = CelScalar

/**
 * `find` and `findAll`. The engine only tells whether a string matches, so these look for the longest
 * match at the first position; a lazy quantifier acts like a greedy one.
 */
export function regexLibrary(meter: CostMeter) {
  return [
    celMethod('find', STRING, [STRING], STRING, function (pattern: string) {
      return findAll(this, pattern, 1, meter)[0] ?? ''
    }),
    celMethod('findAll', STRING, [STRING], listType(STRING), function (pattern: string) {
      return findAll(this, pattern, Infinity, meter)
    }),
    celMethod('findAll', STRING, [STRING, INT], listType(STRING), function (pattern, limit) {
      return findAll(this, pattern, limit < 0n ? Infinity : Number(limit), meter)
    }),
  ]
}

function findAll(text: string, pattern: string, limit: number, meter: CostMeter): string[] {
  const starts = RE2JS.compile(`^(?:${pattern})`)
  const whole = RE2JS.compile(`^(?:${pattern})$`)
  const found: string[] = []
  let position = 0
  while (position <= text.length && found.length < limit) {
    const rest = text.slice(position)
    meter.charge(1 + rest.length / 10)
    if (!starts.test(rest)) {
      position += 1
      continue
    }
    const match = longest(rest, whole, meter)
    found.push(match)
    position += Math.max(match.length, 1)
  }
  return found
}

function longest(text: string, whole: RE2JS, meter: CostMeter): string {
  for (let end = text.length; end > 0; end -= 1) {
    meter.charge(1 + end / 10)
    const candidate = text.slice(0, end)
    if (whole.test(candidate)) return candidate
  }
  return ''
}
