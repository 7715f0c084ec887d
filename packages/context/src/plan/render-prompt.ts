import type { Item } from '@fairlead/llm'
import type { HistorySelection } from '../strategies/history-rule.ts'
import type { EpochState } from '../turns/conversation.ts'
import type { TurnGroup } from '../turns/group-turns.ts'
import { itemTokens, sum, toolTokens } from './count-tokens.ts'
import { nextEpoch } from './next-epoch.ts'
import { pinnedGroups } from './pinned-groups.ts'
import { PrefixDigest } from './prefix-digest.ts'
import type { PromptSource } from './prompt-source.ts'
import type { History } from './read-history.ts'
import { renderGroup, type RenderedGroup, type RenderScope } from './render-group.ts'
import { type PromptHead, renderHead } from './render-head.ts'
import { summaryItem } from './summary-item.ts'

/** A prompt with a given selection of the history; it may still be too long for the window. */
export interface RenderedPrompt extends PromptHead {
  readonly selection: HistorySelection
  readonly epoch: EpochState
  readonly compacted: boolean
  /** Pinned groups, then the history, then that of the new input. */
  readonly groups: readonly RenderedGroup[]
  /** How many of the groups are pinned and not part of the history. */
  readonly pinnedCount: number
  /** Stands after the pinned groups; undefined for none. */
  readonly summary: RenderedSummary | undefined
  /** Tokens of tools and system. */
  readonly headTokens: readonly [tools: number, system: number]
  readonly tokens: number
  readonly digests: {
    /** Of all that precedes the new input. */
    readonly prefix: string
    readonly whole: string
  }
}

interface RenderedSummary {
  readonly item: Item
  readonly tokens: number
}

/** Renders tools, persona, the caller's instructions, the selected history and the new input. */
export function renderPrompt(
  source: PromptSource,
  history: History,
  selection: HistorySelection,
): RenderedPrompt {
  const { brought, continuesEpoch, counts, target } = source
  const moved = selection.from !== history.epochFrom
  // On another branch the persona stays as it is pinned.
  const head = renderHead(source, moved && continuesEpoch)
  const prefix = new PrefixDigest()
  for (const part of [target.rendering, head.tools, ...head.system]) prefix.add(part)
  prefix.endHead()
  const pinned = pinnedGroups(source, history, selection.from)
  const selected = [...history.closed.slice(selection.from), history.open]
  const scope = { target, brought, prefix, countTokens: counts.count }
  const before = pinned.map((group) => renderGroup(group, scope))
  const told = renderSummary(selection, scope)
  const rendered = [...before, ...renderHistory(selected, scope, pinned.length > 0)]
  const compacted = rendered.findLastIndex(({ compaction }) => compaction !== undefined)
  const summary = compacted === -1 ? told : undefined
  const groups = rendered.map((group, index) => (index < compacted ? covered(group) : group))
  const headTokens = [
    toolTokens(head.tools, target.model, counts.count),
    sum(head.system.map((item) => itemTokens(item, target.model, counts.count))),
  ] as const
  const whole = prefix.current()
  return {
    selection,
    epoch: nextEpoch(source, history, selection, { ...head, pinned: pinned.map(({ id }) => id) }),
    compacted: selection.from > history.epochFrom,
    ...head,
    groups,
    pinnedCount: pinned.length,
    summary,
    headTokens,
    tokens: sum(headTokens) + (summary?.tokens ?? 0) + sum(groups.map(({ tokens }) => tokens)),
    digests: { prefix: groups.at(-1)?.prefix ?? whole, whole },
  }
}

/** What is pinned must be told: nothing that covers it is used. */
function renderHistory(
  selected: readonly TurnGroup[],
  scope: RenderScope,
  isPinnedBefore: boolean,
): readonly RenderedGroup[] {
  let hasPinned = isPinnedBefore
  return selected.map((group) => {
    hasPinned ||= group.turns.some(({ pinned }) => pinned)
    return renderGroup(group, scope, { mayCompact: !hasPinned })
  })
}

/** A group that a later compaction stands for. */
function covered(group: RenderedGroup): RenderedGroup {
  return { ...group, entries: [], checked: 0, repairs: [], sealed: [], leftOut: [] }
}

function renderSummary(
  { summary }: HistorySelection,
  { countTokens, prefix, target }: RenderScope,
): RenderedSummary | undefined {
  if (summary === undefined) return undefined
  const item = summaryItem(summary)
  prefix.add(item)
  return { item, tokens: itemTokens(item, target.model, countTokens) }
}
