import type { LLMGatewayReplica } from '@fairlead/api'
import type { PlannedCondition } from '@fairlead/config'
import { named } from './named-replicas.ts'

/** Length to which hashes are cut in messages. */
const shownHashLength = 'sha256:'.length + 12

/**
 * `Programmed` of a gateway: true only when every live replica reports the hash of what its
 * resources compile to now. `hash` is undefined for a gateway that is not accepted.
 */
export function programmedCondition(
  hash: string | undefined,
  live: readonly LLMGatewayReplica[],
): PlannedCondition {
  const type = 'Programmed'
  if (hash === undefined) {
    const message = 'The gateway is not accepted; see Accepted'
    return { type, status: 'False', reason: 'Invalid', message }
  }
  if (live.length === 0) {
    const message = 'No replica of the gateway has reported recently'
    return { type, status: 'False', reason: 'NoReplicas', message }
  }
  const behind = live.filter(({ configHash }) => configHash !== hash).map(({ name }) => name)
  const current = live.length - behind.length
  const counts = `${current} of ${live.length} replicas run ${hash.slice(0, shownHashLength)}`
  if (behind.length === 0) return { type, status: 'True', reason: 'Programmed', message: counts }
  return {
    type,
    status: 'False',
    reason: 'Pending',
    message: `${counts}; waiting for ${named(behind)}`,
  }
}
