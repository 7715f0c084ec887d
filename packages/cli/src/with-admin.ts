import { startAdminServer, type AdminServerOptions } from './admin-server.ts'
import type { CommandContext } from './command-context.ts'

/**
 * Runs a command's work, given the URL of the admin port, which serves metrics, probes and usage until
 * the work has ended. Rejects with PortError, or as the work does.
 */
export async function withAdmin(
  context: CommandContext,
  served: Pick<AdminServerOptions, 'metrics' | 'probe' | 'usage'>,
  run: (adminURL: string) => Promise<void>,
): Promise<void> {
  const { options, logger } = context
  const { host, adminPort: port, adminHosts } = options
  // The address that it listens on may be a name.
  const hostNames = [host, ...adminHosts]
  const admin = await startAdminServer({ ...served, host, port, hostNames, logger })
  try {
    await run(admin.url)
  } finally {
    await admin.stop()
  }
}
