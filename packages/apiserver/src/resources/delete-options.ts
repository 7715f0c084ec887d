import { objectOrEmpty, type JsonObject } from '@fairlead/base'
import { errors } from '@fairlead/kube-core'

import { parseDryRun } from './write-options.ts'

export interface DeleteOptions {
  readonly dryRun: boolean
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly preconditions: { readonly uid?: string; readonly resourceVersion?: string }
}

const policies = ['Orphan', 'Background', 'Foreground'] as const

/**
 * Reads DeleteOptions from the body, which takes precedence, or the query.
 * @throws StatusError 400 or 422
 */
export function parseDeleteOptions(body: unknown, query: URLSearchParams): DeleteOptions {
  const given = objectOrEmpty(body)
  if (given['kind'] !== undefined && given['kind'] !== 'DeleteOptions') {
    throw errors.badRequest(
      `${JSON.stringify(given['kind'])} in version "v1" cannot be handled as DeleteOptions`,
    )
  }
  const dryRun = Array.isArray(given['dryRun']) ? given['dryRun'] : query.getAll('dryRun')
  const policy = parsePolicy(given, query)
  const preconditions = objectOrEmpty(given['preconditions'])
  const { uid, resourceVersion } = preconditions
  return {
    dryRun: parseDryRun(dryRun),
    ...(policy === undefined ? {} : { propagationPolicy: policy }),
    preconditions: {
      ...(typeof uid === 'string' ? { uid } : {}),
      ...(typeof resourceVersion === 'string' ? { resourceVersion } : {}),
    },
  }
}

function parsePolicy(
  given: JsonObject,
  query: URLSearchParams,
): (typeof policies)[number] | undefined {
  const value = given['propagationPolicy'] ?? query.get('propagationPolicy') ?? undefined
  if (value === undefined || value === '') {
    const orphan = given['orphanDependents']
    return orphan === true ? 'Orphan' : undefined
  }
  const policy = policies.find((each) => each === value)
  if (policy !== undefined) return policy
  throw errors.invalid('DeleteOptions.meta.k8s.io', '', [
    {
      type: 'Invalid',
      field: 'propagationPolicy',
      badValue: value,
      detail: 'must be one of Background, Foreground, Orphan',
    },
  ])
}
