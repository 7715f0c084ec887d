import { Consumer, KnowledgeBase, LLMGateway, LLMProvider } from '@fairlead/api'
import {
  keysCondition,
  type CompileResult,
  type PlannedCondition,
  type ResourceConditions,
} from '@fairlead/config'
import type { TypedObject } from '@fairlead/kube-core'
import { keyOf, keyText } from '@fairlead/controller-runtime'
import { keysOf } from './consumer-keys.ts'
import { knowledgeFields, readyCondition } from './knowledge-status.ts'
import { healthyCondition, mergeAvailability, mergeReferences } from './merge-findings.ts'
import { planPolicy } from './plan-policy.ts'
import { programmedCondition } from './programmed-condition.ts'
import type { ReplicaFindings } from './replica-findings.ts'
import { isLive, replicasOf } from './replica-reports.ts'
import { stateStoreCondition } from './state-stores.ts'
import { resourceText } from './resource-text.ts'

/** The moment for which a status is planned. */
export interface Moment {
  readonly nowMs: number
  readonly leaseMs: number
  readonly findings: ReplicaFindings
  /** Whether gateways with `spec.deployment` are run. */
  readonly runsGateways: boolean
}

/**
 * The conditions that a resource should carry: what `compile` says, with what live replicas report
 * merged in. Undefined for a resource that the configuration does not know (yet).
 */
export function planStatus(
  object: TypedObject,
  result: CompileResult,
  moment: Moment,
): ResourceConditions | undefined {
  const { kind } = object
  const planned = result.conditionsByKind.get(kind)?.get(keyText(keyOf(object)))
  if (planned === undefined || planned.isUnfit === true) return planned
  const resource = resourceText(kind, keyOf(object))
  const problems = moment.findings.problemsOf(resource)
  const conditions = planned.conditions.map((condition) => {
    if (condition.type === 'ResolvedRefs') return mergeReferences(condition, problems)
    if (condition.type === 'Available') return mergeAvailability(condition, problems)
    return condition
  })
  const keys = keysOf(object, moment.nowMs)
  const policy = planPolicy({ ...planned, conditions }, result, moment, problems)
  return {
    ...policy,
    conditions: [...policy.conditions, ...reported(object, result, moment, resource)],
    ...(keys && { statusFields: { ...planned.statusFields, keys } }),
    ...(kind === LLMProvider.kind && {
      statusFields: {
        ...planned.statusFields,
        credentials: moment.findings.credentialsOf(resource),
      },
    }),
    ...(kind === KnowledgeBase.kind && {
      statusFields: {
        ...planned.statusFields,
        ...knowledgeFields(moment.findings.knowledgeOf(resource)),
      },
    }),
  }
}

/** Conditions that only replicas' reports and the clock can tell, by kind. */
function reported(
  object: TypedObject,
  result: CompileResult,
  { nowMs, leaseMs, findings, runsGateways }: Moment,
  resource: string,
): readonly PlannedCondition[] {
  switch (object.kind) {
    case LLMGateway.kind: {
      const live = replicasOf(object).filter((replica) => isLive(replica, nowMs, leaseMs))
      const snapshot = result.snapshots.get(keyText(keyOf(object)))
      const store = stateStoreCondition(snapshot?.gateway.state.type === 'Redis', live)
      return [
        programmedCondition(snapshot?.hash, live),
        ...(store ? [store] : []),
        ...(runsGateways ? [] : notRunHere(object)),
      ]
    }
    case Consumer.kind: {
      const keys = keysCondition(keysOf(object, nowMs) ?? [])
      return keys === undefined ? [] : [keys]
    }
    case LLMProvider.kind:
      return [healthyCondition(findings.healthOf(resource))]
    case KnowledgeBase.kind:
      return [readyCondition(findings.knowledgeOf(resource), object.metadata.generation ?? 0)]
    default:
      return []
  }
}

/** `Deployed` of a gateway that asks to be run where nothing runs gateways. */
function notRunHere(gateway: TypedObject): readonly PlannedCondition[] {
  if ((gateway as LLMGateway).spec.deployment === undefined) return []
  const message =
    'spec.deployment is ignored: it is for `fairlead operator` in a cluster, and here another command, such as `fairlead up`, runs the gateway itself'
  return [{ type: 'Deployed', status: 'False', reason: 'NotRunHere', message }]
}
