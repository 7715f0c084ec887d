import { canonicalJson, compareText } from '@fairlead/base'
import { LLMProvider, RoutingPolicy, type RoutingRule } from '@fairlead/api'
import type {
  Capabilities,
  MirrorSettings,
  Route,
  RouteMatch,
  RouteTarget,
  StickinessSettings,
} from '@fairlead/snapshot'
import { checkCondition } from '../../judging/check-condition.ts'
import { compileTimeouts } from '../../judging/compile-timeouts.ts'
import type { Findings } from '../../judging/findings.ts'
import type { KindCompiler } from '../../judging/kind-compiler.ts'
import { frozenCopy } from '../../values/freeze.ts'
import { identityOf, namespaceOf, resourceKey } from '../../values/resource-key.ts'
import { mergeRoutes } from './merge-routes.ts'
import { noticeUnlistedModels } from './unlisted-models.ts'
import { shadowedRules } from './shadowed-rules.ts'

/** What is used instead of a strategy that is not served. */
const fallbackStrategy = 'Priority'

/** The rules of a policy as routes, in their order. */
export const routingPolicy: KindCompiler<RoutingPolicy, readonly Route[]> = {
  type: RoutingPolicy,
  references: [LLMProvider],
  compile: compileRoutes,
  gatewayRefs: ({ spec }) => spec.gatewayRefs,
  unsupportedFields: ({ routingStrategies }) => [
    {
      path: 'spec.rules[].strategy',
      unless: routingStrategies,
      instead: `targets are tried in their order, as with ${fallbackStrategy}`,
    },
  ],
  claims: {
    of: (routes) => routes.map((route) => ({ subject: subjectOf(route), name: route.rule })),
    without: (routes, lost) => routes.filter((route) => !lost.has(subjectOf(route))),
    describeLoss: ({ name }, winner, winning) =>
      `rule ${name} matches the same calls as rule ${winning.name} of ${winner}: that one gets them, and rule ${name} is left out; give it another match, or remove it`,
    refuses: true,
  },
  shadowed: (members) => shadowedRules(mergeRoutes(members)),
  needs: (routes) =>
    routes.flatMap(({ targets, mirror }) =>
      [...targets, ...(mirror ? [mirror] : [])].map(({ provider }) => ({
        type: LLMProvider,
        key: provider,
      })),
    ),
  contribute: (members) => ({ routes: mergeRoutes(members) }),
}

const subjectOf = ({ match }: Route): string => canonicalJson(match)

/**
 * A target that cannot be resolved is left out; a rule without any stays, and answers 503, because
 * falling through would send its calls to a rule that was not meant for them.
 */
function compileRoutes(
  policy: RoutingPolicy,
  findings: Findings,
  { routingStrategies }: Capabilities,
): readonly Route[] {
  return policy.spec.rules.flatMap((rule, index) => {
    const { match, strategy, retry, timeouts } = rule
    const path = `spec.rules[${index}]`
    const targets = compileTargets(rule, path, findings)
    noticeUnlistedModels(rule, targets, findings)
    const mirror = compileMirror(rule, path, findings)
    checkCondition(match.cel.trim(), `${path}.match.cel`, findings)
    return [
      {
        policy: identityOf(policy),
        rule: rule.name,
        match: compileMatch(match, namespaceOf(policy)),
        strategy: routingStrategies.includes(strategy) ? strategy : fallbackStrategy,
        targets,
        retry: {
          attempts: retry.attempts,
          withinMs:
            retry.within === undefined
              ? undefined
              : findings.duration(retry.within, `${path}.retry.within`),
          conditions: frozenCopy(retry.conditions),
        },
        timeouts: compileTimeouts(timeouts, findings, `${path}.timeouts`),
        stickiness: compileStickiness(rule),
        mirror,
      },
    ]
  })
}

function compileTargets(
  { targets }: RoutingRule,
  path: string,
  findings: Findings,
): readonly RouteTarget[] {
  return targets.flatMap(({ name, providerRef, model, weight }, index) => {
    const targetPath = `${path}.targets[${index}].providerRef`
    const provider = findings.resolve(LLMProvider, providerRef, targetPath)
    return provider === undefined ? [] : [{ name, provider, model, weight }]
  })
}

/** A mirror that cannot be resolved, or of no call, copies nothing. */
function compileMirror(
  { mirror }: RoutingRule,
  path: string,
  findings: Findings,
): MirrorSettings | undefined {
  if (mirror === undefined) return undefined
  const { providerRef, model, percent } = mirror
  const provider = findings.resolve(LLMProvider, providerRef, `${path}.mirror.providerRef`)
  return provider === undefined || percent === 0 ? undefined : { provider, model, percent }
}

function compileStickiness({ stickiness }: RoutingRule): StickinessSettings | undefined {
  const { by, header } = stickiness
  if (by === 'None') return undefined
  return by === 'Header' ? { by, header: (header ?? '').toLowerCase() } : { by }
}

/**
 * Lists are sorted and free of repetitions and names of resources have their namespace (by default
 * the policy's), so that matches of the same calls are equal values.
 */
function compileMatch(match: RoutingRule['match'], namespace: string): RouteMatch {
  const qualified = (names: readonly string[]) =>
    normalised(names.map((name) => (name.includes('/') ? name : resourceKey(namespace, name))))
  return {
    models: normalised(match.models),
    groups: normalised(match.groups),
    consumers: qualified(match.consumers),
    headers: match.headers
      .map(({ name, value }) => ({ name: name.toLowerCase(), value }))
      .toSorted(
        (left, right) => compareText(left.name, right.name) || compareText(left.value, right.value),
      ),
    promptTemplates: qualified(match.promptTemplates),
    inputTokens: compileRange(match.inputTokens),
    cel: match.cel.trim(),
    promptTypes: [...new Set(match.promptTypes)].toSorted(compareText),
    complexity: compileComplexity(match.complexity),
  }
}

/** Undefined when it holds for every length, so that it does not count as a condition. */
function compileRange(range: RoutingRule['match']['inputTokens']): RouteMatch['inputTokens'] {
  const { min = 0, max } = range ?? {}
  return min === 0 && max === undefined ? undefined : { min, max }
}

/** The same for complexity, whose greatest value is 100. */
function compileComplexity(range: RoutingRule['match']['complexity']): RouteMatch['complexity'] {
  const { min = 0, max = 100 } = range ?? {}
  return min === 0 && max === 100 ? undefined : { min, max }
}

function normalised(names: readonly string[]): readonly string[] {
  return [...new Set(names)].toSorted(compareText)
}
