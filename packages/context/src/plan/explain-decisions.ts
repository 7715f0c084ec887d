import type { Item } from '@fairlead/llm'
import type { PlanDecision, Turn } from '../conversation.ts'
import type { HistoryChoice } from '../strategies/context-strategy.ts'
import { outputInHistory, type LeftOutReason } from '../turn-in-history.ts'
import type { RenderedEntry } from './render-group.ts'
import { sum } from './count-tokens.ts'

/** A plan explains this many turns, the newest; a log can be longer than anybody reads. */
const decisionLimit = 500

export interface DecisionSource {
  readonly log: readonly Turn[]
  /** The history that is sent. */
  readonly entries: readonly RenderedEntry[]
  readonly leftOut: ReadonlyMap<string, LeftOutReason>
  readonly choice: HistoryChoice
  /** Turns of the group that the new turn continues. */
  readonly openTurns: ReadonlySet<string>
  readonly countTokens: (item: Item) => number
}

/** For each of the newest turns: whether it was sent, by which rule, why, and what it weighs. */
export function explainDecisions(source: DecisionSource): PlanDecision[] {
  const sentTokens = new Map<string, number>()
  for (const { turn, tokens } of source.entries) {
    sentTokens.set(turn, (sentTokens.get(turn) ?? 0) + tokens)
  }
  return source.log.slice(-decisionLimit).map((turn): PlanDecision => {
    const leftOut = source.leftOut.get(turn.id)
    const sent = sentTokens.get(turn.id)
    const { rule, keptReason, droppedReason } = source.choice
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
