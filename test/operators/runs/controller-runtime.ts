import { join } from 'node:path'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { runGinkgoSuite, type SuiteEnd } from '../ginkgo-suite.ts'
import { moduleSources } from '../go-modules.ts'
import { assets, ownServer } from '../own-server.ts'

const module = 'sigs.k8s.io/controller-runtime@v0.24.1'

const packages = [
  'client',
  'cache',
  'builder',
  'manager',
  'controller',
  'controller/controllerutil',
  'source',
  'webhook',
  'envtest',
  'cluster',
]

/** It counts on nobody creating the service account `default` of a namespace, as in no cluster. */
const onlyWithEnvtest = 'Should list serviceaccounts and find exactly one in namespace'

/**
 * controller-runtime's own suites, twice: against `fairlead apiserver`, as against an existing
 * cluster, and with the programs that envtest starts.
 */
export async function* controllerRuntime(): AsyncGenerator<SuiteEnd> {
  const sources = await moduleSources(module)
  using folder = temporaryFolder()
  const envtest = { KUBEBUILDER_ASSETS: await assets(join(folder.path, 'assets')) }
  for (const name of packages) {
    yield await againstServer(sources, name)
    yield await runGinkgoSuite(`${name}, envtest`, sources, `pkg/${name}`, envtest)
  }
}

async function againstServer(sources: string, name: string): Promise<SuiteEnd> {
  await using server = await ownServer()
  const cluster = { USE_EXISTING_CLUSTER: 'true', KUBECONFIG: server.kubeconfig }
  return await runGinkgoSuite(name, sources, `pkg/${name}`, cluster, onlyWithEnvtest)
}
