import type { Item } from '@fairlead/llm'
import type { Conversation } from '../turns/conversation.ts'
import { chainTurns } from '../turns/chain-turns.ts'
import { identifyItems } from '../turns/identify-items.ts'
import type { Exchange } from '../turns/split-into-turns.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import type { TurnRequest } from './conversations.ts'
import type { TurnPlace } from './place-turn.ts'

interface NewTurnsSource {
  readonly conversation: Conversation
  readonly place: TurnPlace
  readonly request: TurnRequest
  /** A turn of the same call, which did not complete: the new one takes its place. */
  readonly retried: Turn | undefined
  readonly newId: NewId
  readonly nowMs: number
}

/** What a request adds to a conversation. */
interface AddedTurns {
  /** Exchanges that the request brought as history and that the log did not have. */
  readonly imported: readonly Turn[]
  /** The turn that is about to run. */
  readonly turn: Turn
}

/** The turns that a request adds in its place. */
export function addTurns(source: NewTurnsSource): AddedTurns {
  const { conversation, place, request, retried, newId, nowMs } = source
  const { parent, path, placement } = place
  const brought = new Set(
    [...placement.instructions, ...placement.exchanges.flatMap(itemsOfExchange)].flatMap(idOf),
  )
  // Most callers bring no ids, and then none can be taken.
  const taken =
    brought.size === 0 ? new Set<string>() : new Set(path.flatMap(allItems).flatMap(idOf))
  const exchanges = placement.exchanges.map(({ input, output }) => ({
    input: identifyItems(input, taken, newId),
    output: identifyItems(output, taken, newId),
  }))
  const last = exchanges.pop()
  const instructions = identifyItems(placement.instructions, taken, newId)
  const makeTurn = chainTurns(conversation, parent, newId, Math.floor(nowMs / 1000))
  const imported = exchanges.map((exchange) => ({
    ...makeTurn(exchange, request.model),
    left_out: placement.leftOut,
  }))
  const made = makeTurn({ input: inputOf(last), output: [] }, request.model)
  const turn: Turn = {
    ...made,
    instructions,
    instructed_by: instructions.length === 0 ? made.instructed_by : made.id,
    left_out: placement.leftOut,
    status: 'in_progress',
    completed_at: null,
    supersedes: retried?.id ?? placement.supersedes,
    idempotency_key: request.idempotencyKey ?? null,
    response: request.response ?? null,
    request_digest: request.requestDigest ?? null,
  }
  return { imported, turn }
}

/** An answer that the caller started for the model stays after its question, as input. */
function inputOf(last: Exchange | undefined): readonly Item[] {
  return last === undefined ? [] : itemsOfExchange(last)
}

function itemsOfExchange({ input, output }: Exchange): readonly Item[] {
  return [...input, ...output]
}

function idOf({ id }: Item): readonly string[] {
  return id === undefined ? [] : [id]
}

function allItems(turn: Turn): readonly Item[] {
  return [...turn.instructions, ...turn.input, ...turn.output]
}
