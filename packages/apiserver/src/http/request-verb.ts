import type { ApiRequest } from '../exchange/api-request.ts'
import { parseFlag } from '../exchange/query-parameters.ts'
import type { ResourcePath } from './request-path.ts'

/** The verb of a resource request, as used by RBAC and discovery. */
export function verbOf(request: ApiRequest, path: ResourcePath): string {
  switch (request.method) {
    case 'POST':
      return 'create'
    case 'PUT':
      return 'update'
    case 'DELETE':
      return path.name === undefined ? 'deletecollection' : 'delete'
    case 'GET':
      if (path.name !== undefined) return 'get'
      return parseFlag(request.query, 'watch') ? 'watch' : 'list'
    default:
      return request.method.toLowerCase()
  }
}
