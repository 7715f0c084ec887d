import type { Turn } from '../turns/turn.ts'
import type { ContextPlan } from './context-plan.ts'

/** A turn's plan when the store no longer keeps it: only what the turn itself tells. */
export function forgottenPlan(turn: Turn): ContextPlan {
  return {
    id: turn.plan ?? '',
    object: 'ccp.context_plan',
    conversation: turn.conversation,
    at_revision: 0,
    strategy: '',
    persona: null,
    model: turn.model,
    attempt: { number: 0, target: '', provider: turn.answered_by?.provider ?? '', model: '' },
    matched: 0,
    branched_at: null,
    superseded: null,
    window: null,
    budget: { prompt: null, reserve_output: 0, history: null },
    counted_by: { method: 'forgotten', error_p95: null },
    segments: [],
    decisions: [],
    sealed: [],
    sealed_total: 0,
    left_out_items: [],
    left_out_items_total: 0,
    tool_groups: { checked: 0, repaired: 0, repairs: [] },
    epoch: { n: turn.epoch, compacted: false },
    prefix: { hash: '', stable_tokens: 0 },
    rendered_digest: '',
  }
}
