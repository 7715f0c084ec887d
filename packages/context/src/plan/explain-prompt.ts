import type { HistorySelection } from '../strategies/history-rule.ts'
import type { ToolRepair } from '../turns/pair-tool-calls.ts'
import type { RetrievedBlock } from '../turns/retrieved-block.ts'
import { type CacheBreakpoint, cacheBreakpoints } from './cache-breakpoints.ts'
import {
  type ContextPlan,
  type LeftOutItem,
  type OmittedSeal,
  type PlanAttempt,
  type PlanBudget,
  planListMax,
  type PlanSegment,
} from './context-plan.ts'
import { itemTokens, sum } from './count-tokens.ts'
import { explainDecisions } from './explain-decisions.ts'
import { explainRetrieval } from './explain-retrieval.ts'
import { explainSummary } from './explain-summary.ts'
import { promptLimit } from './fit-window.ts'
import type { PromptSource } from './prompt-source.ts'
import type { PromptTarget } from './prompt-target.ts'
import type { History } from './read-history.ts'
import type { RenderedEntry } from './render-group.ts'
import type { RenderedPrompt } from './render-prompt.ts'
import { splitEntries } from './split-entries.ts'

/** The plan of a prompt: its segments, the decision about each turn, repairs and digests. */
export function explainPrompt(
  source: PromptSource,
  history: History,
  prompt: RenderedPrompt,
): Omit<ContextPlan, 'id'> {
  const { attempt, counts, request, target } = source
  const { fresh, past, pinned } = splitEntries(prompt, source.current)
  const retrieved = source.current.retrieved ?? source.givenWay
  const { checked, leftOutItems, repairs, sealed } = oddities(prompt.groups)
  const compaction = prompt.groups.findLast((group) => group.compaction)?.compaction
  return {
    object: 'ccp.context_plan',
    conversation: source.conversation,
    at_revision: source.revision,
    strategy: `${request.strategy.name}@${request.strategy.generation}`,
    persona: prompt.persona === null ? null : `${prompt.persona.name}@${prompt.persona.revision}`,
    model: target.model,
    attempt: planAttempt(target, attempt),
    ...source.placement,
    window: target.window ?? null,
    budget: budgetOf(source),
    counted_by: counts.countedBy,
    segments: withBreakpoints(
      segmentsOf(prompt, { pinned, past, fresh }, retrieved),
      cacheBreakpoints(source, prompt),
    ),
    decisions: explainDecisions({
      log: source.log,
      startsAtRoot: source.startsAtRoot,
      pinned,
      entries: past,
      leftOut: history.leftOut,
      asSent: source.asSent,
      isCompacted: compaction !== undefined,
      selection: prompt.selection,
      openTurns: new Set(history.open.turns.map((turn) => turn.id)),
      countTokens: (item) => itemTokens(item, target.model, counts.count),
    }),
    sealed: sealed.slice(-planListMax),
    sealed_total: sealed.length,
    left_out_items: leftOutItems.slice(-planListMax),
    left_out_items_total: leftOutItems.length,
    tool_groups: {
      checked,
      repaired: repairs.length,
      repairs: repairs.slice(-planListMax),
    },
    ...(retrieved === undefined ? {} : { retrieval: explainRetrieval(retrieved) }),
    ...explainSummary(toldSelection(prompt), source.summaryWork),
    ...(compaction === undefined ? {} : { compaction }),
    ...(request.strategy.compactAtTokens === undefined
      ? {}
      : { provider_compaction: target.compacts === true ? 'asked' : 'not_offered' }),
    epoch: { n: prompt.epoch.n, compacted: prompt.compacted },
    prefix: {
      hash: prompt.digests.prefix,
      stable_tokens: sum([
        ...prompt.headTokens,
        tokensOf(pinned),
        prompt.summary?.tokens ?? 0,
        tokensOf(past),
      ]),
    },
    rendered_digest: prompt.digests.whole,
  }
}

/** A summary that a compaction stands for is not told. */
function toldSelection({ selection, summary }: RenderedPrompt): HistorySelection {
  const { summary: _, ...others } = selection
  return summary === undefined ? others : selection
}

export function planAttempt({ name, provider, model }: PromptTarget, number: number): PlanAttempt {
  return { number, target: name, provider, model }
}

function budgetOf({ request, target }: PromptSource): PlanBudget {
  const { historyTokens, reserveOutputTokens } = request.strategy
  return {
    prompt: target.window === undefined ? null : promptLimit({ request }, target),
    reserve_output: reserveOutputTokens,
    history: historyTokens ?? null,
  }
}

function withBreakpoints(
  segments: readonly PlanSegment[],
  breakpoints: readonly CacheBreakpoint[],
): readonly PlanSegment[] {
  const kinds = new Set(breakpoints.map(({ kind }) => kind))
  return segments.map((one) => (kinds.has(one.kind) ? { ...one, breakpoint: true } : one))
}

function segmentsOf(
  { tools, persona, headTokens, selection, summary }: RenderedPrompt,
  { pinned, past, fresh }: ReturnType<typeof splitEntries>,
  retrieved: RetrievedBlock | undefined,
): PlanSegment[] {
  const [toolTokens, systemTokens] = headTokens
  const turns = new Set([past[0], past.at(-1)].flatMap((entry) => entry?.turn ?? []))
  return [
    { kind: 'tools', ids: tools.map(({ name }) => name), tokens: toolTokens, cache: 'stable' },
    {
      kind: 'system',
      ids: persona === null ? [] : [persona.name],
      tokens: systemTokens,
      cache: 'stable',
    },
    ...(pinned.length === 0 ? [] : [pinnedSegment(pinned)]),
    ...(summary === undefined ? [] : [summarySegment(selection, summary.tokens)]),
    { kind: 'history', ids: [...turns], tokens: tokensOf(past), cache: 'append' },
    ...(retrieved === undefined ? [] : [retrievalSegment(retrieved, fresh)]),
    {
      kind: 'input',
      ids: [],
      tokens: tokensOf(fresh.filter(({ isRetrieved }) => isRetrieved !== true)),
      cache: 'append',
    },
  ]
}

function pinnedSegment(pinned: readonly RenderedEntry[]): PlanSegment {
  const ids = [...new Set(pinned.map(({ turn }) => turn))]
  return { kind: 'pinned', ids, tokens: tokensOf(pinned), cache: 'stable' }
}

function summarySegment({ summary }: HistorySelection, tokens: number): PlanSegment {
  return {
    kind: 'summary',
    ids: summary === undefined ? [] : [summary.id],
    tokens,
    cache: 'stable',
  }
}

function retrievalSegment(
  { passages }: RetrievedBlock,
  fresh: readonly RenderedEntry[],
): PlanSegment {
  const quoted = passages.filter(({ action }) => action === 'kept').slice(0, planListMax)
  const tokens = tokensOf(fresh.filter(({ isRetrieved }) => isRetrieved === true))
  return { kind: 'retrieval', ids: quoted.map(({ id }) => id), tokens, cache: 'append' }
}

function tokensOf(entries: readonly RenderedEntry[]): number {
  let total = 0
  for (const { tokens } of entries) total += tokens
  return total
}

/** What a few of many groups have. */
function oddities(groups: RenderedPrompt['groups']) {
  const repairs: ToolRepair[] = []
  const sealed: OmittedSeal[] = []
  const leftOutItems: LeftOutItem[] = []
  let checked = 0
  for (const group of groups) {
    checked += group.checked
    for (const one of group.repairs) repairs.push(one)
    for (const one of group.sealed) sealed.push(one)
    for (const one of group.leftOut) leftOutItems.push(one)
  }
  return { checked, leftOutItems, repairs, sealed }
}
