import { type Item, invalidField } from '@fairlead/llm'
import { supersededTurns } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import { itemNotFound } from './conversation-errors.ts'
import type { ItemPage, ItemPageRequest, StoredItem } from './conversations.ts'

/** One page of a list. */
export interface Page<T> {
  readonly items: readonly T[]
  readonly hasMore: boolean
}

/**
 * The items of a conversation, oldest first. Turns that a retry replaced are not listed, nor are
 * failed or cancelled turns without output, so that a question that was asked again is listed once.
 */
export function listedItems(turns: readonly Turn[]): StoredItem[] {
  const superseded = supersededTurns(turns)
  return turns
    .flatMap((turn) =>
      superseded.has(turn.id) || endedSilent(turn)
        ? []
        : [...turn.instructions, ...turn.input, ...turn.output],
    )
    .filter(hasId)
}

/** One page of items. Throws a ModelError 400 for a limit out of range, 404 for an unknown `after`. */
export function pageItems(turns: readonly Turn[], request: ItemPageRequest): ItemPage {
  return pageOf(listedItems(turns), request)
}

/** One page of items, oldest first in `listed`. Throws as `pageItems` does. */
export function pageOf<T extends { readonly id?: unknown }>(
  listed: readonly T[],
  request: ItemPageRequest,
): Page<T> {
  const { limit = 20, order = 'desc', after } = request
  if (!Number.isInteger(limit) || limit < 1 || limit > 100) {
    throw invalidField('limit', `it is ${limit}, but must be between 1 and 100.`)
  }
  const items = order === 'desc' ? listed.toReversed() : listed
  const position = after === undefined ? -1 : items.findIndex((item) => item.id === after)
  if (after !== undefined && position === -1) throw itemNotFound(after)
  const page = items.slice(position + 1, position + 1 + limit)
  return { items: page, hasMore: items.length > position + 1 + limit }
}

function endedSilent({ status, output }: Turn): boolean {
  return (status === 'failed' || status === 'cancelled') && output.length === 0
}

function hasId(item: Item): item is StoredItem {
  return item.id !== undefined
}
