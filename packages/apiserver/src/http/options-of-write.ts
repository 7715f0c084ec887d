import type { ApiRequest } from '../exchange/api-request.ts'
import { parseWriteOptions, type WriteKind, type WriteOptions } from '../resources/write-options.ts'
import { mediaTypeOf } from './decode-body.ts'
import { applyPatchType } from './patch-types.ts'

/** The options of a request that writes. @throws StatusError 422 */
export function optionsOfWrite(request: ApiRequest): WriteOptions {
  return parseWriteOptions(kindOf(request), request.query, request.userAgent, request.warn)
}

function kindOf({ method, contentType }: ApiRequest): WriteKind {
  switch (method) {
    case 'POST':
      return 'create'
    case 'PATCH':
      return mediaTypeOf(contentType) === applyPatchType ? 'apply' : 'patch'
    default:
      return 'update'
  }
}
