import { historyRuleFor } from '../strategies/history-rule-for.ts'
import type { HistoryReach } from '../strategies/history-rule.ts'
import { historyRules } from '../strategies/strategies.ts'
import type { EpochState, EpochSummary } from '../turns/conversation.ts'
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
  /** Those that may stand in place of the beginning of the path, if they are on it. */
  readonly summaries: readonly EpochSummary[]
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
  const { epoch, request, targets } = source
  const { history } = request.strategy
  const selected = historyRuleFor(history, historyRules).reach(history)
  const cutFor = epoch.cut_for ?? null
  const hasMoreRoom = targets.some(({ window = Infinity }) => cutFor !== null && window > cutFor)
  const startsAnew =
    !source.continuesEpoch || hasMoreRoom || epoch.rule !== epochRule(request.strategy)
  const { from_turn: from } = epoch
  if (!startsAnew && from !== null && path.some(({ id }) => id === from)) {
    // A summary that was made meanwhile gives back what a window had cut.
    const told = epoch.summary?.to_seq ?? 0
    const isEarlier = ({ to_seq: seq }: EpochSummary) => seq > told && seq < first.seq
    const wasCut = cutFor !== null || epoch.is_shortened === true
    if (!wasCut || !source.summaries.some(isEarlier)) return true
    // One that ends farther back would leave too much to be of use.
    const tokensMax = history.mode === 'Summarize' ? history.triggerTokens : 0
    return hasAll(groupsOf(path), { tokens: tokensMax }, source)
  }
  const reaches = [...selected, ...budgetReach(source)]
  if (reaches.length === 0) return false
  const groups = groupsOf(path)
  return reaches.some((one) =>
    'summaryBefore' in one
      ? startsAnew && isToldBefore(groups, one.summaryBefore, source)
      : hasAll(groups, one, source),
  )
}

function budgetReach({ request }: ReachSource): readonly HistoryReach[] {
  const { historyTokens } = request.strategy
  return historyTokens === undefined ? [] : [{ tokens: historyTokens }]
}

/**
 * Of tokens, estimates are asked for twice as many: what is counted with care may be fewer. Text whose
 * tokens are longer still is cut a little sooner.
 */
function hasAll(
  groups: readonly TurnGroup[],
  reach: Exclude<HistoryReach, { readonly summaryBefore: number }>,
  { targets }: Pick<ReachSource, 'targets'>,
): boolean {
  if ('groups' in reach) return groups.length > reach.groups + 1
  const tokens = groupTokens(groups, targets[0]?.model ?? '', bytesPerFour)
  return tokens(1) > reach.tokens * 2
}

/** Whether a summary covers everything up to the end of a group that is followed by so many others. */
function isToldBefore(
  groups: readonly TurnGroup[],
  followed: number,
  { summaries }: Pick<ReachSource, 'summaries'>,
): boolean {
  const ends = groups.slice(0, Math.max(0, groups.length - followed))
  return summaries.some(({ to }) => ends.some(({ turns }) => turns.at(-1)?.id === to))
}

function groupsOf(path: readonly Turn[]): readonly TurnGroup[] {
  const superseded = supersededTurns(path)
  return groupTurns(path, (turn) => leftOutReason(turn, superseded) === undefined)
}
