import type { Item } from '../../operations/chat/item.ts'
import type { ServerQuirks } from '../../operations/chat/server-quirks.ts'

/** https://docs.mistral.ai/capabilities/function_calling: error 3280 says so of any other. */
const nineAlphanumerics = /^[a-zA-Z0-9]{9}$/

export const isNineAlphanumerics = (id: string): boolean => nineAlphanumerics.test(id)

/**
 * The id under which a server sees each call. One that it would refuse is replaced by a number in the
 * order of the calls, so that a call and its output keep the same one, and so that a dialogue that
 * grows keeps its beginning.
 */
export function toolCallIds(
  items: readonly Item[],
  rule: ServerQuirks['toolCallIds'],
): (id: string) => string {
  if (rule === undefined) return (id) => id
  const ids = items.flatMap((item) => ('call_id' in item ? [item.call_id] : []))
  const taken = new Set(ids.filter(isNineAlphanumerics))
  const replaced = new Map<string, string>()
  let last = 0
  for (const id of ids) {
    if (taken.has(id) || replaced.has(id)) continue
    let free = ''
    do free = `call${String((last += 1)).padStart(5, '0')}`
    while (taken.has(free))
    replaced.set(id, free)
  }
  return (id) => replaced.get(id) ?? id
}
