import { isJsonObject, stringOrUndefined } from '@fairlead/base'
import { type Item, itemProblem } from '@fairlead/llm'
import type { RetrievedBlock } from './retrieved-block.ts'
import type { Turn, UnreadableItem } from './turn.ts'

/**
 * A turn as it was kept, without the items that are none: of another version of this program, or of
 * a file that was changed. They are named in `unreadable`, so that prompts can say what they lack.
 * The turn itself where all its items are whole.
 */
export function readableTurn(turn: Turn): Turn {
  const lists = [turn.instructions, turn.input, turn.output] as const
  if (lists.every(isWhole) && isWholeBlock(turn.retrieved)) return turn
  const unreadable: UnreadableItem[] = [...(turn.unreadable ?? [])]
  const whole = (items: unknown): Item[] => {
    if (!Array.isArray(items)) {
      unreadable.push({ item: null, type: null, problem: 'it is not a list' })
      return []
    }
    return items.filter((item): item is Item => {
      const problem = itemProblem(item)
      if (problem !== undefined) unreadable.push({ ...nameOf(item), problem })
      return problem === undefined
    })
  }
  const [instructions, input, output] = [
    whole(turn.instructions),
    whole(turn.input),
    whole(turn.output),
  ]
  const { retrieved, ...rest } = turn
  return {
    ...rest,
    // What is retrieved is a copy: without it, nothing is lost that anybody has said.
    ...(retrieved !== undefined && isWholeBlock(retrieved) ? { retrieved } : {}),
    instructions,
    input,
    output,
    unreadable,
  }
}

function isWholeBlock(block: RetrievedBlock | undefined): boolean {
  return (
    block === undefined ||
    (isJsonObject(block) && Array.isArray(block.passages) && isWhole(block.items))
  )
}

function isWhole(items: unknown): boolean {
  return Array.isArray(items) && items.every((item) => itemProblem(item) === undefined)
}

function nameOf(item: unknown): Pick<UnreadableItem, 'item' | 'type'> {
  const { id, type } = isJsonObject(item) ? item : {}
  return { item: short(id), type: short(type) }
}

/** What stands there in place of a name is not repeated at any length. */
function short(name: unknown): string | null {
  return stringOrUndefined(name)?.slice(0, 128) ?? null
}
