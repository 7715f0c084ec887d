import { PriceBook, UsagePolicy } from '@fairlead/api'
import type { CompileResult, ResourceConditions } from '@fairlead/config'
import { enforcedAt, enforcedOverall } from './enforced-condition.ts'
import { mergeCounters } from './merge-counters.ts'
import { pricedCondition, unpricedOn } from './priced-condition.ts'
import type { Finding, ReplicaFindings } from './replica-findings.ts'

/**
 * What is planned for a policy, with what live replicas report of it: Enforced at each target and over
 * all, counters and prices. Anything that is not a policy is returned as it is.
 */
export function planPolicy(
  planned: ResourceConditions,
  result: CompileResult,
  { findings, nowMs }: { readonly findings: ReplicaFindings; readonly nowMs: number },
  problems: readonly Finding[],
): ResourceConditions {
  if (planned.targets === undefined) return planned
  const targets = planned.targets.map((target) => {
    const enforced = enforcedAt(planned, target, { result, findings, problems })
    return { ...target, conditions: [...target.conditions, enforced] }
  })
  const gateways = [...new Set(targets.flatMap((target) => target.gateways))]
  const conditions = [...planned.conditions, enforcedOverall(targets)]
  switch (planned.kind) {
    case UsagePolicy.kind: {
      const key = `${planned.namespace}/${planned.name}`
      const counters = mergeCounters(key, gateways, { findings, nowMs })
      return {
        ...planned,
        targets,
        conditions,
        statusFields: { ...planned.statusFields, counters },
      }
    }
    case PriceBook.kind: {
      const unpriced = unpricedOn(gateways, findings)
      return {
        ...planned,
        targets,
        conditions: [...conditions, pricedCondition(gateways, findings)],
        statusFields: { ...planned.statusFields, unpriced },
      }
    }
    default:
      return { ...planned, targets, conditions }
  }
}
