import type { Item } from '@fairlead/llm'
import { chainTurns } from './chain-turns.ts'
import type { Conversation } from './conversation.ts'
import { identifyItems } from './identify-items.ts'
import { isInstruction } from './item-kind.ts'
import { splitIntoTurns } from './split-into-turns.ts'
import type { Turn } from './turn.ts'
import type { NewId } from './ulid.ts'

/** The turns of a conversation that is created with items. */
export function seedTurns(
  conversation: Conversation,
  items: readonly Item[],
  newId: NewId,
): Turn[] {
  const identified = identifyItems(items, new Set(), newId)
  const head = identified.findIndex((item) => !isInstruction(item))
  const said = head === -1 ? [] : identified.slice(head)
  const instructions = head === -1 ? identified : identified.slice(0, head)
  const makeTurn = chainTurns(conversation, undefined, newId, conversation.created_at)
  const exchanges = splitIntoTurns(said)
  if (exchanges.length === 0 && instructions.length > 0) exchanges.push({ input: [], output: [] })
  const turns = exchanges.map((exchange) => makeTurn(exchange, ''))
  const [first] = turns
  if (first === undefined || instructions.length === 0) return turns
  return turns.map((turn) => ({
    ...turn,
    instructed_by: first.id,
    ...(turn === first ? { instructions } : {}),
  }))
}
