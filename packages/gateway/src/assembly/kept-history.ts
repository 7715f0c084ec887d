import { type JsonObject, arrayOrEmpty } from '@fairlead/base'
import type { Responses } from '@fairlead/context'
import { chatFormatOf, type Dialect, isGiven, type Item, type ModelRequest } from '@fairlead/llm'
import type { Call } from '../call/call.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { decodeCall } from './assembled-call.ts'
import { referredId } from './kept-input.ts'

/** How many responses one call may continue, one after the other. */
const responsesMax = 1000

/**
 * The call's request with what it continues or refers to among the responses that are kept, between
 * its instructions and its input; undefined if it does neither. Instructions of earlier calls are
 * not among it, as OpenAI has it.
 */
export async function withKeptHistory(call: Call): Promise<ModelRequest | undefined> {
  const { caller, dialect, request, runtime, services } = call
  const { kept } = request
  const input = arrayOrEmpty(kept === undefined ? undefined : request.fields()['input'])
  const refers = input.some((item) => referredId(item) !== undefined)
  if (kept === undefined || (kept.previous === undefined && !refers)) return undefined
  const { responses } = await services.stores.of(runtime)
  const decoded = decodeCall(dialect, request)
  const history = kept.previous === undefined ? [] : await historyOf(kept.previous, responses, call)
  const isInstructed = isGiven(request.fields()['instructions']) && decoded.items.length > 0
  const own = isInstructed ? decoded.items.slice(1) : decoded.items
  const found = refers ? await withReferences(own, caller.tenant, dialect, responses) : own
  const items = [...(isInstructed ? decoded.items.slice(0, 1) : []), ...history, ...found]
  const { maxMessages } = runtime.snapshot.gateway.limits
  if (items.length > maxMessages) throw gatewayError.tooManyMessages(items.length, maxMessages)
  return { ...decoded, items }
}

/** The items of a response and those before it: at most as much as one request may bring. */
export async function historyOf(
  previous: string,
  responses: Responses,
  { caller, dialect, runtime }: Pick<Call, 'caller' | 'dialect' | 'runtime'>,
): Promise<readonly Item[]> {
  const { maxRequestBytes: bytesMax } = runtime.snapshot.gateway.limits
  const chain = await responses.chain(caller.tenant, previous, { responsesMax, bytesMax })
  const items = chain.flatMap(({ input, output }) => [...input, ...output])
  const usable = items.filter((item) => !isCutCall(item))
  return withReferences(decodeItems(usable, dialect), caller.tenant, dialect, responses)
}

/** A call of a tool whose arguments are not whole, which no provider takes back. */
function isCutCall({ type, status }: JsonObject): boolean {
  return String(type).endsWith('_call') && status === 'incomplete'
}

async function withReferences(
  items: readonly Item[],
  tenant: string,
  dialect: Dialect,
  responses: Responses,
): Promise<readonly Item[]> {
  const found: Item[] = []
  for (const item of items) {
    const id = item.type === 'fairlead:native' ? referredId(item.block) : undefined
    if (id === undefined) {
      found.push(item)
      continue
    }
    const kept = await responses.outputItem(tenant, id)
    if (kept === undefined) throw gatewayError.referredItemNotFound(id)
    found.push(...decodeItems([kept], dialect))
  }
  return found
}

function decodeItems(input: readonly JsonObject[], dialect: Dialect): readonly Item[] {
  return input.length === 0 ? [] : chatFormatOf(dialect).decodeInput({ input }).items
}
