import { historyRuleFor } from '../strategies/history-rule-for.ts'
import type { HistoryReach } from '../strategies/history-rule.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { EpochState } from '../turns/conversation.ts'
import { groupTurns, type TurnGroup } from '../turns/group-turns.ts'
import { leftOutReason, supersededTurns } from '../turns/turn-in-history.ts'
import type { Turn } from '../turns/turn.ts'
import { bytesPerFour } from './count-tokens.ts'
import { epochRule } from './epoch-rule.ts'
import { groupTokens } from './group-tokens.ts'
import type { PromptRequest } from './prompt-source.ts'
import type { PromptTarget } from './prompt-target.ts'

interface ReachSource {
  readonly request: Pick<PromptRequest, 'strategy'>
  readonly targets: readonly Pick<PromptTarget, 'model' | 'window'>[]
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
  const reaches = [rule.reach(history), budgetReach(source)].filter((one) => one !== undefined)
  if (reaches.length > 0) {
    const groups = groupsOf(path)
    if (reaches.some((reach) => hasAll(groups, reach, source))) return true
  }
  const { epoch, targets } = source
  const cutFor = epoch.cut_for ?? null
  const hasMoreRoom = targets.some(({ window = Infinity }) => cutFor !== null && window > cutFor)
  const startsAnew =
    !source.continuesEpoch || hasMoreRoom || epoch.rule !== epochRule(source.request.strategy)
  return !startsAnew && path.some(({ id }) => id === epoch.from_turn)
}

function budgetReach({ request }: ReachSource): HistoryReach | undefined {
  const { historyTokens } = request.strategy
  return historyTokens === undefined ? undefined : { tokens: historyTokens }
}

/**
 * Of tokens, estimates are asked for twice as many: what is counted with care may be fewer. Text whose
 * tokens are longer still is cut a little sooner.
 */
function hasAll(
  groups: readonly TurnGroup[],
  reach: HistoryReach,
  { targets }: Pick<ReachSource, 'targets'>,
): boolean {
  if ('groups' in reach) return groups.length > reach.groups + 1
  const tokens = groupTokens(groups, targets[0]?.model ?? '', bytesPerFour)
  return tokens(1) > reach.tokens * 2
}

function groupsOf(path: readonly Turn[]): readonly TurnGroup[] {
  const superseded = supersededTurns(path)
  return groupTurns(path, (turn) => leftOutReason(turn, superseded) === undefined)
}
