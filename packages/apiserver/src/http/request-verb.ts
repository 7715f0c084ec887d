import type { ApiRequest } from '../exchange/api-request.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import type { ResourcePath } from './request-path.ts'

/**
 * The verb of a resource request, as used by RBAC and discovery; empty for a method without one (as
 * RequestInfoFactory in apiserver).
 */
export function verbOf(
  { method, query }: Pick<ApiRequest, 'method' | 'query'>,
  { name, watches }: ResourcePath,
): string {
  if (watches) return 'watch'
  switch (method) {
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'PATCH':
      return 'patch'
    case 'DELETE':
      return name === undefined ? 'deletecollection' : 'delete'
    case 'GET':
    case 'HEAD':
      if (name !== undefined) return 'get'
      return parseFlag(query, 'watch') ? 'watch' : 'list'
    default:
      return ''
  }
}
