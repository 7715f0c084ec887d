import type { CommandContext } from '../command-context.ts'
import { openDataDir } from '../data-dir.ts'
import { startEmbeddedApiServer } from '../embedded-api-server.ts'
import { aborted } from '@fairlead/base'

/** The embedded Kubernetes API server alone, with a kubeconfig in the data directory. */
export async function apiserver(context: CommandContext): Promise<void> {
  const { options, signal, print } = context
  const dataDir = openDataDir(options.dataDir)
  try {
    const { server, kubeconfigPath } = await startEmbeddedApiServer(context, dataDir)
    print(`The API server is ready at ${server.url}\n  export KUBECONFIG=${kubeconfigPath}\n`)
    await aborted(signal)
    await server.stop()
  } finally {
    dataDir.release()
  }
}
