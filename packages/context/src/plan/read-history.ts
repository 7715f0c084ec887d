import { groupTurns, type TurnGroup } from '../turns/group-turns.ts'
import {
  leftOutReason,
  supersededTurns,
  turnsNotSent,
  type LeftOutReason,
} from '../turns/turn-in-history.ts'
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
  log,
  current,
  epoch,
}: Pick<PromptSource, 'log' | 'current' | 'epoch'>): History {
  const superseded = supersededTurns([...log, current])
  const leftOut = new Map<string, LeftOutReason>()
  const notSent = turnsNotSent(log, current.left_out)
  for (const turn of log) {
    const reason = notSent.has(turn.id) ? 'not_sent' : leftOutReason(turn, superseded)
    if (reason !== undefined) leftOut.set(turn.id, reason)
  }
  const groups = groupTurns([...log, current], (turn) => !leftOut.has(turn.id))
  const closed = groups.slice(0, -1)
  const open = groups.at(-1) ?? { id: current.id, turns: [current], spareOutputs: [] }
  const fromSeq = log.find((turn) => turn.id === epoch.from_turn)?.seq ?? 0
  const found = closed.findIndex((group) => (group.turns.at(-1)?.seq ?? 0) >= fromSeq)
  return { leftOut, closed, open, epochFrom: found === -1 ? closed.length : found }
}
