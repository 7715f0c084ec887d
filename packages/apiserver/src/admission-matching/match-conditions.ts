import { arrayOrEmpty, objectOrEmpty } from '@fairlead/base'
import type {
  AdmissionCompiler,
  AdmissionEvaluation,
  AdmissionExpression,
} from '@fairlead/kube-core'

/** Reads validated `matchConditions`. */
export function parseMatchConditions(
  conditions: unknown,
  compiler: () => AdmissionCompiler,
): readonly AdmissionExpression[] {
  return arrayOrEmpty(conditions).map((each) =>
    compiler().condition(String(objectOrEmpty(each)['expression']).trim()),
  )
}

/** Whether all conditions hold: one that does not counts more than those that fail. */
type ConditionVerdict = { readonly matches: boolean } | { readonly error: string }

export function checkConditions(
  conditions: readonly AdmissionExpression[],
  evaluation: AdmissionEvaluation,
): ConditionVerdict {
  const problems: string[] = []
  for (const condition of conditions) {
    const { value, error } = evaluation.evaluate(condition)
    if (value === false) return { matches: false }
    if (error !== undefined) problems.push(error)
  }
  if (problems.length === 0) return { matches: true }
  return { error: problems.length === 1 ? (problems[0] ?? '') : `[${problems.join(', ')}]` }
}
