import { errors, type FieldError } from '@fairlead/kube-core'

export interface ListOptions {
  readonly limit?: number
  readonly continue?: string
  readonly resourceVersion?: string
  readonly resourceVersionMatch?: 'Exact' | 'NotOlderThan'
}

const matchField = 'resourceVersionMatch'

/** Reads and validates the parameters of a list. @throws StatusError 400 or 422 */
export function parseListOptions(query: URLSearchParams): ListOptions {
  const resourceVersion = parseResourceVersion(query)
  const token = query.get('continue') ?? ''
  const match = query.get('resourceVersionMatch') ?? ''
  const limit = parseCount(query, 'limit')
  if (match !== '') refuse(matchErrors(match, resourceVersion, token))
  if (token !== '' && resourceVersion !== '' && resourceVersion !== '0') {
    throw errors.badRequest('specifying resource version is not allowed when using continue')
  }
  return {
    ...(limit === undefined || limit === 0 ? {} : { limit }),
    ...(token === '' ? {} : { continue: token }),
    ...(resourceVersion === '' ? {} : { resourceVersion }),
    ...(match === 'Exact' || match === 'NotOlderThan' ? { resourceVersionMatch: match } : {}),
  }
}

/** The `resourceVersion` parameter, empty when absent. @throws StatusError 400 */
export function parseResourceVersion(query: URLSearchParams): string {
  const text = query.get('resourceVersion') ?? ''
  if (text === '' || /^\d{1,19}$/.test(text)) return text
  throw errors.badRequest(
    `resourceVersion: Invalid value: ${JSON.stringify(text)}: strconv.ParseUint: parsing ${JSON.stringify(text)}: invalid syntax`,
  )
}

/** A parameter that is a non-negative integer. @throws StatusError 400 */
export function parseCount(query: URLSearchParams, name: string): number | undefined {
  const text = query.get(name) ?? ''
  if (text === '') return undefined
  const count = Number(text)
  if (/^\d+$/.test(text) && Number.isSafeInteger(count)) return count
  throw errors.badRequest(
    `${name}: Invalid value: ${JSON.stringify(text)}: must be a number of zero or more`,
  )
}

function matchErrors(match: string, resourceVersion: string, token: string): FieldError[] {
  const forbidden = (detail: string): FieldError => ({
    type: 'Forbidden',
    field: matchField,
    detail,
  })
  if (resourceVersion === '') {
    return [forbidden('resourceVersionMatch is forbidden unless resourceVersion is provided')]
  }
  if (token !== '') {
    return [forbidden('resourceVersionMatch is forbidden when continue is provided')]
  }
  if (match !== 'Exact' && match !== 'NotOlderThan') {
    const detail = 'supported values: "Exact", "NotOlderThan", ""'
    return [{ type: 'Unsupported', field: matchField, badValue: match, detail }]
  }
  if (match === 'Exact' && resourceVersion === '0') {
    return [forbidden('resourceVersionMatch "exact" is forbidden for resourceVersion "0"')]
  }
  return []
}

/** @throws StatusError 422 when there are errors */
export function refuse(found: readonly FieldError[]): void {
  if (found.length > 0) throw errors.invalid('ListOptions.meta.k8s.io', '', found)
}
