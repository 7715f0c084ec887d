import type { JsonObject } from '@fairlead/base'
import type { Conversations, Turn } from '@fairlead/context'
import { chatFormatOf, type Item, readModelName, readOptional } from '@fairlead/llm'
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
  const said =
    conversation === undefined ? [] : await saidOnBranch(store, caller.tenant, conversation)
  const sent = [...before.map(({ item }) => item), ...said, ...items]
  const { tokens } = await store.countInput({ model, items: sent, tools })
  return { object: 'response.input_tokens', input_tokens: tokens }
}

/** What a prompt has of the selected branch: its instructions, then its items, oldest first. */
async function saidOnBranch(
  store: Conversations,
  tenant: string,
  id: string,
): Promise<readonly Item[]> {
  const { branch, head } = (await store.get(tenant, id)).ccp
  const said: Item[] = []
  let instructions: readonly Item[] = []
  let after: string | undefined
  for (let hasMore = head !== null; hasMore;) {
    const request = { branch, limit: 100, order: 'asc', after } as const
    const page = await store.tree.turns(tenant, id, request)
    for (const turn of page.turns.filter(isAnswered)) {
      if (turn.instructions.length > 0) ({ instructions } = turn)
      said.push(...turn.input, ...turn.output)
    }
    after = page.turns.at(-1)?.id
    hasMore = page.hasMore
  }
  return [...instructions, ...said]
}

/** A turn that came to nothing is in no prompt. */
function isAnswered({ output, status }: Turn): boolean {
  return status === 'completed' || output.length > 0
}
