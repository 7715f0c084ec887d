import {
  type PassageAction,
  type RetrievedBlock,
  type RetrievedPassage,
  unquotedBlock,
} from '../turns/retrieved-block.ts'
import { planListMax, type PlanPassage, type PlanRetrieval } from './context-plan.ts'

const reasons = {
  kept: 'relevant',
  below_min_score: 'below_min_score',
  over_budget: 'over_budget',
  duplicate: 'duplicate',
} as const satisfies Record<PassageAction, string>

/** What a plan says of what was retrieved for its turn. */
export function explainRetrieval(block: RetrievedBlock): PlanRetrieval {
  return {
    passages: block.passages.slice(0, planListMax).map(planPassage),
    passages_total: block.passages.length,
    problems: (block.problems ?? []).slice(0, planListMax),
  }
}

function planPassage(found: RetrievedPassage): PlanPassage {
  const { action, metadata: _, ...passage } = found
  return {
    ...passage,
    action: action === 'kept' ? 'retrieved' : 'dropped',
    reason: reasons[action],
  }
}

/** A turn without the text of what was retrieved for it. */
export function withoutRetrieval<T extends { readonly retrieved?: RetrievedBlock }>(turn: T): T {
  const { retrieved } = turn
  return retrieved === undefined ? turn : { ...turn, retrieved: unquotedBlock(retrieved) }
}
