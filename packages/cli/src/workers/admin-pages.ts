import { systemClock } from '@fairlead/base'
import type { AdminServerOptions } from '../admin-server.ts'
import { answerUsage } from '../admin-usage.ts'
import type { GatewayWorkers } from './gateway-workers.ts'

/** What the admin port of a gateway serves. */
export function servedOf(
  workers: GatewayWorkers,
  probe: AdminServerOptions['probe'],
): Pick<AdminServerOptions, 'metrics' | 'probe' | 'usage'> {
  return {
    metrics: workers.metrics,
    probe,
    usage: (path, query) => answerUsage(path, query, workers.ledger, systemClock.now()),
  }
}
