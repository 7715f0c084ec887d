import type { Item } from '@fairlead/llm'
import { currentPath, type IsCurrent } from './current-path.ts'
import { findPlace, type PlacementLog } from './find-place.ts'
import { isEmptyMessage } from './item-key.ts'
import { isInstruction, isModelItem } from './item-kind.ts'
import { isNothing } from './compare-answers.ts'
import type { Cursor } from './match-turn.ts'
import { readFoundPath } from './read-found-path.ts'
import { SentExchange } from './sent-exchange.ts'
import { splitIntoTurns, type Exchange } from './split-into-turns.ts'
import type { AsSent } from './turn-as-sent.ts'
import { instructionsKey, type TurnOutline } from './turn-outline.ts'
import type { LeftOutTurns } from './turn.ts'

/** Where in a conversation's tree a body belongs, and what of it is new. */
export interface Placement {
  /** The turn that the first of `exchanges` follows; null when it follows nothing. */
  readonly parent: string | null
  /** System and developer messages at the body's head; empty when they are in force after the parent. */
  readonly instructions: readonly Item[]
  /**
   * What the log has not, never empty, each the successor of the one before it. The last is about to
   * run; its output, if any, is the beginning of an answer that the model is to continue.
   */
  readonly exchanges: readonly Exchange[]
  /** The turn in whose place the last exchange stands: asked again or edited; null for none. */
  readonly supersedes: string | null
  /** How many items of the body, instructions aside, the log has. */
  readonly matched: number
  /** What of the path to the parent the caller no longer has; null for nothing. */
  readonly leftOut: LeftOutTurns | null
  /** By turn id: what the caller has of turns on the path to the parent, where it differs. */
  readonly asSent: ReadonlyMap<string, AsSent>
  /** The conversation's `sends_history` after this body. */
  readonly sendsHistory: boolean
}

/**
 * Finds the place of a body. Time and memory are linear in the body and the tree; a body that
 * continues the current path costs no more than its own length.
 *
 * A body with an answer before its last question is all that its caller has, as is any body of a
 * conversation with `sendsHistory`: it is looked for from the root, then as a window or with turns
 * missing on the current path, then so anywhere in the tree. Any other body is new input after the
 * head, except one that begins with the only question that was asked.
 */
export function placeInput(items: readonly Item[], log: PlacementLog): Placement {
  const said = items.findIndex((item) => !isInstruction(item))
  const instructions = said === -1 ? items : items.slice(0, said)
  const conversation = said === -1 ? [] : items.slice(said)
  const body = readBody(conversation)
  const isCurrent = currentPath(log)
  const { path, leftOut, repeatsHistory } = findPlace(body, hasAnswer(conversation), log, isCurrent)
  const { asSent, exchanges } = readFoundPath(body, path)
  const rivals = exchanges.length === 1 ? log.tree.childrenOf(path.end) : []
  const repeated = repeatedTurn(rivals, body, path.cursor, isCurrent)
  const inForce = log.tree.instructionsAfter(path.end)
  return {
    parent: path.end,
    instructions: instructionsKey(instructions) === inForce ? [] : instructions,
    exchanges,
    supersedes:
      (repeated ?? rivals.findLast((turn) => turn.in_history && isCurrent(turn)))?.id ?? null,
    matched: matchedItems(body, path.cursor, repeated !== undefined),
    leftOut,
    asSent,
    sendsHistory: log.sendsHistory || repeatsHistory,
  }
}

/** The body's exchanges without empty messages of the model, which say nothing; at least one. */
function readBody(items: readonly Item[]): readonly SentExchange[] {
  const exchanges = splitIntoTurns(
    items.filter((item) => !isModelItem(item) || !isEmptyMessage(item)),
  )
  if (exchanges.length === 0) exchanges.push({ input: [], output: [] })
  return exchanges.map((exchange) => new SentExchange(exchange))
}

/** Whether the model is said to have answered before the last question, if only with nothing. */
function hasAnswer(items: readonly Item[]): boolean {
  const answer = items.findIndex(isModelItem)
  return answer !== -1 && answer < items.findLastIndex((item) => !isModelItem(item))
}

/** The turn that asked the same: the one on the current path, else the newest. */
function repeatedTurn(
  rivals: readonly TurnOutline[],
  body: readonly SentExchange[],
  cursor: Cursor,
  isCurrent: IsCurrent,
): TurnOutline | undefined {
  const asked = body.at(-1)?.questionKeys ?? []
  const question = cursor.exchange === body.length - 1 ? asked.slice(cursor.offset) : asked
  const same = rivals.filter(
    ({ input, answer }) =>
      input.length === question.length &&
      input.every((key, index) => key.text === question[index]?.text) &&
      !(input.length === 0 && isNothing(answer)),
  )
  return same.length > 1 ? (same.findLast(isCurrent) ?? same.at(-1)) : same[0]
}

function matchedItems(
  body: readonly SentExchange[],
  { exchange, offset }: Cursor,
  questionRepeated: boolean,
): number {
  const known = body
    .slice(0, exchange)
    .reduce((sum, { input, output }) => sum + input.length + output.length, 0)
  return known + (questionRepeated ? (body.at(-1)?.input.length ?? 0) : offset)
}
