import type { Item } from '@fairlead/llm'
import { chainTurns } from './chain-turns.ts'
import type { Conversation } from './conversation.ts'
import { identifyItems } from './identify-items.ts'
import { isInstruction } from './item-kind.ts'
import { splitIntoTurns } from './split-into-turns.ts'
import type { Turn } from './turn.ts'
import type { NewId } from './ulid.ts'

/** Where items are added. */
interface AppendItems {
  readonly conversation: Conversation
  /** The turn that they follow; undefined for none. */
  readonly head: Turn | undefined
  readonly items: readonly Item[]
  /** Ids that are in use in the conversation, among those that the items bring. */
  readonly taken: ReadonlySet<string>
  readonly newId: NewId
  /** Unix seconds. */
  readonly atSeconds: number
}

/**
 * The turns of items that are added to a conversation. System and developer messages that begin a
 * conversation are its instructions; later ones stay where they are said.
 */
export function appendItems(parts: AppendItems): readonly Turn[] {
  const { atSeconds, conversation, head, items, newId, taken } = parts
  const identified = identifyItems(items, new Set(taken), newId)
  const first = identified.findIndex((item) => !isInstruction(item))
  const instructionCount = head !== undefined ? 0 : first === -1 ? identified.length : first
  const instructions = identified.slice(0, instructionCount)
  const makeTurn = chainTurns(conversation, head, newId, atSeconds)
  const exchanges = splitIntoTurns(identified.slice(instructionCount))
  if (exchanges.length === 0 && instructions.length > 0) exchanges.push({ input: [], output: [] })
  const turns = exchanges.map((exchange) => makeTurn(exchange, ''))
  const [begun] = turns
  if (begun === undefined || instructions.length === 0) return turns
  return turns.map((turn) => ({
    ...turn,
    instructed_by: begun.id,
    ...(turn === begun ? { instructions } : {}),
  }))
}
