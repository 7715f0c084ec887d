import { probeResponse, type ProbeChecks } from '@fairlead/controller-runtime'
import type { AdminServerOptions } from './admin-server.ts'

/**
 * The checks served by the admin port; a failing check answers 503, so load balancers hold traffic
 * back.
 */
export function probesOf(part: {
  readonly healthChecks: ProbeChecks
}): AdminServerOptions['probe'] {
  return (path, query) => {
    if (!/^\/(?:healthz|readyz)(?:\/|$)/.test(path)) return undefined
    const { status, body } = probeResponse(path, query, part.healthChecks)
    return { status: status === 500 ? 503 : status, body }
  }
}
