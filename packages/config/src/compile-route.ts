import type { LLMProvider, RoutingPolicy } from '@fairlead/api'
import type { Catalogue, Findings } from './findings.ts'
import { freeze, frozenCopy } from './freeze.ts'
import { compareText, identityOf, namespaceOf, resourceKey } from './resource-key.ts'
import type {
  LLMProviderSettings,
  RetrySettings,
  Route,
  RouteMatch,
  RouteTarget,
} from '@fairlead/snapshot'

type Rule = RoutingPolicy['spec']['rules'][number]

const defaultRetry: RetrySettings = freeze({
  attempts: 2,
  conditions: ['RateLimited', 'ServerError', 'Timeout', 'Connect'],
})

/**
 * The rules of a policy as routes, in their order. A target that cannot be resolved is left out; a
 * rule without any stays, and answers 503, because falling through to another rule would send its
 * calls where nobody sent them. A rule whose match has a field that nothing evaluates yet is left
 * out, because without the field it would match more than it says.
 */
export function compileRoutes(
  policy: RoutingPolicy,
  providers: Catalogue<LLMProvider, LLMProviderSettings>,
  findings: Findings,
): readonly Route[] {
  return policy.spec.rules.flatMap((rule, index) => {
    const path = `spec.rules[${index}]`
    const targets = compileTargets(rule, path, providers, findings)
    if (rule.mirror) {
      findings.target(providers, rule.mirror.providerRef, `${path}.mirror.providerRef`)
    }
    if (hasUnevaluatedMatch(rule)) return []
    return [
      {
        policy: identityOf(policy),
        rule: rule.name,
        match: compileMatch(rule.match, namespaceOf(policy)),
        strategy: (rule.strategy ?? 'Weighted') === 'Weighted' ? 'Weighted' : 'Priority',
        targets,
        retry: {
          attempts: rule.retry?.attempts ?? defaultRetry.attempts,
          // `true` is what kubectl makes of an unquoted `on`
          conditions: frozenCopy(rule.retry?.true ?? rule.retry?.on ?? defaultRetry.conditions),
        },
      },
    ]
  })
}

/** True when a rule has a match field that this version cannot evaluate. */
export function hasUnevaluatedMatch({ match }: Rule): boolean {
  const { cel, promptTypes } = match ?? {}
  return Boolean(cel || promptTypes?.length)
}

function compileTargets(
  rule: Rule,
  path: string,
  providers: Catalogue<LLMProvider, LLMProviderSettings>,
  findings: Findings,
): readonly RouteTarget[] {
  return rule.targets.flatMap((target, index) => {
    const targetPath = `${path}.targets[${index}].providerRef`
    const provider = findings.target(providers, target.providerRef, targetPath)
    if (!provider) return []
    return [
      {
        name: target.name,
        provider: provider.key,
        model: target.model,
        weight: target.weight ?? 1,
      },
    ]
  })
}

/**
 * Lists are sorted and free of repetitions and names of resources have their namespace (by default
 * the policy's), so that matches of the same calls are equal values.
 */
function compileMatch(match: Rule['match'], namespace: string): RouteMatch {
  const qualified = (names: readonly string[] | undefined) =>
    normalised(names?.map((name) => (name.includes('/') ? name : resourceKey(namespace, name))))
  return {
    models: normalised(match?.models),
    groups: normalised(match?.groups),
    consumers: qualified(match?.consumers),
    headers: (match?.headers ?? [])
      .map(({ name, value }) => ({ name: name.toLowerCase(), value }))
      .toSorted(
        (left, right) => compareText(left.name, right.name) || compareText(left.value, right.value),
      ),
    promptTemplates: qualified(match?.promptTemplates),
    inputTokens: compileRange(match?.inputTokens),
  }
}

/** Undefined when it holds for every length, so that it does not count as a condition. */
function compileRange(range: NonNullable<Rule['match']>['inputTokens']): RouteMatch['inputTokens'] {
  const { min = 0, max } = range ?? {}
  return min === 0 && max === undefined ? undefined : { min, max }
}

function normalised(names: readonly string[] | undefined): readonly string[] {
  return [...new Set(names)].toSorted(compareText)
}
