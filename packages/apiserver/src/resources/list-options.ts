import { errors, StatusError, supportedValues, type FieldError } from '@fairlead/kube-core'

import { parseFlag, parseInteger, parseResourceVersion } from '../exchange/query-parameters.ts'

export interface ListOptions {
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
}

const matchField = 'resourceVersionMatch'

/**
 * Reads and validates the parameters of a list, as ValidateListOptions in apimachinery and the
 * storage's reading of resource versions.
 * @throws StatusError 400 or 422
 */
export function parseListOptions(query: URLSearchParams): ListOptions {
  const resourceVersion = query.get('resourceVersion') ?? ''
  const token = query.get('continue') ?? ''
  const match = query.get('resourceVersionMatch') ?? ''
  const limit = Math.max(parseInteger(query, 'limit') ?? 0, 0)
  parseInteger(query, 'timeoutSeconds')
  refuse([...matchErrors(match, resourceVersion, token), ...initialEventsErrors(query)])
  checkVersion(resourceVersion, { token, isFromStorage: match === 'Exact' || limit > 0 })
  return {
    // What is served from memory at any version is served whole.
    ...(limit === 0 || resourceVersion === '0' ? {} : { limit }),
    ...(token === '' ? {} : { continue: token }),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    ...(match === 'Exact' || match === 'NotOlderThan' ? { resourceVersionMatch: match } : {}),
  }
}

/** Lists that the real server does not serve from its cache report versions in another way. */
function checkVersion(
  resourceVersion: string,
  { token, isFromStorage }: { token: string; isFromStorage: boolean },
): void {
  if (token !== '') {
    if (resourceVersion === '' || resourceVersion === '0') return
    throw errors.badRequest('specifying resource version is not allowed when using continue')
  }
  try {
    parseResourceVersion(resourceVersion)
  } catch (error) {
    if (!isFromStorage || !(error instanceof StatusError)) throw error
    throw errors.badRequest(`invalid resource version: ${error.message}`)
  }
}

function initialEventsErrors(query: URLSearchParams): FieldError[] {
  if (parseFlag(query, 'sendInitialEvents') === undefined) return []
  return [forbidden('sendInitialEvents', 'sendInitialEvents is forbidden for list')]
}

function matchErrors(match: string, resourceVersion: string, token: string): FieldError[] {
  if (match === '') return []
  const found: FieldError[] = []
  const forbid = (detail: string): void => void found.push(forbidden(matchField, detail))
  if (resourceVersion === '') {
    forbid('resourceVersionMatch is forbidden unless resourceVersion is provided')
  }
  if (token !== '') forbid('resourceVersionMatch is forbidden when continue is provided')
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    found.push(unsupportedMatch(match, ['Exact', 'NotOlderThan', '']))
  }
  if (match === 'Exact' && resourceVersion === '0') {
    forbid('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')
  }
  return found
}

/** Of `resourceVersionMatch`, for lists and watches. */
export function unsupportedMatch(match: string, supported: readonly string[]): FieldError {
  const detail = supportedValues(supported)
  return { type: 'Unsupported', field: matchField, badValue: match, detail }
}

export function forbidden(field: string, detail: string): FieldError {
  return { type: 'Forbidden', field, detail }
}

/** @throws StatusError 422 when there are errors */
export function refuse(found: readonly FieldError[]): void {
  if (found.length > 0) throw errors.invalid('ListOptions.meta.k8s.io', '', found)
}
