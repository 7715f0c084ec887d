import { LLMGateway } from '@fairlead/api'
import { changesConfiguration } from '@fairlead/config'
import type { Predicate } from '@fairlead/controller-runtime'
import { deepEqual, type TypedObject } from '@fairlead/kube-core'
import { replicasOf } from './replica-reports.ts'

/** Passes updates after which the conditions of any resource may have to change. */
export const changesConditions: Predicate = {
  update: ({ oldObject, newObject }) =>
    changesConfiguration(oldObject, newObject) || changesReports(oldObject, newObject),
}

/** Whether the reports of a gateway's replicas differ in more than their time. */
function changesReports(before: TypedObject, after: TypedObject): boolean {
  if (after.kind !== LLMGateway.kind) return false
  return !deepEqual(replicasOf(before).map(withoutTime), replicasOf(after).map(withoutTime))
}

function withoutTime(report: object): object {
  return { ...report, reportedAt: '' }
}
