import type { Manager } from '@fairlead/controller-runtime'

import { runCronJobs } from './controller.ts'
import { serveWebhooks } from './webhooks.ts'

/** The whole operator: its program and its tests call it. */
export function setup(manager: Manager): void {
  runCronJobs(manager)
  serveWebhooks(manager)
}
