import type { Item } from '@fairlead/llm'
import type { Turn } from '../turns/turn.ts'
import type { TurnGroup } from '../turns/group-turns.ts'
import { itemsInHistory } from '../turns/turn-in-history.ts'
import { itemTokens, sum, type CountTokens } from './count-tokens.ts'

/**
 * The tokens of groups as they are kept, from one index up to another, or to the end. What a prompt
 * has of them may be less, for others' seals are left out. Each group is counted once.
 */
export function groupTokens(
  groups: readonly TurnGroup[],
  model: string,
  count: CountTokens,
): (from: number, to?: number) => number {
  const known: number[] = []
  return (from, to = groups.length) => {
    let tokens = 0
    for (let index = from; index < to; index += 1) {
      const counted = known[index] ?? tokensOf(groups[index], model, count)
      known[index] = counted
      tokens += counted
    }
    return tokens
  }
}

/** What a prompt may have of a turn: what was said, and what was quoted for it. */
function itemsOf(turn: Turn): readonly Item[] {
  const quoted = turn.input.length === 0 ? [] : (turn.retrieved?.items ?? [])
  return [...quoted, ...itemsInHistory(turn)]
}

function tokensOf(group: TurnGroup | undefined, model: string, count: CountTokens): number {
  if (group === undefined) return 0
  const items = [...group.turns.flatMap(itemsOf), ...group.spareOutputs]
  return sum(items.map((item) => itemTokens(item, model, count)))
}
