import type { Caller } from '../access/caller.ts'
import { AccessRefused } from '../access/rules/access-refused.ts'
import { gatewayError } from '../errors/gateway-error.ts'
import { plainCall } from './plain-call.ts'
import type { Runtime } from './runtime.ts'

/**
 * Throws `feature_not_allowed` for a caller who may not begin conversations, where no call says what
 * else it wants.
 */
export function requireConversations(caller: Caller, { accessRules }: Runtime): void {
  const rules = accessRules?.for(caller)
  if (rules?.concern('features') !== true) return
  const bindings = plainCall(caller, '')
  const question = { kind: 'features', name: 'Conversations', place: {}, bindings } as const
  const { refusedBy } = rules.judge(question)
  if (refusedBy === undefined) return
  throw new AccessRefused(
    { policy: refusedBy.policy, resource: 'Feature' },
    gatewayError.featureNotAllowed('Conversations'),
  )
}
