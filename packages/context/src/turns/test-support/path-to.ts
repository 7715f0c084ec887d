import type { Turn } from '../turn.ts'

/** The turns from the root of the tree to a turn, oldest first; none if the turn is not among them. */
export function pathTo(turns: readonly Turn[], head: string | null): readonly Turn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]))
  const path: Turn[] = []
  for (let id = head; id !== null;) {
    const turn = byId.get(id)
    if (turn === undefined) break
    path.push(turn)
    id = turn.parent
  }
  return path.toReversed()
}
