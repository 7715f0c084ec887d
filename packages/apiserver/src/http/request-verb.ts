import { parseFlag } from '../watch/watch-options.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { ResourcePath } from './request-path.ts'

/** What a request does to a resource, in the words of roles and discovery. */
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
