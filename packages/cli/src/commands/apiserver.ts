import { join } from 'node:path'
import { startApiServer } from '@fairlead/apiserver'
import type { CommandContext } from '../command-context.ts'
import { openDataDir } from '../data-dir.ts'
import { writePrivateFile } from '../endpoints-file.ts'
import { takingPort } from '../port-error.ts'
import { aborted } from '../aborted.ts'

/** The embedded Kubernetes API server alone, with a kubeconfig in the data directory. */
export async function apiserver(context: CommandContext): Promise<void> {
  const { options, signal, print, logger } = context
  const dataDir = openDataDir(options.dataDir)
  try {
    const server = await takingPort(
      'api-port',
      startApiServer({
        host: options.host,
        port: options.apiPort,
        dataDir: join(dataDir.path, 'apiserver'),
        logger,
      }),
    )
    const kubeconfig = join(dataDir.path, 'kubeconfig')
    writePrivateFile(kubeconfig, server.kubeconfig())
    print(`The API server is ready at ${server.url}\n  export KUBECONFIG=${kubeconfig}\n`)
    await aborted(signal)
    await server.stop()
  } finally {
    dataDir.release()
  }
}
