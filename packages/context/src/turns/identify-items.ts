import type { Item } from '@fairlead/llm'
import type { NewId } from './ulid.ts'

/** OpenAI's prefixes. */
const prefixes = {
  message: 'msg_',
  reasoning: 'rs_',
  function_call: 'fc_',
  function_call_output: 'fco_',
  'fairlead:native': 'ni_',
} as const

/**
 * Gives every item an id that is not in `taken`, keeping its own when that is well-formed and free.
 * Adds the ids to `taken`.
 */
export function identifyItems(items: readonly Item[], taken: Set<string>, newId: NewId): Item[] {
  return items.map((item) => {
    const id =
      item.id !== undefined && isFree(item.id, taken) ? item.id : newId(prefixes[item.type])
    taken.add(id)
    return { ...item, id }
  })
}

function isFree(id: string, taken: ReadonlySet<string>): boolean {
  return /^[A-Za-z0-9_.-]{1,128}$/.test(id) && !taken.has(id)
}
