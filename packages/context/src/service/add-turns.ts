import type { Item } from '@fairlead/llm'
import { chainTurns } from '../turns/chain-turns.ts'
import { identifyItems } from '../turns/identify-items.ts'
import { pathTo } from '../turns/path-to.ts'
import { placeInput } from '../turns/place-input.ts'
import type { Exchange } from '../turns/split-into-turns.ts'
import type { AsSent } from '../turns/turn-as-sent.ts'
import { leftOutReason } from '../turns/turn-in-history.ts'
import { outlineOf } from '../turns/turn-outline.ts'
import { TurnTree } from '../turns/turn-tree.ts'
import type { Turn } from '../turns/turn.ts'
import type { NewId } from '../turns/ulid.ts'
import type { TurnRequest } from './conversations.ts'
import type { TurnBasis } from './turn-basis.ts'

interface NewTurnsSource {
  readonly basis: TurnBasis
  readonly request: TurnRequest
  /** Id of a turn of the same call, which did not complete: the new one takes its place. */
  readonly supersedes: string | undefined
  readonly newId: NewId
  readonly nowMs: number
}

/** What a request adds to a conversation. */
export interface AddedTurns {
  /** The turns that the new ones follow, oldest first; at the end, one that came to nothing. */
  readonly path: readonly Turn[]
  /** By turn id: what the caller has of turns of the path, where that differs. */
  readonly asSent: ReadonlyMap<string, AsSent>
  /** Exchanges that the request brought as history and that the log did not have. */
  readonly imported: readonly Turn[]
  /** The turn that is about to run. */
  readonly turn: Turn
  /** How many items of the request the log has already. */
  readonly matched: number
  /** The turn that the new ones follow if it was not the head before, so that a branch begins. */
  readonly branchedAt: string | null
  readonly sendsHistory: boolean
}

/** The turns that a request adds, where in the tree it belongs. */
export function addTurns({ basis, request, supersedes, newId, nowMs }: NewTurnsSource): AddedTurns {
  const { conversation, turns } = basis
  const { ccp } = conversation
  const byId = new Map(turns.map((turn) => [turn.id, turn]))
  const retried = supersedes === undefined ? undefined : byId.get(supersedes)
  const head = retried === undefined ? ccp.head : retried.parent
  const placed = placeInput(request.input, {
    tree: new TurnTree(turns.map(outlineOf)),
    head,
    leftOut: (head === null ? undefined : byId.get(head))?.left_out ?? null,
    sendsHistory: ccp.sends_history,
  })
  const path = withFailedHead(pathTo(turns, placed.parent), basis)
  const taken = new Set(path.flatMap(allItems).flatMap(({ id }) => (id === undefined ? [] : [id])))
  const exchanges = placed.exchanges.map(({ input, output }) => ({
    input: identifyItems(input, taken, newId),
    output: identifyItems(output, taken, newId),
  }))
  const last = exchanges.pop()
  const instructions = identifyItems(placed.instructions, taken, newId)
  const parent = placed.parent === null ? undefined : byId.get(placed.parent)
  const makeTurn = chainTurns(conversation, parent, newId, Math.floor(nowMs / 1000))
  const imported = exchanges.map((exchange) => ({
    ...makeTurn(exchange, request.model),
    left_out: placed.leftOut,
  }))
  const made = makeTurn({ input: inputOf(last), output: [] }, request.model)
  const turn: Turn = {
    ...made,
    instructions,
    instructed_by: instructions.length === 0 ? made.instructed_by : made.id,
    left_out: placed.leftOut,
    status: 'in_progress',
    completed_at: null,
    supersedes: retried?.id ?? placed.supersedes,
    idempotency_key: request.idempotencyKey ?? null,
    response: request.response ?? null,
    request_digest: request.requestDigest ?? null,
  }
  return {
    path,
    asSent: placed.asSent,
    imported,
    turn,
    matched: placed.matched,
    branchedAt: placed.parent === ccp.head ? null : placed.parent,
    sendsHistory: placed.sendsHistory,
  }
}

/**
 * A turn that came to nothing is followed by none, but the tool outputs in it may still be needed, and
 * the plan says why it is left out.
 */
function withFailedHead(path: readonly Turn[], { path: toHead }: TurnBasis): readonly Turn[] {
  const head = toHead.at(-1)
  if (head === undefined || head.parent !== (path.at(-1)?.id ?? null)) return path
  return leftOutReason(head, new Set()) === undefined ? path : [...path, head]
}

/** An answer that the caller started for the model stays after its question, as input. */
function inputOf(last: Exchange | undefined): readonly Item[] {
  return last === undefined ? [] : [...last.input, ...last.output]
}

function allItems(turn: Turn): readonly Item[] {
  return [...turn.instructions, ...turn.input, ...turn.output]
}
