import {
  compareCursors,
  matchTurn,
  matchTurnBefore,
  type Cursor,
  type TurnMatch,
} from './match-turn.ts'
import type { IsCurrent } from './current-path.ts'
import type { SentExchange } from './sent-exchange.ts'
import type { TurnOutline } from './turn-outline.ts'
import type { TurnTree } from './turn-tree.ts'

/** Turns of one path of the log that a body repeats in their order. */
export interface FoundPath {
  /** The last of them, which is where new turns go; null for the root. */
  readonly end: string | null
  /** What of the body they are. The rest is not in the log. */
  readonly cursor: Cursor
  readonly matches: readonly FoundTurn[]
  /** The first turn of the path that is there, when others come before it; null for none. */
  readonly before: string | null
  /** Turns between the first and the last that the body does not have. */
  readonly leftOut: readonly string[]
}

export interface FoundTurn {
  readonly turn: TurnOutline
  readonly match: TurnMatch
}

/** The most turns that are left out one by one. */
const leftOutMax = 64

const start: Cursor = { exchange: 0, offset: 0 }

interface Step {
  readonly turn: TurnOutline
  readonly match: TurnMatch
  readonly previous: Step | undefined
  /** Sum of the distances so far. */
  readonly distance: number
}

/**
 * The path from the root that has the most of the body, without a gap. Among equals, the one that is
 * most alike, then one on the current path, then the newest. Visits each turn at most once, and only
 * those whose parents match.
 */
export function findFromRoot(
  tree: TurnTree,
  body: readonly SentExchange[],
  isCurrent: IsCurrent,
): FoundPath {
  let best: Step | undefined
  let steps = stepsFrom(undefined, tree, body)
  while (steps.length > 0) {
    for (const step of steps) if (isBetter(step, best, isCurrent)) best = step
    steps = steps.flatMap((step) => stepsFrom(step, tree, body))
  }
  const matches: FoundTurn[] = []
  for (let step = best; step !== undefined; step = step.previous) matches.push(step)
  matches.reverse()
  return {
    end: best?.turn.id ?? null,
    cursor: best?.match.cursor ?? start,
    matches,
    before: null,
    leftOut: [],
  }
}

function stepsFrom(
  previous: Step | undefined,
  tree: TurnTree,
  body: readonly SentExchange[],
): Step[] {
  const from = previous?.match.cursor ?? start
  return tree.childrenOf(previous?.turn.id ?? null).flatMap((turn) => {
    const match = turn.in_history ? matchTurn(turn, body, from, true) : undefined
    if (match === undefined) return []
    return [{ turn, match, previous, distance: (previous?.distance ?? 0) + match.distance }]
  })
}

function isBetter(step: Step, best: Step | undefined, isCurrent: IsCurrent): boolean {
  if (best === undefined) return true
  const further = compareCursors(step.match.cursor, best.match.cursor)
  if (further !== 0) return further > 0
  if (step.distance !== best.distance) return step.distance < best.distance
  const current = isCurrent(step.turn)
  return current === isCurrent(best.turn) ? step.turn.seq > best.turn.seq : current
}

/**
 * The turns that stand in the body before a place, looked for upwards from a turn, the nearest
 * first. Undefined unless all of the body before that place is found, with at most `leftOutMax`
 * turns skipped. With `changedQuestion`, questions may differ as `matchTurn` allows it.
 */
export function findUpwards(
  tree: TurnTree,
  from: string | null,
  body: readonly SentExchange[],
  until: Cursor,
  changedQuestion: boolean,
): FoundPath | undefined {
  const matches: FoundTurn[] = []
  const skipped: string[] = []
  let cursor = until
  let passed = 0
  for (const turn of tree.upFrom(from)) {
    if (compareCursors(cursor, start) === 0) break
    const match = turn.in_history ? matchTurnBefore(turn, body, cursor, changedQuestion) : undefined
    if (match !== undefined) {
      cursor = match.cursor
      matches.push({ turn, match })
    } else if (matches.length > 0) skipped.push(turn.id)
    else passed += 1
    if (skipped.length > leftOutMax || passed > leftOutMax) return undefined
  }
  const first = matches.at(-1)
  if (first === undefined || compareCursors(cursor, start) !== 0) return undefined
  return {
    end: matches[0]?.turn.id ?? null,
    cursor: until,
    matches: matches.toReversed(),
    before: first.turn.parent === null ? null : first.turn.id,
    leftOut: skipped.toReversed(),
  }
}

/**
 * The turn, anywhere in the tree, at whose end most of the body was said along its path, in the same
 * order, whatever else was said in between. Compares each turn at most twice. With
 * `changedQuestion`, questions may differ as `matchTurn` allows it.
 */
export function findAnywhere(
  tree: TurnTree,
  body: readonly SentExchange[],
  isCurrent: IsCurrent,
  changedQuestion: boolean,
): { readonly end: string; readonly cursor: Cursor } | undefined {
  const reached = new Map<string, readonly Cursor[]>()
  let best: { readonly turn: TurnOutline; readonly cursor: Cursor } | undefined
  for (const turn of tree.all()) {
    const from = (turn.parent === null ? undefined : reached.get(turn.parent)) ?? [start]
    const found = turn.in_history
      ? from.flatMap((cursor) => matchTurn(turn, body, cursor, changedQuestion)?.cursor ?? [])
      : []
    reached.set(turn.id, found.length === 0 ? from : furthest([...from, ...found]))
    const [cursor] = furthest(found)
    if (cursor === undefined) continue
    const further = best === undefined ? 1 : compareCursors(cursor, best.cursor)
    const isNewer = () => best === undefined || isCurrent(turn) || !isCurrent(best.turn)
    if (further > 0 || (further === 0 && isNewer())) best = { turn, cursor }
  }
  return best && { end: best.turn.id, cursor: best.cursor }
}

/**
 * The furthest place and the furthest beginning of an exchange: a turn whose answer is missing may
 * have been taken for a part of the exchange that another turn has whole.
 */
function furthest(cursors: readonly Cursor[]): readonly Cursor[] {
  const [first, ...rest] = cursors.toSorted((one, other) => compareCursors(other, one))
  if (first === undefined || first.offset === 0) return first === undefined ? [] : [first]
  const whole = rest.find(({ offset }) => offset === 0)
  return whole === undefined ? [first] : [first, whole]
}
