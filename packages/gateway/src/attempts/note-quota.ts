import type { Clock } from '@fairlead/base'
import type { Dialect } from '@fairlead/llm'
import type { Credential } from '../providers/provider-runtime.ts'
import type { CallTarget } from '../routing/call-target.ts'
import type { Exchange } from '../upstream/exchange.ts'

/**
 * Notes what the headers of an answer, or a refusal, say of the provider's limits. What a caller's own
 * key has left is nobody else's.
 */
export function noteQuota(
  { model, provider }: CallTarget,
  credential: Credential | undefined,
  { passage }: Dialect,
  headers: Exchange['headers'],
  clock: Pick<Clock, 'monotonicMs' | 'now'>,
): void {
  const form = passage.rateLimits
  if (form === undefined || provider.settings.authentication.source === 'Caller') return
  const wallMs = clock.now()
  const limits = form.read(headers, wallMs)
  if (limits.length === 0) return
  const { quota } = (credential ?? provider).state
  quota.told(model, limits, { nowMs: clock.monotonicMs(), wallMs })
}
