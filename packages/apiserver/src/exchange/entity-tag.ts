import { createHash } from 'node:crypto'

import type { ApiRequest } from '../exchange/api-request.ts'
import type { ApiResponse } from '../exchange/api-response.ts'

/** Adds an ETag, and answers 304 when the client has this content already. */
export function withEntityTag(request: ApiRequest, response: ApiResponse): ApiResponse {
  const digest = createHash('sha512').update(response.body).digest('hex').toUpperCase()
  const headers = { ...response.headers, etag: `"${digest}"`, 'cache-control': 'public' }
  const known = request.ifNoneMatch.split(',').map((tag) => tag.trim())
  return known.includes(headers.etag)
    ? { status: 304, headers, body: '' }
    : { ...response, headers }
}
