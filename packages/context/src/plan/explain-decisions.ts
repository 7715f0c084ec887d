import type { Item } from '@fairlead/llm'
import type { HistorySelection } from '../strategies/history-rule.ts'
import type { Turn } from '../turns/turn.ts'
import { itemsInHistory, type LeftOutReason } from '../turns/turn-in-history.ts'
import type { PlanDecision } from './context-plan.ts'
import { sum } from './count-tokens.ts'
import type { RenderedEntry } from './render-group.ts'

const summaryRule = 'history.summarize'

interface DecisionSource {
  readonly log: readonly Turn[]
  /** Whether `log` begins with the first turn of the path. */
  readonly startsAtRoot: boolean
  /** What is sent before the history because it is pinned. */
  readonly pinned: readonly RenderedEntry[]
  /** The history that is sent. */
  readonly entries: readonly RenderedEntry[]
  readonly leftOut: ReadonlyMap<string, LeftOutReason>
  /** Turns of which the model sees what the caller sent. */
  readonly asSent: ReadonlySet<string>
  /** Whether a compaction stands for the selected turns that are not sent. */
  readonly isCompacted: boolean
  readonly selection: HistorySelection
  /** Turns of the group that the new turn continues. */
  readonly openTurns: ReadonlySet<string>
  readonly countTokens: (item: Item) => number
}

/**
 * For each turn, oldest first: whether it was sent, by which rule, why, and its tokens. Turns in a row
 * that were decided alike are one decision.
 */
export function explainDecisions(source: DecisionSource): readonly PlanDecision[] {
  const sentTokens = tokensInOrder(source)
  const pinnedTokens = tokensByTurn(source.pinned)
  const inLog = new Set(pinnedTokens.size === 0 ? [] : source.log.map(({ id }) => id))
  const decisions: OpenDecision[] = [
    ...Array.from(pinnedTokens)
      .filter(([turn]) => !inLog.has(turn))
      .map(([turn, tokens]) => pinnedTurn(turn, tokens)),
    ...notLookedAt(source),
  ]
  for (const [index, turn] of source.log.entries()) {
    const pinned = pinnedTokens.get(turn.id)
    const decision =
      pinned === undefined ? decide(turn, sentTokens[index], source) : pinnedTurn(turn.id, pinned)
    const last = decisions.at(-1)
    if (last !== undefined && isAlike(last, decision)) join(last, decision)
    else decisions.push(decision)
  }
  return decisions
}

/** A decision that more turns may be added to. */
type OpenDecision = { -readonly [Name in keyof PlanDecision]: PlanDecision[Name] }

/** What was sent of each turn of the log; undefined for nothing. */
function tokensInOrder({
  entries,
  log,
}: Pick<DecisionSource, 'entries' | 'log'>): readonly (number | undefined)[] {
  const tokens: (number | undefined)[] = []
  let next = 0
  for (const { id } of log) {
    let sent: number | undefined
    for (; entries[next]?.turn === id; next += 1) sent = (sent ?? 0) + (entries[next]?.tokens ?? 0)
    tokens.push(sent)
  }
  if (next === entries.length) return tokens
  // Outputs that were moved to their calls, or items of turns that the log lacks.
  const known = tokensByTurn(entries)
  return log.map(({ id }) => known.get(id))
}

function tokensByTurn(entries: readonly RenderedEntry[]): ReadonlyMap<string, number> {
  const known = new Map<string, number>()
  for (const { turn, tokens } of entries) known.set(turn, (known.get(turn) ?? 0) + tokens)
  return known
}

function decide(turn: Turn, sent: number | undefined, source: DecisionSource): PlanDecision {
  const leftOut = source.leftOut.get(turn.id)
  const { rule, keptReason, droppedReason } = source.selection
  if (leftOut !== undefined) return dropped(turn, 'log.status', leftOut, source)
  if (sent === undefined && source.isCompacted) return compacted(turn, source)
  if (sent === undefined) {
    const isTold = turn.seq <= (source.selection.summary?.to_seq ?? 0)
    return isTold ? summarised(turn, source) : dropped(turn, rule, droppedReason, source)
  }
  const { id } = turn
  const asSent = source.asSent.has(id)
  return {
    from: id,
    to: id,
    count: 1,
    action: asSent ? 'trimmed' : 'kept',
    rule: asSent ? 'log.as_sent' : rule,
    reason: asSent ? 'as_sent' : source.openTurns.has(id) ? 'open_tool_loop' : keptReason,
    tokens: sent,
  }
}

function pinnedTurn(turn: string, tokens: number): PlanDecision {
  return {
    from: turn,
    to: turn,
    count: 1,
    action: 'pinned',
    rule: 'turn.pinned',
    reason: 'pinned',
    tokens,
  }
}

function dropped(
  turn: Turn,
  rule: string,
  reason: string,
  { countTokens }: DecisionSource,
): PlanDecision {
  const tokens = sum(itemsInHistory(turn).map(countTokens))
  return { from: turn.id, to: turn.id, count: 1, action: 'dropped', rule, reason, tokens }
}

function isAlike(one: PlanDecision, other: PlanDecision): boolean {
  return one.action === other.action && one.rule === other.rule && one.reason === other.reason
}

/** Makes decisions about turns in a row one. */
function join(one: OpenDecision, next: PlanDecision): void {
  one.to = next.to
  one.count = sumOrNull(one.count, next.count)
  one.tokens = sumOrNull(one.tokens, next.tokens)
}

/** Null where one of them is. */
function sumOrNull(one: number | null, other: number | null): number | null {
  return one === null || other === null ? null : one + other
}

function compacted(turn: Turn, source: DecisionSource): PlanDecision {
  return {
    ...dropped(turn, 'providerCompaction', 'compacted_by_provider', source),
    action: 'summarised',
  }
}

function summarised(turn: Turn, source: DecisionSource): PlanDecision {
  return {
    ...dropped(turn, summaryRule, 'summarised', source),
    action: 'summarised',
  }
}

/** What the strategy cannot reach is not read. */
function notLookedAt({ log, selection, startsAtRoot }: DecisionSource): PlanDecision[] {
  const to = startsAtRoot ? null : (log[0]?.parent ?? null)
  if (to === null) return []
  const { summary } = selection
  const told = { action: 'summarised', rule: summaryRule, reason: 'summarised' } as const
  if (summary !== undefined && (log[0]?.seq ?? 0) <= summary.to_seq) {
    return [{ ...told, from: null, to, count: null, tokens: null }]
  }
  if (summary !== undefined && to === summary.to) {
    const { from, tokens, turns: count } = summary
    return [{ ...told, from, to, count, tokens }]
  }
  const { droppedReason: reason, rule } = selection
  return [{ from: null, to, count: null, action: 'dropped', rule, reason, tokens: null }]
}
