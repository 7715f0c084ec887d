import type { IsCurrent } from './current-path.ts'
import { answerDistance, isNothing } from './compare-answers.ts'
import { findAnywhere, findFromRoot, findUpwards, type FoundPath } from './find-path.ts'
import { isUserMessage } from './item-kind.ts'
import { compareCursors, type Cursor } from './match-turn.ts'
import type { SentExchange } from './sent-exchange.ts'
import type { TurnOutline } from './turn-outline.ts'
import type { LeftOutTurns } from './turn.ts'
import type { TurnTree } from './turn-tree.ts'

/** What a body is compared with. */
export interface PlacementLog {
  readonly tree: TurnTree
  /** The newest turn of the selected branch; null before the first. */
  readonly head: string | null
  /** What the head leaves out; null for nothing or without a head. */
  readonly leftOut: LeftOutTurns | null
  /** Whether a caller has repeated history: then every body is all that its caller has. */
  readonly sendsHistory: boolean
  /** Whether the caller says that the body is new input, as some APIs have it. False when left out. */
  readonly isNewInput?: boolean
  /**
   * Whether the head was still running when the body came: who has not seen an answer does not ask for
   * another. False when left out.
   */
  readonly cameBeforeAnswer?: boolean
}

interface Place {
  readonly path: FoundPath
  readonly leftOut: LeftOutTurns | null
  /** Whether the body is history of which the log has a part. */
  readonly repeatsHistory: boolean
}

const start: Cursor = { exchange: 0, offset: 0 }

/** Finds where in the tree a body belongs, by the rules that `placeInput` states. */
export function findPlace(
  body: readonly SentExchange[],
  hasAnswer: boolean,
  log: PlacementLog,
  isCurrent: IsCurrent,
): Place {
  const head = newestInHistory(log)
  if (log.isNewInput === true) return afterHead(body, head, log)
  if (!body.some(({ input }) => input.some(isUserMessage))) {
    const path = findFromRoot(log.tree, body, isCurrent)
    const isKnown = path.end !== null && isDone(path, body)
    return isKnown ? placeOf(path, hasAnswer) : afterHead(body, head, log)
  }
  if (!hasAnswer && !isWhole(body, head, log)) return afterHead(body, head, log)
  return placeOf(findWhole(body, head, log, isCurrent), hasAnswer)
}

/** The newest turn of the current path that may have successors. */
function newestInHistory({ tree, head }: PlacementLog): TurnOutline | undefined {
  for (const turn of tree.upFrom(head)) if (turn.in_history) return turn
  return undefined
}

/** Whether a body without an answer is all that its caller has, rather than new input. */
function isWhole(
  body: readonly SentExchange[],
  head: TurnOutline | undefined,
  { tree, sendsHistory, cameBeforeAnswer = false }: PlacementLog,
): boolean {
  const [first] = body
  if (sendsHistory || head === undefined || first === undefined) return true
  const maySeeAnswer = !cameBeforeAnswer || head.cut
  if (maySeeAnswer && head.parent === null && asksAgain(head, first)) return true
  return (
    first.output.length > 0 &&
    tree.childrenOf(null).some((turn) => isAsked(turn, first) && isAnswered(turn, first))
  )
}

/** Whether the question is that of the turn, perhaps with another after it. */
function asksAgain(turn: TurnOutline, sent: SentExchange): boolean {
  return turn.input.length > 0 && beginsWith(turn, sent)
}

function isAsked(turn: TurnOutline, sent: SentExchange): boolean {
  return sent.questionKeys.length === turn.input.length && beginsWith(turn, sent)
}

function isAnswered(turn: TurnOutline, sent: SentExchange): boolean {
  return !isNothing(turn.answer) && answerDistance(turn, sent) !== undefined
}

function beginsWith({ input }: TurnOutline, { questionKeys }: SentExchange): boolean {
  return input.every((key, index) => key.text === questionKeys[index]?.text)
}

function findWhole(
  body: readonly SentExchange[],
  head: TurnOutline | undefined,
  { tree, leftOut }: PlacementLog,
  isCurrent: IsCurrent,
): FoundPath {
  const end = { exchange: body.length - 1, offset: 0 }
  const window = (changedQuestion: boolean) =>
    body.length === 1 ? undefined : findUpwards(tree, head?.id ?? null, body, end, changedQuestion)
  // A caller that kept only a window before has rather one again than gone back to the beginning.
  const before = leftOut === null ? undefined : window(false)
  if (before !== undefined) return before
  const fromRoot = findFromRoot(tree, body, isCurrent)
  if (isDone(fromRoot, body)) return fromRoot
  const found = (leftOut === null ? window(false) : undefined) ?? window(true)
  if (found !== undefined) return found
  const strict = further(fromRoot, findElsewhere(tree, body, isCurrent, false))
  return isDone(strict, body) ? strict : further(strict, findElsewhere(tree, body, isCurrent, true))
}

/** Where most of the body was said with turns in between, on whatever path. */
function findElsewhere(
  tree: TurnTree,
  body: readonly SentExchange[],
  isCurrent: IsCurrent,
  changedQuestion: boolean,
): FoundPath | undefined {
  const found = findAnywhere(tree, body, isCurrent, changedQuestion)
  return found && findUpwards(tree, found.end, body, found.cursor, changedQuestion)
}

/** The one that has more of the body, the first if they have the same. */
function further(one: FoundPath, other: FoundPath | undefined): FoundPath {
  return other !== undefined && compareCursors(other.cursor, one.cursor) > 0 ? other : one
}

/** Whether the log has all but the body's last question. */
function isDone({ cursor }: FoundPath, body: readonly SentExchange[]): boolean {
  return cursor.exchange === body.length - 1
}

function placeOf(path: FoundPath, hasAnswer: boolean): Place {
  const { before, leftOut, matches } = path
  return {
    path,
    leftOut: before === null && leftOut.length === 0 ? null : { before, turns: leftOut },
    repeatsHistory: hasAnswer && matches.length > 0,
  }
}

/**
 * New input after the head. If it begins with what the model said last, such as the calls that it
 * answers, the log has that.
 */
function afterHead(
  body: readonly SentExchange[],
  head: TurnOutline | undefined,
  { leftOut }: PlacementLog,
): Place {
  const [first] = body
  const path = { end: head?.id ?? null, cursor: start, matches: [], before: null, leftOut: [] }
  const repeats =
    head !== undefined &&
    first !== undefined &&
    body.length > 1 &&
    first.input.length === 0 &&
    answerDistance(head, first) !== undefined
  if (!repeats) return { path, leftOut, repeatsHistory: false }
  const cursor = { exchange: 1, offset: 0 }
  const match = {
    cursor,
    distance: 0,
    from: start,
    count: 0,
    question: 'same',
    answer: 'same',
  } as const
  return {
    path: { ...path, cursor, matches: [{ turn: head, match }] },
    leftOut,
    repeatsHistory: false,
  }
}
