import { expressionProbe, openByReach, type Probe } from './probe.ts'

/** Words and phrases, whole and in any case. */
export function keywordProbe(keywords: readonly string[]): Probe {
  const byLength = keywords.toSorted((left, right) => right.length - left.length)
  const [longest = ''] = byLength
  const one = byLength.map((word) => word.replaceAll(/[$()*+.?[\\\]^{|}]/g, '\\$&')).join('|')
  // A letter in another case may be longer.
  const reach = longest.length * 2 + 4
  const expression = new RegExp(`(?<![\\p{L}\\p{N}_])(?:${one})(?![\\p{L}\\p{N}_])`, 'giu')
  return expressionProbe('Keyword', expression, { reach, openFrom: openByReach(reach) })
}
