import type { Item } from '@fairlead/llm'
import type { HistorySelection } from '../strategies/history-rule.ts'
import type { Turn } from '../turns/turn.ts'
import { outputInHistory, type LeftOutReason } from '../turns/turn-in-history.ts'
import type { PlanDecision } from './context-plan.ts'
import { sum } from './count-tokens.ts'
import type { RenderedEntry } from './render-group.ts'

/** How many turns a plan explains, the newest: a log can be too long to read. */
const decisionLimit = 500

interface DecisionSource {
  readonly log: readonly Turn[]
  /** The history that is sent. */
  readonly entries: readonly RenderedEntry[]
  readonly leftOut: ReadonlyMap<string, LeftOutReason>
  readonly selection: HistorySelection
  /** Turns of the group that the new turn continues. */
  readonly openTurns: ReadonlySet<string>
  readonly countTokens: (item: Item) => number
}

/** For each of the newest turns: whether it was sent, by which rule, why, and its tokens. */
export function explainDecisions(source: DecisionSource): PlanDecision[] {
  const sentTokens = new Map<string, number>()
  for (const { turn, tokens } of source.entries) {
    sentTokens.set(turn, (sentTokens.get(turn) ?? 0) + tokens)
  }
  return source.log.slice(-decisionLimit).map((turn): PlanDecision => {
    const leftOut = source.leftOut.get(turn.id)
    const sent = sentTokens.get(turn.id)
    const { rule, keptReason, droppedReason } = source.selection
    if (leftOut !== undefined) return dropped(turn, 'log.status', leftOut, source)
    if (sent === undefined) return dropped(turn, rule, droppedReason, source)
    const reason = source.openTurns.has(turn.id) ? 'open_tool_loop' : keptReason
    return { turn: turn.id, action: 'kept', rule, reason, tokens: sent }
  })
}

function dropped(
  turn: Turn,
  rule: string,
  reason: string,
  { countTokens }: DecisionSource,
): PlanDecision {
  const tokens = sum([...turn.input, ...outputInHistory(turn)].map(countTokens))
  return { turn: turn.id, action: 'dropped', rule, reason, tokens }
}
