import type { LLMGateway } from '@fairlead/api'
import type { LeaseSettings, StateSettings } from '@fairlead/snapshot'
import type { Findings } from '../../judging/findings.ts'

type Redis = NonNullable<LLMGateway['spec']['state']['redis']>

const path = 'spec.state.redis'

/** `spec.state`. A store whose address may not be read is one that never answers. */
export function compileState({ spec }: LLMGateway, findings: Findings): StateSettings {
  const { redis } = spec.state
  if (redis === undefined) return { type: 'InProcess' }
  return {
    type: 'Redis',
    url: findings.secret(redis.urlSecretRef, `${path}.urlSecretRef`),
    timeoutMs: findings.durationWithin(redis.timeout, `${path}.timeout`, ['1ms', '30s']),
    leases: redis.leases && compileLeases(redis.leases, findings),
  }
}

function compileLeases(
  { percent, interval }: NonNullable<Redis['leases']>,
  findings: Findings,
): LeaseSettings {
  const intervalMs = findings.durationWithin(interval, `${path}.leases.interval`, ['10ms', '10s'])
  return { percent, intervalMs }
}
