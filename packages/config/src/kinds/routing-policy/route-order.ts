import type { RouteMatch } from '@fairlead/snapshot'

/** How narrow a match is: compared from the first number on, the greater one is more specific. */
export type Specificity = readonly number[]

/**
 * What decides, in this order: the models (all exact, then the longest prefix before a `*`, then
 * any), named prompt templates, named consumers, named groups, the number of headers, a CEL
 * expression, types of prompts, a range of complexity: what is known before what is estimated. A list
 * of models is as specific as its least specific pattern.
 */
function specificityOf(match: RouteMatch): Specificity {
  return [
    modelSpecificity(match.models),
    given(match.promptTemplates),
    given(match.consumers),
    given(match.groups),
    match.headers.length,
    match.cel === '' ? 0 : 1,
    given(match.promptTypes),
    match.complexity === undefined ? 0 : 1,
  ]
}

/** Positive when `left` is more specific. */
export function compareSpecificity(left: Specificity, right: Specificity): number {
  for (const [index, value] of left.entries()) {
    const other = right[index] ?? 0
    if (value !== other) return value < other ? -1 : 1
  }
  return 0
}

/**
 * How specific each match of one policy counts against other policies' rules: a rule cannot be tried
 * before the rules above it, so it ranks no higher than the least specific of them.
 */
export function ranksWithinPolicy(matches: readonly RouteMatch[]): readonly Specificity[] {
  let lowest: Specificity | undefined
  return matches.map((match) => {
    const own = specificityOf(match)
    if (lowest === undefined || compareSpecificity(own, lowest) < 0) lowest = own
    return lowest
  })
}

const given = (names: readonly string[]): number => (names.length > 0 ? 1 : 0)

function modelSpecificity(patterns: readonly string[]): number {
  if (patterns.length === 0) return 0
  return Math.min(
    ...patterns.map((pattern) => (pattern.endsWith('*') ? pattern.length - 1 : Infinity)),
  )
}
