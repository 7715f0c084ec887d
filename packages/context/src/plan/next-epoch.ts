import type { HistorySelection } from '../strategies/history-rule.ts'
import type { EpochState } from '../turns/conversation.ts'
import { digest } from './digest.ts'
import { epochRule } from './epoch-rule.ts'
import type { PromptSource } from './prompt-source.ts'
import type { PromptHead } from './render-head.ts'
import type { History } from './read-history.ts'

/** The conversation's epoch as of a prompt: the one before, or the next. */
export function nextEpoch(
  { continuesEpoch, epoch, request, startsAtRoot, target }: PromptSource,
  { closed, open, epochFrom }: History,
  { from, isCut = false, isShortened = false, summary }: HistorySelection,
  {
    persona,
    frozenTools,
    pinned,
    toolsChanged,
    system,
  }: PromptHead & {
    /** Ids of the pinned groups before the history. */
    readonly pinned: readonly string[]
  },
): EpochState {
  const { name, generation } = request.strategy
  const summaries = summary === undefined ? [] : [summary.id]
  const parts = [system, pinned, summaries]
  const headHash = digest(parts.slice(0, summary ? 3 : pinned.length > 0 ? 2 : 1))
  const goesOn =
    continuesEpoch && from === epochFrom && !toolsChanged && headHash === epoch.head_hash
  const before = from === epochFrom ? (epoch.cut_for ?? null) : null
  const stays =
    from === epochFrom && summary?.id === epoch.summary?.id && epoch.is_shortened === true
  return {
    n: epoch.n + (epoch.head_hash !== '' && !goesOn ? 1 : 0),
    from_turn: from === 0 && startsAtRoot ? null : (closed[from] ?? open).id,
    ...(summary === undefined ? {} : { summary }),
    ...(isShortened || stays ? { is_shortened: true } : {}),
    cut_for: isCut ? (target.window ?? null) : before,
    persona,
    strategy: { name, revision: generation },
    rule: epochRule(request.strategy),
    head_hash: headHash,
    tools: frozenTools,
  }
}
