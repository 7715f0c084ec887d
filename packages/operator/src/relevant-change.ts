import { LLMGateway } from '@fairlead/api'
import type { Predicate } from '@fairlead/controller-runtime'
import { deepEqual, type KubernetesObject } from '@fairlead/kube-core'
import { replicasOf } from './replica-reports.ts'

/**
 * Whether an update can change what is compiled: the spec (by its generation), the labels of a kind
 * without generations, or that it is another object under the same name. A status cannot.
 */
export function changesConfiguration(before: KubernetesObject, after: KubernetesObject): boolean {
  const [old, current] = [before.metadata, after.metadata]
  if (old.uid !== current.uid || old.generation !== current.generation) return true
  return current.generation === undefined && !deepEqual(old.labels ?? {}, current.labels ?? {})
}

/** Lets updates through after which conditions of any resource may have to change. */
export const changesConditions: Predicate = {
  update: ({ oldObject, newObject }) =>
    changesConfiguration(oldObject, newObject) || changesReports(oldObject, newObject),
}

/** Whether replicas of a gateway say something new; that they are still alive is nothing new. */
function changesReports(before: KubernetesObject, after: KubernetesObject): boolean {
  if (after.kind !== LLMGateway.kind) return false
  return !deepEqual(replicasOf(before).map(withoutTime), replicasOf(after).map(withoutTime))
}

function withoutTime(report: object): object {
  return { ...report, reportedAt: '' }
}
