import type { ApiRequest } from '../exchange/api-request.ts'
import { parseResourcePath } from '../http/request-path.ts'
import { verbOf } from '../http/request-verb.ts'

/** Which requests; each field that is given must hold. Without fields: all. */
export interface RequestMatch {
  /** As RBAC names them: get, list, watch, create, update, patch, delete, deletecollection. */
  readonly verbs?: readonly string[]
  /** The plural, with the group behind a dot unless it is the core group: `deployments.apps`. */
  readonly resource?: string
  readonly subresource?: string
  readonly namespace?: string
  readonly name?: string
  /** The name of the user who asks. */
  readonly user?: string
}

/** Whether a request, which may be for something that is no resource, is among those. */
export function matchesRequest(match: RequestMatch, request: ApiRequest): boolean {
  if (match.user !== undefined && match.user !== request.user.name) return false
  const { verbs, resource, subresource, namespace, name } = match
  const wanted = { verbs, resource, subresource, namespace, name }
  if (Object.values(wanted).every((value) => value === undefined)) return true
  const path = parseResourcePath(request.path)
  if (path === undefined) return false
  const plural = path.group === '' ? path.resource : `${path.resource}.${path.group}`
  return (
    (verbs === undefined || verbs.includes(verbOf(request, path))) &&
    (resource === undefined || resource === plural) &&
    (subresource === undefined || subresource === (path.subresource ?? '')) &&
    (namespace === undefined || namespace === path.namespace) &&
    (name === undefined || name === path.name)
  )
}
