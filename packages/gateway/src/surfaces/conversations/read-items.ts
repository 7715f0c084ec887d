import type { Responses } from '@fairlead/context'
import {
  chatFormatOf,
  invalidField,
  type Item,
  openAiResponses,
  readArray,
  readGivenItems,
} from '@fairlead/llm'
import { referredId } from '../../assembly/kept-input.ts'
import { gatewayError } from '../../errors/gateway-error.ts'

/** OpenAI's limit for one request. */
const itemsMax = 20

/** Where the items that are referred to are found. */
interface ReferredItems {
  readonly responses: Pick<Responses, 'outputItem'>
  readonly tenant: string
}

/**
 * Reads up to 20 items that are to be kept, of every type that OpenAI's Responses has. A reference to
 * an item of a kept response becomes that item. Throws a ModelError 400 that names the place, 404 for
 * a reference to what is not kept.
 */
export async function readItems(
  value: unknown,
  param: string,
  { responses, tenant }: ReferredItems,
): Promise<readonly Item[]> {
  const given = readArray(value, param)
  if (given.length > itemsMax) {
    throw invalidField(param, `it has ${given.length} items; give at most ${itemsMax}.`)
  }
  const items: Item[] = []
  for (const item of readGivenItems(given, param)) {
    const id = item.type === 'fairlead:native' ? referredId(item.block) : undefined
    if (id === undefined) {
      items.push(item)
      continue
    }
    const kept = await responses.outputItem(tenant, id)
    if (kept === undefined) throw gatewayError.referredItemNotFound(id)
    items.push(...chatFormatOf(openAiResponses).decodeInput({ input: [kept.item] }).items)
  }
  return items
}
