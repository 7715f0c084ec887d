import { probeResponse, type ProbeChecks } from '@fairlead/controller-runtime'
import type { AdminServerOptions } from './admin-server.ts'

/**
 * The checks served by the admin port; a failing check answers 503, so load balancers hold traffic
 * back. `warnings` do not: `/readyz?verbose` lists them.
 */
export function probesOf(
  part: { readonly healthChecks: ProbeChecks },
  warnings: () => readonly string[] = () => [],
): AdminServerOptions['probe'] {
  return (path, query) => {
    if (!/^\/(?:healthz|readyz)(?:\/|$)/.test(path)) return undefined
    const { status, body } = probeResponse(path, query, part.healthChecks)
    const listsWarnings = /^\/readyz\/?$/.test(path) && query.has('verbose')
    const lines = listsWarnings ? warnings().map((text) => `warn: ${text}\n`) : []
    return { status: status === 500 ? 503 : status, body: lines.join('') + body }
  }
}
