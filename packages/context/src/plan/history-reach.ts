import { historyRuleFor } from '../strategies/history-rule-for.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { EpochState } from '../turns/conversation.ts'
import { groupTurns } from '../turns/group-turns.ts'
import { leftOutReason, supersededTurns } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import type { PromptRequest } from './prompt-source.ts'
import type { PromptTarget } from './prompt-target.ts'

interface ReachSource {
  readonly request: Pick<PromptRequest, 'strategy'>
  readonly targets: readonly Pick<PromptTarget, 'window'>[]
  readonly epoch: EpochState
  /** As in TurnPromptSource. */
  readonly continuesEpoch: boolean
}

/**
 * Whether the end of a path has all that a prompt for any of the targets may include of it. The first
 * group of the end may lack its beginning, so one more than may be sent must be there.
 */
export function reachesFarEnough(path: readonly Turn[], source: ReachSource): boolean {
  const [first] = path
  if (first === undefined || first.parent === null) return true
  const { history } = source.request.strategy
  const rule = historyRuleFor(history, historyRules)
  const groupsMax = rule.groupsMax(history)
  if (groupsMax !== undefined && groupsOf(path) > groupsMax + 1) return true
  const { epoch, targets } = source
  const cutFor = epoch.cut_for ?? null
  const hasMoreRoom = targets.some(({ window = Infinity }) => cutFor !== null && window > cutFor)
  const startsAnew = !source.continuesEpoch || hasMoreRoom || epoch.rule !== rule.key(history)
  return !startsAnew && path.some(({ id }) => id === epoch.from_turn)
}

function groupsOf(path: readonly Turn[]): number {
  const superseded = supersededTurns(path)
  return groupTurns(path, (turn) => leftOutReason(turn, superseded) === undefined).length
}
