import type { HistorySelection } from '../strategies/history-rule.ts'
import type { PlanSummary, SummaryWork } from './context-plan.ts'

/** What a plan says of summaries; nothing where the strategy uses none. */
export function explainSummary(
  { needsSummary, summary }: HistorySelection,
  work: SummaryWork | undefined,
): { readonly summary?: PlanSummary } {
  if (needsSummary === undefined) return {}
  return {
    summary: {
      id: summary?.id ?? null,
      from: summary?.from ?? null,
      to: summary?.to ?? null,
      level: summary?.level ?? null,
      next: needsSummary ? (work?.state ?? 'not_made') : 'not_needed',
      problem: needsSummary ? (work?.problem ?? null) : null,
    },
  }
}
