import type { Turn } from '../turns/turn.ts'
import type { SealProblem } from './context-plan.ts'
import type { PromptTarget } from './prompt-target.ts'

/**
 * Why the seals of a turn's answer are not valid in a prompt; undefined when they are. Only who made
 * them can read them, and only after the very prompt that they were made for. `prefix` is the digest
 * of what the prompt has before the answer.
 */
export function sealProblem(
  { answered_by: maker, status }: Pick<Turn, 'answered_by' | 'status'>,
  target: PromptTarget,
  prefix: string,
): SealProblem | undefined {
  if (status !== 'completed') return 'turn_not_completed'
  if (maker === null) return 'unknown_origin'
  if (maker.provider !== target.provider) return 'provider_mismatch'
  if (maker.platform !== target.platform) return 'platform_mismatch'
  if (maker.model !== target.model) return 'model_mismatch'
  if (maker.account !== target.account) return 'account_mismatch'
  return maker.prompt === prefix ? undefined : 'prefix_changed'
}
