import type { Item } from '@fairlead/llm'
import type { HistorySelection } from '../strategies/history-rule.ts'
import type { EpochState } from '../turns/conversation.ts'
import type { TurnGroup } from '../turns/group-turns.ts'
import { bytesPerFour, itemTokens, sum, toolTokens } from './count-tokens.ts'
import { nextEpoch } from './next-epoch.ts'
import { pinnedGroups } from './pinned-groups.ts'
import { PrefixDigest } from './prefix-digest.ts'
import { beginsWith, type PromptMemo } from './prompt-memo.ts'
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
  const selected = history.closed.slice(selection.from)
  const scope = { target, brought, prefix, countTokens: counts.count }
  const before = pinned.map((group) => renderGroup(group, scope))
  const told = renderSummary(selection, scope)
  const closed = renderHistory(selected, scope, source.memo, pinned.length > 0)
  const open = renderGroup(
    history.open,
    { ...scope, prefix: closed.prefix },
    { mayCompact: !closed.hasPinned && !hasPinned(history.open) },
  )
  const rendered = [...before, ...closed.rendered, open]
  const compacted = rendered.findLastIndex(({ compaction }) => compaction !== undefined)
  const summary = compacted === -1 ? told : undefined
  const groups =
    compacted < 1
      ? rendered
      : rendered.map((group, index) => (index < compacted ? covered(group) : group))
  const headTokens = [
    toolTokens(head.tools, target.model, counts.count),
    sum(head.system.map((item) => itemTokens(item, target.model, counts.count))),
  ] as const
  const whole = closed.prefix.current()
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

interface RenderedPart {
  readonly rendered: readonly RenderedGroup[]
  /** What the prompt has up to its end. */
  readonly prefix: PrefixDigest
  /** Whether anything that is pinned stands in the prompt so far. */
  readonly hasPinned: boolean
}

/**
 * The history. What it begins with is taken from the prompt before, if that has the same in the same
 * place for the same target. What is pinned must be told: no compaction that covers it is used.
 */
function renderHistory(
  groups: readonly TurnGroup[],
  scope: RenderScope,
  memo: PromptMemo | undefined,
  isPinnedBefore: boolean,
): RenderedPart {
  const { brought, countTokens, prefix, target } = scope
  const firstPinned = isPinnedBefore ? 0 : groups.findIndex(hasPinned)
  const unpinned = firstPinned === -1 ? groups.length : firstPinned
  const render = (from: number, digest: PrefixDigest) =>
    groups
      .slice(from)
      .map((group, index) =>
        renderGroup(group, { ...scope, prefix: digest }, { mayCompact: from + index < unpinned }),
      )
  const isAnyPinned = isPinnedBefore || firstPinned !== -1
  // Other figures are those of this prompt alone.
  if (memo === undefined || brought.size > 0 || countTokens !== bytesPerFour) {
    return { rendered: render(0, prefix), prefix, hasPinned: isAnyPinned }
  }
  const { account, model, platform, provider, refusal } = target
  const reader = [account, model, platform, provider, refusal]
  const key = JSON.stringify([prefix.current(), isPinnedBefore, ...reader])
  const { rendered: known } = memo
  const isSame = known?.key === key && beginsWith(groups, known.groups)
  const digest = isSame ? new PrefixDigest(known.digest) : prefix
  const added = render(isSame ? known.groups.length : 0, digest)
  const rendered = isSame ? [...known.rendered, ...added] : added
  memo.rendered = { key, groups, rendered, digest: new PrefixDigest(digest) }
  return { rendered, prefix: digest, hasPinned: isAnyPinned }
}

function hasPinned({ turns }: TurnGroup): boolean {
  return turns.some(({ pinned }) => pinned)
}

/** A group that a later compaction stands for. */
function covered(group: RenderedGroup): RenderedGroup {
  return { ...group, entries: [], tokens: 0, checked: 0, repairs: [], sealed: [], leftOut: [] }
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
