import type { TurnOutline } from './turn-outline.ts'
import type { TurnTree } from './turn-tree.ts'

export type IsCurrent = (turn: TurnOutline) => boolean

/**
 * Whether a turn is on the path to the head. It is read upwards from the head, and only as far as it
 * takes: turns that are asked about are mostly near the head.
 */
export function currentPath({
  tree,
  head,
}: {
  readonly tree: TurnTree
  readonly head: string | null
}): IsCurrent {
  const known = new Set<string>()
  let next = tree.get(head)
  return ({ id, seq }) => {
    while (next !== undefined && next.seq >= seq) {
      known.add(next.id)
      next = tree.get(next.parent)
    }
    return known.has(id)
  }
}
