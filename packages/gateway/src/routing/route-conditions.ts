import type { Route } from '@fairlead/snapshot'
import { compileNamePattern } from '../access/name-pattern.ts'
import type { RoutedCall } from './routed-call.ts'

/**
 * Why a call does not meet one condition of a rule, in words that may be shown to its caller: they
 * repeat no name or value that only the rule has. Undefined if the call meets it.
 */
export type RouteCondition = (call: RoutedCall) => string | undefined

/** The conditions of a rule, the cheapest first; only those that are given. */
export function conditionsOf({ match, policy }: Route): readonly RouteCondition[] {
  const { namespace } = policy
  return [
    ...given(match.models, (models) => {
      const pattern = compileNamePattern(models)
      return ({ model }) => (pattern.matches(model) ? undefined : 'it is for other models')
    }),
    ...given(match.groups, (groups) => ({ caller }) => {
      const isMember = groups.some((group) => caller.groups.has(group))
      return isMember ? undefined : 'the caller is in none of its groups'
    }),
    ...given(match.consumers, (names) => ({ caller }) => {
      const isNamed = namesResource(names, namespace, caller)
      return isNamed ? undefined : 'the caller is none of its consumers'
    }),
    ...match.headers.map(({ name, value }): RouteCondition => ({ headers }) => {
      const sent = headers.get(name)
      if (sent === value) return undefined
      return sent === undefined ? `the header ${name} is missing` : `the header ${name} differs`
    }),
    ...given(match.promptTemplates, (names) => ({ prompt }) => {
      const isNamed = namesResource(names, namespace, prompt)
      return isNamed ? undefined : 'the call uses none of its PromptTemplates'
    }),
    ...lengthCondition(match.inputTokens),
  ]
}

function given(
  names: readonly string[],
  condition: (names: readonly string[]) => RouteCondition,
): readonly RouteCondition[] {
  return names.length === 0 ? [] : [condition(names)]
}

function lengthCondition(range: Route['match']['inputTokens']): readonly RouteCondition[] {
  if (range === undefined) return []
  const { min, max = Infinity } = range
  return [
    ({ inputTokens }) => {
      if (inputTokens >= min && inputTokens <= max) return undefined
      return `about ${inputTokens} input tokens are ${inputTokens < min ? 'too few' : 'too many'}`
    },
  ]
}

/** Whether the list names the resource; an unqualified name is in the policy's namespace. */
function namesResource(
  names: readonly string[],
  policyNamespace: string,
  resource: { readonly namespace: string; readonly name: string } | undefined,
): boolean {
  if (resource === undefined || resource.name === '') return false
  if (names.includes(`${resource.namespace}/${resource.name}`)) return true
  return resource.namespace === policyNamespace && names.includes(resource.name)
}
