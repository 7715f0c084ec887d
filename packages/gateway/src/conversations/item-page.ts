import type { ItemPageRequest } from '@fairlead/context'
import { invalidField } from '@fairlead/llm'

/** Reads `limit`, `order` and `after` of a list request. */
export function readItemPage(query: URLSearchParams): ItemPageRequest {
  const limit = query.get('limit')
  const order = query.get('order')
  const after = query.get('after')
  if (limit !== null && !/^(?:[1-9]\d?|100)$/.test(limit)) {
    throw invalidField('limit', 'it must be a whole number from 1 to 100.')
  }
  if (order !== null && order !== 'asc' && order !== 'desc') {
    throw invalidField('order', 'it must be asc or desc.')
  }
  return {
    ...(limit === null ? {} : { limit: Number(limit) }),
    ...(order === null ? {} : { order }),
    ...(after === null ? {} : { after }),
  }
}
