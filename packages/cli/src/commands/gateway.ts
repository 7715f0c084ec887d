import { resolve } from 'node:path'
import type { CommandContext } from '../command-context.ts'
import { newMetricsRegistry } from '../metrics-registry.ts'
import { warnOfTelemetryVariables } from '../telemetry-environment.ts'
import { openWorkers, workerPerCore } from '../workers/open-workers.ts'

/** The data plane alone: from a cluster, or with --manifests from a directory of files. */
export async function gateway(context: CommandContext): Promise<void> {
  const { environment, options, logger } = context
  warnOfTelemetryVariables(environment, logger)
  const registry = newMetricsRegistry(context)
  const defaultWorkers = workerPerCore()
  const dataDir = resolve(options.dataDir)
  const workers = await openWorkers({ options, dataDir, defaultWorkers, registry, logger })
  try {
    // The workers load at the same time.
    const { runGateway } = await import('../planes/run-gateway.ts')
    await runGateway(context, workers, registry)
  } finally {
    await workers.stop(0)
  }
}
