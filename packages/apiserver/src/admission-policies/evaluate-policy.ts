import type { AdmissionEvaluation } from '@fairlead/kube-core'

import { checkConditions } from '../admission-matching/match-conditions.ts'
import type { Policy, Validation } from './policy.ts'
import { defineVariables } from './policy-base.ts'

/** Why a policy refuses, and with which reason; an empty one is Invalid. */
export interface Refusal {
  readonly message: string
  readonly reason: string
}

/** What came of a policy. */
interface PolicyResult {
  readonly refusals: readonly Refusal[]
  /** Refusals whatever the binding's actions are: audit annotations that fail. */
  readonly failures: readonly Refusal[]
  readonly annotations: ReadonlyMap<string, string>
}

const nothing: PolicyResult = { refusals: [], failures: [], annotations: new Map() }
const messageBytesMax = 5 * 1024

/** How to begin an evaluation, with the costs that are allowed for it. */
interface Evaluations {
  readonly conditions: () => AdmissionEvaluation
  readonly validations: () => AdmissionEvaluation
}

/** Evaluates a policy for one request and parameter, as Kubernetes' validator does. */
export function evaluatePolicy(policy: Policy, begin: Evaluations): PolicyResult {
  if (policy.conditions.length > 0) {
    const verdict = checkConditions(policy.conditions, begin.conditions())
    if ('error' in verdict) {
      if (policy.ignoresFailures) return nothing
      return { ...nothing, refusals: [{ message: verdict.error, reason: '' }] }
    }
    if (!verdict.matches) return nothing
  }
  const evaluation = begin.validations()
  defineVariables(policy, evaluation)
  const refusals = policy.validations.flatMap((each) => {
    return validate(policy, each, evaluation) ?? []
  })
  return { refusals, ...annotate(policy, evaluation) }
}

function validate(
  { ignoresFailures }: Policy,
  validation: Validation,
  evaluation: AdmissionEvaluation,
): Refusal | undefined {
  const { expression, reason } = validation
  const { value, error } = evaluation.evaluate(expression)
  if (error !== undefined) return ignoresFailures ? undefined : { message: error, reason: '' }
  if (value === true) return undefined
  return { message: messageOf(validation, evaluation), reason }
}

function messageOf(
  { expression, message, messageExpression }: Validation,
  evaluation: AdmissionEvaluation,
): string {
  const said = messageExpression && evaluation.evaluate(messageExpression).value
  const own = typeof said === 'string' ? said.trim() : ''
  const isUsable = own !== '' && !own.includes('\n') && Buffer.byteLength(own) <= messageBytesMax
  if (isUsable) return own
  return message === '' ? `failed expression: ${expression.source.trim()}` : message
}

function annotate(
  { annotations, ignoresFailures }: Policy,
  evaluation: AdmissionEvaluation,
): Pick<PolicyResult, 'failures' | 'annotations'> {
  const failures: Refusal[] = []
  const found = new Map<string, string>()
  for (const { key, value: expression } of annotations) {
    const { value, error } = evaluation.evaluate(expression)
    if (typeof value === 'string' && value.trim() !== '') found.set(key, value.trim())
    else if (error !== undefined && !ignoresFailures) failures.push({ message: error, reason: '' })
  }
  return { failures, annotations: found }
}
