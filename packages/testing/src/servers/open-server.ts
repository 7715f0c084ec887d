import { type Clock, systemClock } from '@fairlead/base'

import { startAssets } from './assets-server.ts'
import { useExisting } from './existing-server.ts'
import { type InProcessOptions, startInProcess } from './in-process-server.ts'
import type { ProcessEnvironment } from './process-environment.ts'
import type { TestServer } from './test-server.ts'

/**
 * `in-process`: one in this process. `assets`: the programs `etcd` and `kube-apiserver` in the
 * directory KUBEBUILDER_ASSETS. `existing`: the cluster of the kubeconfig.
 */
export type ServerChoice = 'in-process' | 'assets' | 'existing'

interface ServerOptions {
  readonly server?: ServerChoice
  readonly clock?: Clock
  readonly apiServer?: InProcessOptions
  readonly env?: ProcessEnvironment
}

/** Starts or finds the API server that the options or the environment choose. */
export async function openServer(options: ServerOptions): Promise<TestServer> {
  const { clock, apiServer, env = process.env } = options
  const choice = options.server ?? chosenBy(env)
  if (choice === 'in-process') {
    return startInProcess({ ...apiServer, ...(clock === undefined ? {} : { clock }) })
  }
  const given = { clock, apiServer }
  const refused = Object.entries(given).find(([, value]) => value !== undefined)
  if (refused !== undefined) {
    throw new Error(
      `the option ${refused[0]} is for an API server in this process, and here is another (server: '${choice}'): leave it out, or let such tests choose server: 'in-process'`,
    )
  }
  return choice === 'existing' ? useExisting(env) : startAssets(assetsIn(env), systemClock)
}

function chosenBy(env: ProcessEnvironment): ServerChoice {
  if (/^(1|t|true)$/i.test(env['USE_EXISTING_CLUSTER'] ?? '')) return 'existing'
  return (env['KUBEBUILDER_ASSETS'] ?? '') === '' ? 'in-process' : 'assets'
}

function assetsIn(env: ProcessEnvironment): string {
  const directory = env['KUBEBUILDER_ASSETS'] ?? ''
  if (directory !== '') return directory
  throw new Error(
    "server: 'assets' needs the directory of etcd and kube-apiserver in KUBEBUILDER_ASSETS",
  )
}
