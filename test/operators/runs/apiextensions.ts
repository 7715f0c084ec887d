import { fileURLToPath } from 'node:url'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { commandLine } from '../../support/command.ts'
import { testBinary, moduleSources } from '../go-modules.ts'
import { goTestFailure, goTestNames } from '../go-tests.ts'
import type { SuiteEnd } from '../ginkgo-suite.ts'

const module = 'k8s.io/apiextensions-apiserver@v0.32.13'
const storedObject = replacement('stored-object.program.ts')

/** What of the tests is replaced. */
const replaced: Readonly<Record<string, string>> = {
  'test/integration/fixtures/server.go': replacement('fixtures.go'),
  'test/integration/storage/objectreader.go': replacement('objectreader.go'),
}

/** Folders of tests; each starts a server of its own. */
const folders = ['test/integration', 'test/integration/conversion']

/** Tests that no server without an etcd, and with a 1.32's own features, can pass, and why. */
const leftOut: Readonly<Record<string, string>> = {
  TestPruningFromStorage: 'writes to etcd',
  TestInvalidObjectMetaInStorage: 'writes to etcd',
  TestEtcdStorage: 'reads from etcd',
  TestNonStructuralSchemaConditionUpdate: 'writes to etcd',
  TestNonStructuralSchemaConditionForCRDV1Beta1MigratedData: 'writes to etcd',
  TestCBORStorageEnablement: 'reads from etcd',
  TestCBORServingEnablement: 'turns CBOR on, which is off',
  TestFieldSelectorDropFields: 'turns field selectors off, which are on',
  TestFieldSelectorDisablement: 'turns field selectors off, which are on',
  TestRatchetingDropFields: 'turns ratcheting off, which is on',
}

/** A check that writes to etcd, within tests whose others do not. */
const checksLeftOut = 'TestWebhookConverter/nontrivial-converter/check-5'

/**
 * The integration tests of CustomResourceDefinitions in Kubernetes, each with a server of its own:
 * the packages that start their servers and read what is stored are replaced by ours, by Go's
 * overlay. A test that comes to no end has failed.
 */
export async function* apiextensions(): AsyncGenerator<SuiteEnd> {
  const sources = await moduleSources(module)
  const overlay = join(sources, 'fairlead-overlay.json')
  const files = Object.entries(replaced).map(([file, by]) => [join(sources, file), by] as const)
  writeFileSync(overlay, JSON.stringify({ Replace: Object.fromEntries<string>(files) }))
  for (const folder of folders) {
    const binary = await testBinary(sources, folder, [`-overlay=${overlay}`])
    yield await endOf(binary, join(sources, folder), `${module}/${folder}`)
  }
}

async function endOf(binary: string, cwd: string, name: string): Promise<SuiteEnd> {
  const environment = {
    FAIRLEAD_APISERVER: commandLine(['apiserver', '--port', '0']).join('\n'),
    FAIRLEAD_STORED_OBJECT: [process.execPath, storedObject].join('\n'),
  }
  let passed = 0
  const failures: string[] = []
  for (const test of await goTestNames(binary, cwd)) {
    const why = leftOut[test]
    if (why !== undefined) {
      process.stdout.write(`${test} is left out: it ${why}\n`)
      continue
    }
    const failure = await goTestFailure(binary, test, { cwd, environment, skip: checksLeftOut })
    if (failure === undefined) passed += 1
    else failures.push(`${test}: ${failure}`)
  }
  return { name, passed, failures }
}

function replacement(file: string): string {
  return fileURLToPath(new URL(`../apiextensions/${file}`, import.meta.url))
}
