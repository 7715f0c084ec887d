import type { JsonObject } from '@fairlead/base'
import { chatFormatOf, readModelName, readOptional } from '@fairlead/llm'
import { historyOf } from '../../assembly/kept-history.ts'
import { checkListLengths } from '../../call/check-list-lengths.ts'
import { readKeptRequest } from '../../call/kept-request.ts'
import { readJson } from '../read-json.ts'
import type { SurfaceRequest } from '../surface.ts'

/**
 * The number of tokens that a call would send, with what it continues, counted as plans of
 * conversations have it.
 */
export async function countInput(request: SurfaceRequest): Promise<JsonObject> {
  const { caller, dialect, runtime, services } = request
  const body = await readJson(request)
  checkListLengths(body, dialect.passage, runtime.snapshot.gateway.limits)
  const model = readOptional(body['model'], 'model', readModelName) ?? ''
  const { conversation, previous } = readKeptRequest(body)
  const { items, tools } = chatFormatOf(dialect).decodeInput(body, { messagesOptional: true })
  const store = await services.stores.of(runtime)
  const before = previous === undefined ? [] : await historyOf(previous, store.responses, request)
  const turns = conversation === undefined ? [] : await store.turns(caller.tenant, conversation)
  const said = turns.flatMap((turn) => [...turn.instructions, ...turn.input, ...turn.output])
  const { tokens } = await store.countInput({ model, items: [...before, ...said, ...items], tools })
  return { object: 'response.input_tokens', input_tokens: tokens }
}
