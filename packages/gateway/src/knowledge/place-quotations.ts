import type { Item, MessageItem } from '@fairlead/llm'
import type { KnowledgeUse } from '@fairlead/snapshot'

/**
 * The entries of a prompt with quotations where a strategy wants them: in front of the last message of a
 * user, at the end where there is none; or in the system part, behind what is there.
 */
export function withQuotations<T extends { readonly item: Item }>(
  entries: readonly T[],
  quotations: readonly Item[],
  placement: KnowledgeUse['placement'],
): readonly (T | { readonly item: Item })[] {
  if (quotations.length === 0) return entries
  const items = entries.map(({ item }) => item)
  const isInSystem = placement === 'System'
  const place = isInSystem ? systemEnd(items) : questionPlace(items)
  const placed = isInSystem ? quotations.filter(isMessage).map(asSystem) : quotations
  return [...entries.slice(0, place), ...placed.map((item) => ({ item })), ...entries.slice(place)]
}

/**
 * A prompt that has quotations in front of its question, with them in its system part. They are found by
 * the texts that they are, and not by what these say: nothing that a caller writes is taken for one.
 */
export function placeInSystem(
  items: readonly Item[],
  quotations: readonly Item[],
): readonly Item[] {
  const contents = new Set(quotations.filter(isMessage).map(({ content }) => content))
  const isMoved = (item: Item) => isMessage(item) && contents.has(item.content)
  const moved = items.filter(isMessage).filter(isMoved).map(asSystem)
  if (moved.length === 0) return items
  const others = items.filter((item) => !isMoved(item))
  return others.toSpliced(systemEnd(others), 0, ...moved)
}

function questionPlace(items: readonly Item[]): number {
  const place = items.findLastIndex((item) => isMessage(item) && item.role === 'user')
  return place === -1 ? items.length : place
}

function systemEnd(items: readonly Item[]): number {
  const end = items.findIndex(
    (item) => !isMessage(item) || (item.role !== 'system' && item.role !== 'developer'),
  )
  return end === -1 ? items.length : end
}

function asSystem(item: MessageItem): MessageItem {
  return { ...item, role: 'system' }
}

function isMessage(item: Item): item is MessageItem {
  return item.type === 'message'
}
