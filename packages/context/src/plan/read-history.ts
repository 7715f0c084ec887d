import { groupTurns, type TurnGroup } from '../turns/group-turns.ts'
import {
  leftOutReason,
  supersededTurns,
  turnsNotSent,
  type LeftOutReason,
} from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import { beginsWith, type PromptMemo } from './prompt-memo.ts'
import type { PromptSource } from './prompt-source.ts'

export interface History {
  /** Why each omitted turn is omitted, by turn id. */
  readonly leftOut: ReadonlyMap<string, LeftOutReason>
  /** Closed groups, oldest first. */
  readonly closed: readonly TurnGroup[]
  /** The group that the new turn starts or continues; the new turn is its last. */
  readonly open: TurnGroup
  /** Index in `closed` of the first group in the current epoch. */
  readonly epochFrom: number
}

/** Groups the log and finds where the current epoch starts in it. */
export function readHistory({
  brought,
  log,
  current,
  epoch,
  memo,
}: Pick<PromptSource, 'brought' | 'current' | 'epoch' | 'log' | 'memo'>): History {
  const leftOut = leftOutTurns(log, current)
  // What this caller alone has brought is not kept for others.
  const known = brought.size > 0 ? undefined : memo
  const groups = groupsOf(log, current, leftOut, known)
  const closed = groups.slice(0, -1)
  const open = groups.at(-1) ?? { id: current.id, turns: [current], spareOutputs: [] }
  return { leftOut, closed, open, epochFrom: epochFrom(log, closed, epoch.from_turn) }
}

function leftOutTurns(log: readonly Turn[], current: Turn): ReadonlyMap<string, LeftOutReason> {
  const superseded = supersededTurns([...log, current])
  const notSent = turnsNotSent(log, current.left_out)
  const leftOut = new Map<string, LeftOutReason>()
  for (const turn of log) {
    const reason = notSent.has(turn.id) ? 'not_sent' : leftOutReason(turn, superseded)
    if (reason !== undefined) leftOut.set(turn.id, reason)
  }
  return leftOut
}

/** Where every turn is there, the groups of those before are those of the last time. */
function groupsOf(
  log: readonly Turn[],
  current: Turn,
  leftOut: ReadonlyMap<string, LeftOutReason>,
  memo: PromptMemo | undefined,
): readonly TurnGroup[] {
  if (memo === undefined || leftOut.size > 0) {
    return groupTurns([...log, current], (turn) => !leftOut.has(turn.id))
  }
  const { grouped } = memo
  const before = beginsWith(log, grouped.log) ? grouped : { log: [], groups: [] }
  const groups = withTurnsAfter(before.groups, log.slice(before.log.length))
  memo.grouped = { log, groups }
  return withTurnsAfter(groups, [current])
}

/** Groups with more turns after them: the last may go on, all others are the same objects. */
function withTurnsAfter(
  groups: readonly TurnGroup[],
  turns: readonly Turn[],
): readonly TurnGroup[] {
  const last = groups.at(-1)
  const after = groupTurns([...(last?.turns ?? []), ...turns], () => true)
  if (last !== undefined && after[0]?.turns.length === last.turns.length) after[0] = last
  return [...groups.slice(0, -1), ...after]
}

function epochFrom(
  log: readonly Turn[],
  closed: readonly TurnGroup[],
  fromTurn: string | null,
): number {
  if (fromTurn === null) return 0
  const fromSeq = log.find(({ id }) => id === fromTurn)?.seq ?? 0
  const found = closed.findIndex((group) => (group.turns.at(-1)?.seq ?? 0) >= fromSeq)
  return found === -1 ? closed.length : found
}
