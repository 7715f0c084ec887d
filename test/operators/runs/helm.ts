import { fileURLToPath } from 'node:url'
import type { SuiteEnd } from '../ginkgo-suite.ts'
import { installedProgram } from '../go-modules.ts'
import { ownServer } from '../own-server.ts'
import { runToEnd } from '../run-to-end.ts'

const module = 'helm.sh/helm/v3/cmd/helm@v3.17.3'
const chart = fileURLToPath(new URL('../chart', import.meta.url))

const wait = ['--wait', '--timeout', '1m']

/** The life of a release, with its hooks, each step until everything is ready. */
const steps: readonly (readonly string[])[] = [
  ['install', 'web', chart, ...wait],
  ['upgrade', 'web', chart, '--set', 'replicas=3,message=two', ...wait],
  ['status', 'web'],
  ['rollback', 'web', '1', ...wait],
  ['history', 'web'],
  ['get', 'all', 'web'],
  ['list', '--all'],
  ['uninstall', 'web', ...wait],
]

/** helm installs, upgrades, rolls back and uninstalls a chart of ours. */
export async function* helm(): AsyncGenerator<SuiteEnd> {
  const program = await installedProgram('helm', module)
  await using server = await ownServer(['--stages'])
  for (const step of steps) {
    const { code, printed } = await runToEnd(program, step, {
      environment: { KUBECONFIG: server.kubeconfig },
    })
    const failures = code === 0 ? [] : [`ended with ${code}: ${printed.trim().slice(-600)}`]
    yield { name: `helm ${step[0]}`, passed: code === 0 ? 1 : 0, failures }
  }
}
