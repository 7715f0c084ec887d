import { startAdminServer, type AdminServerOptions, type MetricsSource } from './admin-server.ts'
import type { CommandContext } from './command-context.ts'

/**
 * Runs a command's work, given the URL of the admin port, which serves metrics and probes until the
 * work has ended. Rejects with PortError, or as the work does.
 */
export async function withAdmin(
  context: CommandContext,
  metrics: MetricsSource,
  probe: AdminServerOptions['probe'],
  run: (adminURL: string) => Promise<void>,
): Promise<void> {
  const { options, logger } = context
  const { host, adminPort: port, adminHosts } = options
  // The address that it listens on may be a name.
  const hostNames = [host, ...adminHosts]
  const admin = await startAdminServer({ host, port, hostNames, metrics, probe, logger })
  try {
    await run(admin.url)
  } finally {
    await admin.stop()
  }
}
