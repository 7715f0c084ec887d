import { invalidField } from '@fairlead/llm'
import { itemNotFound } from './conversation-errors.ts'
import type { ItemPageRequest } from './conversations.ts'

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly hasMore: boolean
}

/** A page request with its defaults. Throws a ModelError 400 for a limit out of range. */
export function checkedPage({
  limit = 20,
  order = 'desc',
  after,
}: ItemPageRequest): Required<Pick<ItemPageRequest, 'limit' | 'order'>> &
  Pick<ItemPageRequest, 'after'> {
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw invalidField('limit', `it is ${limit}, but must be between 1 and 100.`)
  }
  return { limit, order, ...(after === undefined ? {} : { after }) }
}

/**
 * One page of items, oldest first in `listed`. Throws a ModelError 400 for a limit out of range, 404
 * for an unknown `after`.
 */
export function pageOf<T extends { readonly id?: unknown }>(
  listed: readonly T[],
  request: ItemPageRequest,
): Page<T> {
  const { limit, order, after } = checkedPage(request)
  const items = order === 'desc' ? listed.toReversed() : listed
  const position = after === undefined ? -1 : items.findIndex((item) => item.id === after)
  if (after !== undefined && position === -1) throw itemNotFound(after)
  const page = items.slice(position + 1, position + 1 + limit)
  return { items: page, hasMore: items.length > position + 1 + limit }
}
