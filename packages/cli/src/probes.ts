import { probeResponse, type ProbeChecks } from '@fairlead/controller-runtime'
import type { AdminServerOptions } from './admin-server.ts'

/** Checks as the admin port serves them; a check that fails is 503, whoever balances loads waits. */
export function probesOf(part: {
  readonly healthChecks: ProbeChecks
}): AdminServerOptions['probe'] {
  return (path, query) => {
    if (!/^\/(?:healthz|readyz)(?:\/|$)/.test(path)) return undefined
    const { status, body } = probeResponse(path, query, part.healthChecks)
    return { status: status === 500 ? 503 : status, body }
  }
}
