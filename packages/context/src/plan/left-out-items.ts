import type { Item } from '@fairlead/llm'
import type { Turn } from '../turns/turn.ts'
import type { LeftOutItem } from './context-plan.ts'

/** What a target cannot be sent of an item. */
export interface ItemRefusal {
  readonly reason: 'unknown_to_target' | 'refused_by_target'
  /** In words; null where the reason says it. */
  readonly problem: string | null
  /** What can be sent in its place; undefined for nothing. */
  readonly instead: Item | undefined
}

/** Says what a target cannot be sent of an item of the history; undefined for nothing. */
export type RefuseItem = (item: Item) => ItemRefusal | undefined

/** What can be sent of an item of the history. Notes what cannot. */
export function sendableItem(
  item: Item,
  turn: string,
  refuse: RefuseItem | undefined,
  leftOut: LeftOutItem[],
): Item | undefined {
  const refusal = refuse?.(item)
  if (refusal === undefined) return item
  const { instead, problem, reason } = refusal
  leftOut.push({ turn, item: item.id ?? null, type: typeOf(item), reason, problem })
  return instead
}

/** What was kept as items of turns and is none. */
export function unreadableItems(turns: readonly Turn[]): LeftOutItem[] {
  return turns.flatMap(({ id, unreadable = [] }) =>
    unreadable.map((one) => ({ turn: id, ...one, reason: 'unreadable' })),
  )
}

/** As its own API calls it. */
function typeOf(item: Item): string {
  const type = item.type === 'fairlead:native' ? item.block['type'] : item.type
  return typeof type === 'string' ? type : item.type
}
