import {
  Consumer,
  LLMGateway,
  LLMProvider,
  PromptTemplate,
  RoutingPolicy,
  type PolicyTargetReference,
} from '@fairlead/api'
import type { ResourceType } from '@fairlead/kube-core'
import type { PolicyTarget } from '@fairlead/snapshot'
import type { Findings } from './findings.ts'

/** The kinds that policies can be attached to. */
export const policyTargetTypes: readonly ResourceType[] = [
  LLMGateway,
  RoutingPolicy,
  LLMProvider,
  PromptTemplate,
  Consumer,
]

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
    if (kind === 'RoutingPolicy') return [{ kind, key, rule: sectionName }]
    if (kind === 'LLMProvider') return [{ kind, key, model: sectionName }]
    if (sectionName !== undefined) {
      findings.reject(`${path}.sectionName: ${kind} has no parts; leave it out`)
    }
    return [{ kind, key }]
  })
}
