import { join } from 'node:path'
import { type ApiServer, type ApiServerOptions, startApiServer } from '@fairlead/apiserver'
import type { CommandContext } from './command-context.ts'
import type { DataDir } from './data-dir.ts'
import { writePrivateFile } from './endpoints-file.ts'
import { takingPort } from './port-error.ts'

interface EmbeddedSettings extends Pick<
  ApiServerOptions,
  | 'onChange'
  | 'localWebhooks'
  | 'watchHistory'
  | 'authorization'
  | 'staticTokens'
  | 'admission'
  | 'featureGates'
  | 'runtimeConfig'
  | 'anonymous'
  | 'serving'
  | 'clientAuthorities'
  | 'serviceAccounts'
> {
  /** Where the kubeconfig is written. Defaults to `kubeconfig` in the data directory. */
  readonly kubeconfigPath?: string
  /** Whether objects and credentials are kept in memory alone. Defaults to false. */
  readonly inMemory?: boolean
  /** Whether workloads are carried to their steady state, although nothing runs. Defaults to false. */
  readonly stages?: boolean
}

/**
 * Starts the embedded API server on the data directory and writes its kubeconfig. Rejects with a
 * PortError if the port is taken.
 */
export async function startEmbeddedApiServer(
  { options, logger }: CommandContext,
  dataDir: Pick<DataDir, 'path'>,
  settings: EmbeddedSettings = {},
): Promise<{ readonly server: ApiServer; readonly kubeconfigPath: string }> {
  const { inMemory = false, kubeconfigPath = join(dataDir.path, 'kubeconfig'), ...own } = settings
  const server = await takingPort(
    'api-port',
    startApiServer({
      host: options.host,
      port: options.apiPort,
      ...(inMemory ? {} : { dataDir: join(dataDir.path, 'apiserver') }),
      logger,
      namespaceObjects: true,
      ...own,
    }),
  )
  writePrivateFile(kubeconfigPath, server.kubeconfig())
  return { server, kubeconfigPath }
}
