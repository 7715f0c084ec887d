import { bounded, commonConditionTypes, type PlannedCondition } from '@fairlead/config'
import { failureReasons, type Finding } from './replica-findings.ts'

/** Reasons that belong to `ResolvedRefs`. */
const referenceReasons =
  commonConditionTypes.find(({ type }) => type === 'ResolvedRefs')?.reasons.False ?? []
/** `ResolvedRefs` with what only replicas can see, such as a Secret without the key. */
export function mergeReferences(
  planned: PlannedCondition,
  findings: readonly Finding[],
): PlannedCondition {
  const missing = findings.filter(({ reason }) => referenceReasons.includes(reason))
  const [first] = missing
  if (first === undefined) return planned
  const resolved = planned.status === 'True'
  return {
    type: planned.type,
    status: 'False',
    reason: resolved ? first.reason : planned.reason,
    message: joined([...(resolved ? [] : [planned.message]), ...missing.map(describe)]),
  }
}

/** `Available` of a store: False as soon as one replica cannot use it. */
export function mergeAvailability(
  planned: PlannedCondition,
  findings: readonly Finding[],
): PlannedCondition {
  const unavailable = findings.filter(({ reason }) => reason === 'StoreUnavailable')
  if (planned.status !== 'True' || unavailable.length === 0) return planned
  return {
    type: planned.type,
    status: 'False',
    reason: 'StoreUnavailable',
    message: joined(unavailable.map(describe)),
  }
}

/**
 * `Healthy` of a provider: False while the calls of any replica fail, True once calls have succeeded,
 * Unknown before the first call.
 */
export function healthyCondition(findings: readonly Finding[]): PlannedCondition {
  const type = 'Healthy'
  const failing = findings.filter(({ reason }) => failureReasons.includes(reason))
  const reason = failureReasons.find((one) => failing.some((finding) => finding.reason === one))
  if (reason !== undefined) {
    return { type, status: 'False', reason, message: joined(failing.map(describe)) }
  }
  if (findings.some((finding) => finding.reason === 'Healthy')) {
    return { type, status: 'True', reason: 'Healthy', message: 'The most recent calls succeeded' }
  }
  return {
    type,
    status: 'Unknown',
    reason: 'Unknown',
    message: 'No replica has called it yet, or not since its keys changed',
  }
}

function describe({ message, reason, replicas }: Finding): string {
  return `${message || reason} (replica ${replicas.toSorted().join(', ')})`
}

function joined(messages: readonly string[]): string {
  return bounded(messages.join('; '))
}
