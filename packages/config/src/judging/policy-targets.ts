import {
  Consumer,
  LLMGateway,
  LLMProvider,
  PromptTemplate,
  RoutingPolicy,
  type PolicyTargetReference,
} from '@fairlead/api'
import type { ResourceType } from '@fairlead/kube-core'
import type { PolicyTarget, Route } from '@fairlead/snapshot'
import type { Findings } from './findings.ts'

/** The kinds that policies can be attached to. */
export const policyTargetTypes: readonly ResourceType[] = [
  LLMGateway,
  RoutingPolicy,
  LLMProvider,
  PromptTemplate,
  Consumer,
]

/** A rule's name is that of its route. */
const rulesOf = (routes: unknown) => (routes as readonly Route[]).map(({ rule }) => rule)

function hasRule(key: string, rule: string, path: string, findings: Findings): boolean {
  const target = { kind: RoutingPolicy.kind, key }
  const part = { part: rule, what: 'rule', partsOf: rulesOf }
  return findings.hasPart(target, part, `${path}.sectionName`)
}

/** The targets of a policy; those that cannot be resolved are left out, with the problem noted. */
export function compileTargets(
  references: readonly PolicyTargetReference[],
  findings: Findings,
): readonly PolicyTarget[] {
  return references.flatMap(({ kind, name, sectionName }, index): readonly PolicyTarget[] => {
    const path = `spec.targetRefs[${index}]`
    const type = policyTargetTypes.find((one) => one.kind === kind)
    const key = type && findings.resolve(type, { name }, path)
    if (key === undefined) return []
    if (kind === 'RoutingPolicy') {
      const isThere = sectionName === undefined || hasRule(key, sectionName, path, findings)
      return isThere ? [{ kind, key, rule: sectionName }] : []
    }
    if (kind === 'LLMProvider') return [{ kind, key, model: sectionName }]
    if (sectionName !== undefined) {
      findings.reject(`${path}.sectionName: ${kind} has no parts; leave it out`)
    }
    return [{ kind, key }]
  })
}
