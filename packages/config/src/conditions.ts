import type { PlannedCondition } from './compile-types.ts'
import type { ReferenceProblem } from './findings.ts'

/** A message names at most so many problems; the rest are counted. */
const problemsMax = 8

/** Why a resource that is valid in itself is not accepted. */
export interface Refusal {
  readonly reason: 'Conflicted' | 'NoMatchingGateway' | 'NotAllowedByGateway' | 'Invalid'
  readonly message: string
}

/** `Accepted`: what is invalid decides first, then the refusal, then fields that nothing acts on. */
export function acceptedCondition(found: {
  readonly invalid: readonly string[]
  readonly refusal?: Refusal | undefined
  readonly partial: readonly string[]
}): PlannedCondition {
  const type = 'Accepted'
  if (found.invalid.length > 0) {
    return { type, status: 'False', reason: 'Invalid', message: listed(found.invalid) }
  }
  if (found.refusal) return { type, status: 'False', ...found.refusal }
  if (found.partial.length > 0) {
    const message = `Accepted, but nothing acts on these fields yet: ${listed(found.partial)}`
    return { type, status: 'True', reason: 'PartiallySupported', message }
  }
  return { type, status: 'True', reason: 'Accepted', message: 'Accepted' }
}

export function resolvedRefsCondition(problems: readonly ReferenceProblem[]): PlannedCondition {
  const type = 'ResolvedRefs'
  const first = problems[0]
  if (first === undefined) {
    return { type, status: 'True', reason: 'ResolvedRefs', message: 'All references are resolved' }
  }
  const message = listed(problems.map((problem) => problem.message))
  return { type, status: 'False', reason: first.reason, message }
}

/** Joins problems to one sentence of bounded length. */
export function listed(problems: readonly string[]): string {
  const named = problems.slice(0, problemsMax).join('; ')
  const more = problems.length - problemsMax
  return more > 0 ? `${named}; and ${more} more` : named
}
