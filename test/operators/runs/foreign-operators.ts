import { join } from 'node:path'
import { temporaryFolder } from '../../support/temporary-folder.ts'
import { runGinkgoSuite, type SuiteEnd } from '../ginkgo-suite.ts'
import { moduleSources } from '../go-modules.ts'
import { assets } from '../own-server.ts'

interface Operator {
  readonly module: string
  readonly folders: readonly string[]
  /** Specs that are left out. */
  readonly skip?: string
}

/** Operators that know nothing of us, and the folders of their tests with envtest. */
const operators: readonly Operator[] = [
  {
    // Tests of versions before 0.10 set conditions of Jobs that a 1.32 refuses.
    module: 'sigs.k8s.io/jobset@v0.10.1',
    folders: ['test/integration/controller', 'test/integration/webhook'],
  },
  {
    module: 'sigs.k8s.io/lws@v0.6.2',
    folders: ['test/integration/controllers', 'test/integration/webhooks'],
    // It deletes a pod and, without waiting, expects that its controller has answered to that: only
    // a server whose writes take etcd some milliseconds is slow enough.
    skip: 'Pod restart will delete the pod group when restart policy is RecreateGroupOnPodRestart',
  },
]

/** JobSet and LeaderWorkerSet: their integration tests, with the programs that envtest starts. */
export async function* foreignOperators(): AsyncGenerator<SuiteEnd> {
  using folder = temporaryFolder()
  const environment = { KUBEBUILDER_ASSETS: await assets(join(folder.path, 'assets')) }
  for (const { module, folders, skip } of operators) {
    const sources = await moduleSources(module)
    for (const tests of folders) {
      yield await runGinkgoSuite(`${module} ${tests}`, sources, tests, environment, skip)
    }
  }
}
