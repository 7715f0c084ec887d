import { fileURLToPath } from 'node:url'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine } from '../../support/command.ts'
import { testBinary, moduleSources } from '../go-modules.ts'
import { goTestsEnd } from '../go-tests.ts'
import type { SuiteEnd } from '../ginkgo-suite.ts'
import { runToEnd } from '../run-to-end.ts'

const module = 'k8s.io/apiextensions-apiserver@v0.32.13'
const folder = 'test/integration'
const fixtures = fileURLToPath(new URL('../apiextensions/fixtures.go', import.meta.url))

/** They look into etcd, or ask for features that a 1.32 has not by default. */
const needingEtcd = [
  'TestPruningFromStorage',
  'TestInvalidObjectMetaInStorage',
  'TestEtcdStorage',
  'TestNonStructuralSchemaConditionForCRDV1Beta1MigratedData',
  'TestCBOR',
]

/**
 * The integration tests of CustomResourceDefinitions in Kubernetes, each with a server of its own:
 * the package that starts their servers is replaced by ours, by Go's overlay.
 */
export async function* apiextensions(): AsyncGenerator<SuiteEnd> {
  const sources = await moduleSources(module)
  const overlay = join(sources, 'fairlead-overlay.json')
  const replaced = { [join(sources, folder, 'fixtures/server.go')]: fixtures }
  writeFileSync(overlay, JSON.stringify({ Replace: replaced }))
  const binary = await testBinary(sources, folder, [`-overlay=${overlay}`])
  const flags = ['-test.v', '-test.timeout=30m', `-test.skip=${needingEtcd.join('|')}`]
  const command = commandLine(['apiserver', '--in-memory', '--port', '0'])
  const { printed } = await runToEnd(binary, flags, {
    cwd: join(sources, folder),
    environment: { FAIRLEAD_APISERVER: command.join('\n') },
  })
  yield goTestsEnd(module, printed)
}
