import type { ConditionCompiler } from '@fairlead/cel'
import type { PolicyMatch } from '@fairlead/snapshot'
import type { Caller } from '../access/caller.ts'
import { compileNamePattern } from '../access/name-pattern.ts'
import type { RoutedCall } from '../routing/routed-call.ts'

/** Whether a policy is for a call. */
export type PolicyCondition = (call: RoutedCall) => boolean

/**
 * The conditions of a policy's `match`, the cheapest first; only those that are given. An expression
 * that cannot be evaluated holds, so that nobody leaves a policy by making it fail; `onFailure` hears
 * of it, in words of ours. Throws a `ConditionError` for an expression that does not compile.
 */
export function policyConditions(
  { models, groups, consumers, headers, cel }: PolicyMatch,
  conditions: ConditionCompiler,
  onFailure: (failure: string) => void,
): readonly PolicyCondition[] {
  const found: PolicyCondition[] = []
  if (models.length > 0) {
    const pattern = compileNamePattern(models)
    found.push(({ model }) => pattern.matches(model))
  }
  for (const holds of callerConditions({ groups, consumers })) {
    found.push(({ caller }) => holds(caller))
  }
  for (const { name, value } of headers) found.push((call) => call.headers.get(name) === value)
  if (cel !== '') {
    const condition = conditions.compile(cel)
    found.push(({ content }) => {
      const { holds, failure } = condition.evaluate(content.bindings)
      if (failure === undefined) return holds
      onFailure(failure)
      return true
    })
  }
  return found
}

/** Those of a `match` that the caller alone decides. */
export function callerConditions({
  consumers,
  groups,
}: Pick<PolicyMatch, 'consumers' | 'groups'>): readonly ((caller: Caller) => boolean)[] {
  const found: ((caller: Caller) => boolean)[] = []
  if (groups.length > 0) found.push((caller) => groups.some((group) => caller.groups.has(group)))
  if (consumers.length > 0) {
    const names = new Set(consumers)
    found.push(({ consumer }) => names.has(consumer))
  }
  return found
}
