import { join } from 'node:path'
import { startApiServer } from '@fairlead/apiserver'
import { aborted, silentLogger } from '@fairlead/base'
import { dataDirOfEtcd } from './etcd-data-dir.ts'
import type { GivenFlags } from './go-flags.ts'
import { kubeApiServerSettings } from './kube-apiserver-settings.ts'

/**
 * Runs our API server as kube-apiserver's flags say, with its objects in the data directory of the
 * etcd beside it, so that they outlive a restart of this one. As beside a kube-apiserver that runs
 * alone, nobody collects garbage or empties namespaces.
 * @throws UsageError for flags that cannot be obeyed
 */
export async function runKubeApiServerStandIn(
  flags: GivenFlags,
  signal: AbortSignal,
  say: (line: string) => void,
): Promise<void> {
  const { etcd, etcdPrefix, ...options } = kubeApiServerSettings(flags)
  const dataDir = join(await dataDirOfEtcd(etcd), 'fairlead', encodeURIComponent(etcdPrefix))
  const logger = {
    ...silentLogger,
    warn: (fields: object, message: string) => say(`${message}: ${JSON.stringify(fields)}`),
  }
  const server = await startApiServer({ ...options, dataDir, logger, controllers: false })
  say(`serving securely on ${server.url}`)
  await aborted(signal)
  await server.stop()
}
