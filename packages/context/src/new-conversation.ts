import { protocolVersion, type Conversation, type Turn } from './conversation.ts'
import type { CreateConversation } from './conversations.ts'
import { isInstruction } from './group-turns.ts'
import { identifyItems } from './identify-items.ts'
import { chainTurns } from './prepare-turn.ts'
import { splitIntoTurns } from './split-into-turns.ts'
import type { NewId } from './ulid.ts'

export interface NewConversation {
  readonly id: string
  readonly request: Omit<CreateConversation, 'id' | 'items'>
  readonly store: string
  readonly nowMs: number
}

/** A conversation before its first turn: revision 0, first epoch, nothing pinned yet. */
export function newConversation({ id, request, store, nowMs }: NewConversation): Conversation {
  return {
    id,
    object: 'conversation',
    created_at: Math.floor(nowMs / 1000),
    metadata: request.metadata ?? {},
    ccp: {
      version: protocolVersion,
      tenant: request.tenant,
      revision: 0,
      head: null,
      epoch: { n: 1, from_turn: null, persona: null, strategy: null, rule: '', head_hash: '' },
      persona: request.persona ?? null,
      strategy: request.strategy ?? null,
      store,
      variables: request.variables ?? {},
    },
  }
}

/** The turns that a conversation begins with when it is created with items. */
export function seedTurns(
  conversation: Conversation,
  items: NonNullable<CreateConversation['items']>,
  newId: NewId,
): Turn[] {
  const taken = new Set<string>()
  const identified = identifyItems(items, taken, newId)
  const head = identified.findIndex((item) => !isInstruction(item))
  const said = head === -1 ? [] : identified.slice(head)
  const instructions = head === -1 ? identified : identified.slice(0, head)
  const makeTurn = chainTurns(conversation, undefined, newId, conversation.created_at)
  const exchanges = splitIntoTurns(said)
  if (exchanges.length === 0 && instructions.length > 0) exchanges.push({ input: [], output: [] })
  return exchanges.map((exchange, index) => {
    const turn = makeTurn(exchange, '')
    return index === 0 ? { ...turn, instructions } : turn
  })
}
