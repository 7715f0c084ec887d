import type { CommandContext } from '../command-context.ts'
import { openDataDir } from '../data-dir.ts'
import { newMetricsRegistry } from '../metrics-registry.ts'
import { warnOfTelemetryVariables } from '../telemetry-environment.ts'
import { openWorkers } from '../workers/open-workers.ts'

/** Everything: API server and operator in this process, the gateway in workers. */
export async function up(context: CommandContext): Promise<void> {
  const { environment, options, logger } = context
  warnOfTelemetryVariables(environment, logger)
  const dataDir = openDataDir(options.dataDir)
  const registry = newMetricsRegistry(context)
  context.progress.tell('loading the gateway')
  try {
    const workers = await openWorkers({
      options,
      dataDir: dataDir.path,
      defaultWorkers: 1,
      registry,
      logger,
    })
    try {
      // The workers load at the same time.
      const { runAllPlanes } = await import('../planes/run-all-planes.ts')
      await runAllPlanes(context, dataDir, { workers, registry })
    } finally {
      await workers.stop(0)
    }
  } finally {
    dataDir.release()
  }
}
