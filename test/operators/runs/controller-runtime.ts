import type { SuiteEnd } from '../ginkgo-suite.ts'
import { runGinkgoSuite } from '../ginkgo-suite.ts'
import { moduleSources } from '../go-modules.ts'
import { ownServer } from '../own-server.ts'

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

/** controller-runtime's own suites against `fairlead apiserver`, as against an existing cluster. */
export async function* controllerRuntime(): AsyncGenerator<SuiteEnd> {
  const sources = await moduleSources(module)
  for (const name of packages) {
    await using server = await ownServer()
    const environment = { USE_EXISTING_CLUSTER: 'true', KUBECONFIG: server.kubeconfig }
    yield await runGinkgoSuite(`controller-runtime ${name}`, sources, `pkg/${name}`, environment)
  }
}
