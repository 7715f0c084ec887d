import type { Item } from '@fairlead/llm'
import { instructionsInForce } from '../plan/instructions-in-force.ts'
import { chainTurns } from '../turns/chain-turns.ts'
import { identifyItems } from '../turns/identify-items.ts'
import { matchRepeatedInput, type LoggedItem } from '../turns/match-repeated-input.ts'
import { splitIntoTurns, type Exchange } from '../turns/split-into-turns.ts'
import { leftOutReason, outputInHistory, supersededTurns } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import type { TurnRequest } from './conversations.ts'
import type { TurnBasis } from './turn-basis.ts'

interface NewTurnsSource {
  readonly basis: TurnBasis
  readonly request: TurnRequest
  /** Id of the turn that the new one replaces. */
  readonly supersedes: string | undefined
  readonly newId: NewId
  readonly nowMs: number
}

/** What a request adds to a conversation. */
export interface AddedTurns {
  /** The turns that the new ones follow, oldest first. */
  readonly path: readonly Turn[]
  /** Exchanges that the request brought as history and that the log did not have. */
  readonly imported: readonly Turn[]
  /** The turn that is about to run. */
  readonly turn: Turn
}

/** The turns that a request adds, where in the tree it belongs. */
export function addTurns({ basis, request, supersedes, newId, nowMs }: NewTurnsSource): AddedTurns {
  const { conversation, path, turns } = basis
  const fresh = newInput(path, request.input, supersedes)
  const taken = new Set(turns.flatMap(allItems).flatMap(({ id }) => (id === undefined ? [] : [id])))
  const exchanges = splitIntoTurns(fresh.items).map(({ input, output }) => ({
    input: identifyItems(input, taken, newId),
    output: identifyItems(output, taken, newId),
  }))
  const last = exchanges.pop()
  const instructions = identifyItems(fresh.instructions, taken, newId)
  const makeTurn = chainTurns(conversation, path.at(-1), newId, Math.floor(nowMs / 1000))
  const imported = exchanges.map((exchange) => makeTurn(exchange, request.model))
  const made = makeTurn({ input: inputOf(last), output: [] }, request.model)
  const turn: Turn = {
    ...made,
    instructions,
    instructed_by: instructions.length === 0 ? made.instructed_by : made.id,
    status: 'in_progress',
    completed_at: null,
    supersedes: supersedes ?? null,
    idempotency_key: request.idempotencyKey ?? null,
    request_digest: request.requestDigest ?? null,
  }
  return { path, imported, turn }
}

function newInput(turns: readonly Turn[], input: readonly Item[], supersedes: string | undefined) {
  const superseded = new Set([...supersededTurns(turns), ...(supersedes ? [supersedes] : [])])
  const history = turns.filter((turn) => leftOutReason(turn, superseded) === undefined)
  const log = history.flatMap((turn): LoggedItem[] => [
    ...turn.input.map((item) => ({ item, cut: false })),
    ...outputInHistory(turn).map((item) => ({ item, cut: turn.status !== 'completed' })),
  ])
  return matchRepeatedInput(log, instructionsInForce(history), input)
}

/** An answer that the caller started for the model stays after its question, as input. */
function inputOf(last: Exchange | undefined): readonly Item[] {
  return last === undefined ? [] : [...last.input, ...last.output]
}

function allItems(turn: Turn): readonly Item[] {
  return [...turn.instructions, ...turn.input, ...turn.output]
}
