import { UsagePolicy, type LLMGatewayReplica } from '@fairlead/api'
import {
  bounded,
  type CompileResult,
  type PlannedCondition,
  type PlannedTarget,
  type ResourceConditions,
} from '@fairlead/config'
import { named } from './named-replicas.ts'
import type { Finding, ReplicaFindings } from './replica-findings.ts'
import { storesOf } from './state-stores.ts'

const type = 'Enforced'

/** Why a policy is not enforced at all its targets: the most urgent first. */
const urgency = ['StateStoreUnavailable', 'NotEnforced', 'NoReplicas', 'Pending', 'Shadow']

/** What decides on whether a policy is enforced, beside its targets. */
interface Evidence {
  readonly result: CompileResult
  readonly findings: ReplicaFindings
  /** What replicas say of the policy. */
  readonly problems: readonly Finding[]
}

/**
 * `Enforced` of a policy at one of its targets: true only when every live replica of every gateway
 * concerned runs what is configured now, and none of them reports a problem with the policy.
 */
export function enforcedAt(
  { kind, isShadow }: ResourceConditions,
  target: PlannedTarget,
  { result, findings, problems }: Evidence,
): PlannedCondition {
  const [accepted] = target.conditions
  if (target.gateways.length === 0) {
    return notEnforced('NotEnforced', accepted?.message ?? 'It is not accepted')
  }
  if (isShadow) {
    return notEnforced(
      'Shadow',
      'With mode Shadow it decides, counts and logs, and refuses nothing',
    )
  }
  const silent = target.gateways.filter((key) => findings.liveOf(key).length === 0)
  if (silent.length > 0) {
    const message = `No replica of LLMGateway ${silent.join(', ')} has reported recently`
    return notEnforced('NoReplicas', message)
  }
  const live = target.gateways.flatMap((key) => findings.liveOf(key))
  return (
    troubled(kind, live, problems) ??
    pending(target, { result, findings }, live.length) ?? {
      type,
      status: 'True',
      reason: 'Enforced',
      message: enforcedMessage(kind, target, findings),
    }
  )
}

/** `Enforced` of a policy over all its targets. */
export function enforcedOverall(targets: readonly PlannedTarget[]): PlannedCondition {
  const all = targets.flatMap(({ conditions }) => conditions.filter((one) => one.type === type))
  const reason = urgency.find((one) => all.some((condition) => condition.reason === one))
  const decisive = all.filter((condition) => condition.reason === (reason ?? 'Enforced'))
  const message = bounded([...new Set(decisive.map((one) => one.message))].join('; '))
  return reason === undefined
    ? { type, status: 'True', reason: 'Enforced', message }
    : notEnforced(reason, message)
}

function troubled(
  kind: string,
  live: readonly LLMGatewayReplica[],
  problems: readonly Finding[],
): PlannedCondition | undefined {
  const names = new Set(live.map(({ name }) => name))
  const said = problems.filter(({ replicas }) => replicas.some((name) => names.has(name)))
  const store = kind === UsagePolicy.kind ? live.filter(isWithoutStore) : []
  if (said.length === 0 && store.length === 0) return undefined
  const isStore = store.length > 0 || said.some(({ reason }) => reason === storeReason)
  const messages = [
    ...said.map(({ message, reason, replicas }) => `${message || reason} (${named(replicas)})`),
    ...(said.length > 0 ? [] : store.map(storeMessage)),
  ]
  return notEnforced(isStore ? storeReason : 'NotEnforced', bounded(messages.join('; ')))
}

const storeReason = 'StateStoreUnavailable'

function isWithoutStore({ stateStore }: LLMGatewayReplica): boolean {
  return stateStore?.available === false
}

function storeMessage({ name, stateStore }: LLMGatewayReplica): string {
  return `${stateStore?.message || 'The state store does not answer'} (${name})`
}

function pending(
  { gateways }: PlannedTarget,
  { result, findings }: Pick<Evidence, 'result' | 'findings'>,
  total: number,
): PlannedCondition | undefined {
  const behind = gateways.flatMap((key) => {
    const hash = result.snapshots.get(key)?.hash
    return findings.liveOf(key).filter(({ configHash }) => configHash !== hash)
  })
  if (behind.length === 0) return undefined
  const waiting = named(behind.map(({ name }) => name))
  const message = `${total - behind.length} of ${total} replicas run it; waiting for ${waiting}`
  return notEnforced('Pending', message)
}

/** Limits hold in each store by itself, which is worth saying where there are several. */
function enforcedMessage(
  kind: string,
  { gateways }: PlannedTarget,
  findings: ReplicaFindings,
): string {
  const replicas = gateways.flatMap((key) => findings.liveOf(key)).length
  const enforced =
    replicas === 1 ? 'The only replica enforces it' : `All ${replicas} replicas enforce it`
  if (kind !== UsagePolicy.kind) return enforced
  const stores = storesOf(gateways, findings).size
  return stores < 2
    ? enforced
    : `${enforced}, and each of ${stores} state stores counts by itself: with spec.state.type Redis the replicas of a gateway count together`
}

function notEnforced(reason: string, message: string): PlannedCondition {
  return { type, status: 'False', reason, message }
}
