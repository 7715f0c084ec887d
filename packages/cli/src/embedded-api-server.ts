import { join } from 'node:path'
import { type ApiServer, type ApiServerOptions, startApiServer } from '@fairlead/apiserver'
import type { CommandContext } from './command-context.ts'
import type { DataDir } from './data-dir.ts'
import { writePrivateFile } from './endpoints-file.ts'
import { takingPort } from './port-error.ts'

/**
 * Starts the embedded API server on the data directory and writes its kubeconfig there. Rejects with a
 * PortError if the port is taken.
 */
export async function startEmbeddedApiServer(
  { options, logger }: CommandContext,
  dataDir: DataDir,
  hooks: Pick<ApiServerOptions, 'onChange' | 'warningsOf'> = {},
): Promise<{ readonly server: ApiServer; readonly kubeconfigPath: string }> {
  const server = await takingPort(
    'api-port',
    startApiServer({
      host: options.host,
      port: options.apiPort,
      dataDir: join(dataDir.path, 'apiserver'),
      logger,
      ...hooks,
    }),
  )
  const kubeconfigPath = join(dataDir.path, 'kubeconfig')
  writePrivateFile(kubeconfigPath, server.kubeconfig())
  return { server, kubeconfigPath }
}
