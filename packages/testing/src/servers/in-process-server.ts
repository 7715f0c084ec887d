import {
  TestEnvironment as ApiServerEnvironment,
  type TestEnvironmentOptions as ApiServerEnvironmentOptions,
} from '@fairlead/apiserver/testing'
import { loadKubeConfig } from '@fairlead/controller-runtime'

import type { TestServer } from './test-server.ts'

/** What the API server in this process is started with; see `@fairlead/apiserver/testing`. */
export type InProcessOptions = Omit<
  ApiServerEnvironmentOptions,
  'crds' | 'objects' | 'webhooks' | 'clock'
>

/** An API server in this process, in memory, on a free port. */
export async function startInProcess(
  options: Omit<ApiServerEnvironmentOptions, 'crds' | 'objects' | 'webhooks'>,
): Promise<TestServer> {
  const inProcess = await ApiServerEnvironment.start(options)
  return {
    name: 'the API server in this process',
    config: loadKubeConfig({ text: inProcess.kubeconfig() }),
    inProcess,
    kubeconfig: () => inProcess.kubeconfig(),
    configOf: (user) => loadKubeConfig({ text: inProcess.addUser(user).kubeconfig }),
    async install(object) {
      await inProcess.install(object)
    },
    remove: (object) => inProcess.remove(object),
    [Symbol.asyncDispose]: () => inProcess.stop(),
  }
}
