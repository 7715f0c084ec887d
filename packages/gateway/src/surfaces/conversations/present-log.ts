import type { JsonObject } from '@fairlead/base'
import type { ItemPage, StoredItem, Turn } from '@fairlead/context'
import { type Item, type ItemInclude, presentItem } from '@fairlead/llm'

/** Items as OpenAI's list of a conversation's items. */
export function presentItems(
  { hasMore, items }: ItemPage,
  include: ReadonlySet<ItemInclude>,
): object {
  return {
    object: 'list',
    data: items.map((item) => presentItem(item, include)),
    // As OpenAI has it, these are texts also for a list without items.
    first_id: items[0]?.id ?? '',
    last_id: items.at(-1)?.id ?? '',
    has_more: hasMore,
  }
}

/** A turn with its items as OpenAI shows them. Of who answered, only what callers are told anyway. */
export function presentTurn(
  turn: Turn,
  include: ReadonlySet<ItemInclude>,
): JsonObject & { readonly id: string } {
  const { answered_by, input, instructions, output, retrieved, ...rest } = turn
  const present = (items: readonly Item[]): readonly JsonObject[] =>
    items.filter(hasId).map((item) => presentItem(item, include))
  return {
    ...rest,
    ...(retrieved === undefined ? {} : { retrieved: presentRetrieved(retrieved) }),
    answered_by:
      answered_by === null ? null : { provider: answered_by.provider, model: answered_by.model },
    instructions: present(instructions),
    input: present(input),
    output: present(output),
  }
}

/** What was found, without the text that only models are told. */
function presentRetrieved(retrieved: NonNullable<Turn['retrieved']>): JsonObject {
  const { items: _, ...told } = retrieved
  return told
}

function hasId(item: Item): item is StoredItem {
  return item.id !== undefined
}
