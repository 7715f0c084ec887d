import { isJsonObject, objectOrEmpty, type JsonObject } from '@fairlead/base'
import { errors, supportedValues, type FieldError } from '@fairlead/kube-core'

import { parseFlag, parseInteger } from '../exchange/query-parameters.ts'
import { dryRunErrors, isDryRun } from './write-options.ts'

const policies = ['Foreground', 'Background', 'Orphan'] as const
type PropagationPolicy = (typeof policies)[number]

export interface DeleteOptions {
  readonly dryRun: boolean
  readonly propagationPolicy?: PropagationPolicy
  /** The older form of a policy; false is answered with 202 while the object is still there. */
  readonly orphanDependents?: boolean
  readonly gracePeriodSeconds?: number
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string }
}

/**
 * Reads DeleteOptions from the body, or without one from the query, as ValidateDeleteOptions in
 * apimachinery.
 * @throws StatusError 400 or 422
 */
export function parseDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const given = isJsonObject(body) ? body : ofQuery(query)
  const { propagationPolicy: policy, orphanDependents, gracePeriodSeconds } = given
  const dryRun = Array.isArray(given['dryRun']) ? given['dryRun'].map(String) : []
  refuse([...policyErrors(policy, typeof orphanDependents === 'boolean'), ...dryRunErrors(dryRun)])
  const { uid, resourceVersion } = objectOrEmpty(given['preconditions'])
  const known = policies.find((each) => each === policy)
  return {
    dryRun: isDryRun(dryRun),
    ...(known === undefined ? {} : { propagationPolicy: known }),
    ...(typeof orphanDependents === 'boolean' ? { orphanDependents } : {}),
    ...(typeof gracePeriodSeconds === 'number' ? { gracePeriodSeconds } : {}),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  }
}

function ofQuery(query: URLSearchParams): JsonObject {
  return {
    dryRun: query.getAll('dryRun'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    orphanDependents: parseFlag(query, 'orphanDependents'),
    gracePeriodSeconds: parseInteger(query, 'gracePeriodSeconds'),
    preconditions: {
      uid: query.get('uid') || undefined,
      resourceVersion: query.get('resourceVersion') || undefined,
    },
  }
}

function policyErrors(policy: unknown, hasOrphanDependents: boolean): FieldError[] {
  if (typeof policy !== 'string') return []
  const field = 'propagationPolicy'
  const found: FieldError[] = []
  if (hasOrphanDependents) {
    const detail = 'orphanDependents and deletionPropagation cannot be both set'
    found.push({ type: 'Invalid', field, badValue: policy, detail })
  }
  if (!policies.some((each) => each === policy)) {
    const detail = supportedValues([...policies, 'nil'])
    found.push({ type: 'Unsupported', field, badValue: policy, detail })
  }
  return found
}

function refuse(found: readonly FieldError[]): void {
  if (found.length > 0) throw errors.invalid('DeleteOptions.meta.k8s.io', '', found)
}
