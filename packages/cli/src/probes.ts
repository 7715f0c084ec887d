import { probeResponse, type Manager } from '@fairlead/controller-runtime'
import type { AdminServerOptions } from './admin-server.ts'

/** The manager's checks as the admin port serves them. */
export function probesOf(manager: Manager): AdminServerOptions['probe'] {
  return (path, query) => {
    if (!/^\/(?:healthz|readyz)(?:\/|$)/.test(path)) return undefined
    return probeResponse(path, query, manager.healthChecks)
  }
}
