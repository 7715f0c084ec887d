import type { Item } from '@fairlead/llm'
import { isSealed, withoutSeal } from '../plan/item-seal.ts'
import { plansPerConversation, type TurnStore } from '../stores/turn-store.ts'
import type { Conversation } from '../turns/conversation.ts'
import type { Turn } from '../turns/turn.ts'
import { conversationNotFound } from './conversation-errors.ts'

export interface ExportRequest {
  readonly tenant: string
  readonly id: string
  /** Whether it has what only the makers of answers can read, and who they were. */
  readonly withSeals: boolean
}

/** How many turns are read at a time. */
const turnsPerPage = 10

/**
 * A conversation as a list of JSON values, a page at a time: the conversation, its turns by seq, the
 * plans that are kept. It has the turns that were there when it began. What is made by the gateway is
 * not in it: the text of a persona, whose name is. Resolves once the conversation is found; throws a
 * ModelError 404 if it is not.
 */
export async function exportConversation(
  store: Pick<TurnStore, 'conversation' | 'plan' | 'turnPage'>,
  request: ExportRequest,
): Promise<AsyncGenerator<readonly object[]>> {
  const conversation = await store.conversation(request.tenant, request.id)
  if (conversation === undefined) throw conversationNotFound(request.id)
  return pagesOf(store, request, conversation)
}

async function* pagesOf(
  store: Pick<TurnStore, 'plan' | 'turnPage'>,
  { id, tenant, withSeals }: ExportRequest,
  conversation: Conversation,
): AsyncGenerator<readonly object[]> {
  yield [exportedConversation(conversation)]
  const plans: string[] = []
  let after: string | undefined
  for (let hasMore = true; hasMore;) {
    const query = { limit: turnsPerPage, order: 'asc', ...(after && { after }) } as const
    const page = await store.turnPage(tenant, id, query)
    // It is deleted while it is read.
    if (page.outcome !== 'found') throw conversationNotFound(id)
    const turns = page.entries.filter(({ seq }) => seq <= conversation.ccp.turns)
    for (const { plan } of turns) if (plan !== null) plans.push(plan)
    plans.splice(0, plans.length - plansPerConversation)
    if (turns.length > 0) yield turns.map((turn) => exportedTurn(turn, withSeals))
    hasMore = page.hasMore && turns.length === page.entries.length
    after = turns.at(-1)?.id
  }
  for (const planId of plans) {
    const plan = await store.plan(tenant, planId)
    if (plan !== undefined) yield [plan]
  }
}

function exportedConversation({ ccp, created_at, id, metadata, object }: Conversation): object {
  const { version, revision, head, branch, branches, pinned, sends_history } = ccp
  const { subject, retention, epoch, persona, strategy, variables } = ccp
  const tree = { head, branch, branches, pinned, sends_history }
  const chosen = { subject, retention, persona, strategy, variables }
  return {
    id,
    object,
    created_at,
    metadata,
    ccp: { version, revision, epoch: epoch.n, ...tree, ...chosen },
  }
}

function exportedTurn(turn: Turn, withSeals: boolean): object {
  const told = (items: readonly Item[]) => (withSeals ? items : items.flatMap(unsealed))
  const { conversation: _, response: _response, unreadable: _unreadable, ...kept } = turn
  return {
    object: 'ccp.turn',
    ...kept,
    answered_by: withSeals ? turn.answered_by : null,
    instructions: told(turn.instructions),
    input: told(turn.input),
    output: told(turn.output),
  }
}

function unsealed(item: Item): readonly Item[] {
  if (!isSealed(item)) return [item]
  const open = withoutSeal(item)
  return open === undefined ? [] : [open]
}
