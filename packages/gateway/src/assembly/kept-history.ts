import { type JsonObject, arrayOrEmpty } from '@fairlead/base'
import {
  type AnswerOrigin,
  type KeptResponse,
  type ResponsePromptPart,
  type Responses,
} from '@fairlead/context'
import { chatFormatOf, type Dialect, isGiven, type Item, type ModelRequest } from '@fairlead/llm'
import type { Call } from '../call/call.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { decodeCall } from './assembled-call.ts'
import { referredId } from './kept-input.ts'

/** How many responses one call may continue, one after the other. */
const responsesMax = 1000

/** A call's request with what it continues. */
export interface KeptHistory {
  /** Whose items are those of `parts`. */
  readonly request: ModelRequest
  readonly parts: readonly ResponsePromptPart[]
}

/**
 * The call's request with what it continues or refers to among the responses that are kept, between
 * its instructions and its input; undefined if it does neither. Instructions of earlier calls are
 * not among it, as OpenAI has it.
 */
export async function withKeptHistory(call: Call): Promise<KeptHistory | undefined> {
  const { caller, dialect, request, runtime, services } = call
  const { kept } = request
  const input = arrayOrEmpty(kept === undefined ? undefined : request.fields()['input'])
  const refers = input.some((item) => referredId(item) !== undefined)
  if (kept === undefined || (kept.previous === undefined && !refers)) return undefined
  const { responses } = await services.stores.of(runtime)
  const decoded = decodeCall(dialect, request)
  const history = kept.previous === undefined ? [] : await historyOf(kept.previous, responses, call)
  const isInstructed = isGiven(request.fields()['instructions']) && decoded.items.length > 0
  const sent = decoded.items.map((item) => ({ item }))
  const own = isInstructed ? sent.slice(1) : sent
  const found = refers ? await withReferences(own, caller.tenant, dialect, responses) : own
  const parts = guarded([...(isInstructed ? sent.slice(0, 1) : []), ...history, ...found], call)
  const { maxMessages } = runtime.snapshot.gateway.limits
  if (parts.length > maxMessages) throw gatewayError.tooManyMessages(parts.length, maxMessages)
  return { request: { ...decoded, items: parts.map(({ item }) => item) }, parts }
}

function guarded(
  parts: readonly ResponsePromptPart[],
  { guards }: Call,
): readonly ResponsePromptPart[] {
  const items = guards?.history(
    parts.map(({ item }) => item),
    false,
  )
  return parts.map((part, index) => {
    const item = items?.[index] ?? part.item
    return item === part.item ? part : { ...part, item }
  })
}

/** The items of a response and those before it: at most as much as one request may bring. */
export async function historyOf(
  previous: string,
  responses: Responses,
  { caller, dialect, runtime }: Pick<Call, 'caller' | 'dialect' | 'runtime'>,
): Promise<readonly ResponsePromptPart[]> {
  const { maxRequestBytes: bytesMax } = runtime.snapshot.gateway.limits
  const chain = await responses.chain(caller.tenant, previous, { responsesMax, bytesMax })
  const parts = chain.flatMap((response) => partsOf(response, dialect))
  return withReferences(parts, caller.tenant, dialect, responses)
}

function partsOf(response: KeptResponse, dialect: Dialect): readonly ResponsePromptPart[] {
  const { input, output } = response
  const origin = originOf(response)
  // Whom the caller had its own seals from is not known any more.
  const unknown = { ...origin, answeredBy: null }
  const usable = (items: readonly JsonObject[]) =>
    decodeItems(
      items.filter((item) => !isCutCall(item)),
      dialect,
    )
  return [
    ...usable(input).map((item) => ({ item, origin: unknown })),
    ...usable(output).map((item, index) => ({ item, origin, index })),
  ]
}

function originOf({ answered_by: answeredBy, id, status }: KeptResponse): AnswerOrigin {
  const isWhole = status === 'completed' || status === 'incomplete'
  return { response: id, answeredBy, isWhole }
}

/** A call of a tool whose arguments are not whole, which no provider takes back. */
function isCutCall({ type, status }: JsonObject): boolean {
  return String(type).endsWith('_call') && status === 'incomplete'
}

async function withReferences(
  parts: readonly ResponsePromptPart[],
  tenant: string,
  dialect: Dialect,
  responses: Responses,
): Promise<readonly ResponsePromptPart[]> {
  const found: ResponsePromptPart[] = []
  for (const part of parts) {
    const { item } = part
    const id = item.type === 'fairlead:native' ? referredId(item.block) : undefined
    if (id === undefined) {
      found.push(part)
      continue
    }
    const kept = await responses.outputItem(tenant, id)
    if (kept === undefined) throw gatewayError.referredItemNotFound(id)
    const { index, response } = kept
    const origin = originOf(response)
    found.push(...decodeItems([kept.item], dialect).map((one) => ({ item: one, origin, index })))
  }
  return found
}

function decodeItems(input: readonly JsonObject[], dialect: Dialect): readonly Item[] {
  return input.length === 0 ? [] : chatFormatOf(dialect).decodeInput({ input }).items
}
