import { readFileSync } from 'node:fs'

import { silentLogger, systemClock } from '@fairlead/base'
import {
  createClient,
  type KubeConfig,
  kubeConfigPath,
  loadKubeConfig,
} from '@fairlead/controller-runtime'

import { installRemotely, removeRemotely } from './remote-objects.ts'
import type { ProcessEnvironment } from './process-environment.ts'
import type { TestServer } from './test-server.ts'

/**
 * The cluster of the kubeconfig that kubectl would use, which goes on when the test is over. Users are
 * those of the kubeconfig, impersonating others: it must be allowed that.
 */
export function useExisting(env: ProcessEnvironment): TestServer {
  const file = kubeConfigPath(env)
  const config = loadKubeConfig({ file }, systemClock, env)
  return remoteServer('the existing cluster', config, () => readFileSync(file, 'utf8'))
}

/** A server that is not in this process. */
export function remoteServer(
  name: string,
  config: KubeConfig,
  kubeconfig: () => string,
  stop: () => Promise<void> = () => Promise.resolve(),
): TestServer {
  const client = createClient(config, { logger: silentLogger })
  return {
    name,
    config,
    inProcess: undefined,
    kubeconfig,
    configOf: ({ name: user, groups }) => ({ ...config, impersonate: { user, groups } }),
    install: (object) => installRemotely(client, object),
    remove: (object) => removeRemotely(client, object),
    async [Symbol.asyncDispose]() {
      await client.close()
      await stop()
    },
  }
}
