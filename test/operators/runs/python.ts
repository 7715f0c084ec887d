import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { SuiteEnd } from '../ginkgo-suite.ts'
import { programCache } from '../go-modules.ts'
import { ownServer } from '../own-server.ts'
import { runToEnd, succeed } from '../run-to-end.ts'

const client = 'kubernetes==37.0.2'
const checks = fileURLToPath(new URL('../kubernetes_client.py', import.meta.url))

/** Python's Kubernetes client: built-in kinds, kinds of definitions, watches. */
export async function* python(): AsyncGenerator<SuiteEnd> {
  const folder = join(programCache, client)
  const program = join(folder, 'bin/python')
  if (!existsSync(program)) {
    await succeed('python3', ['-m', 'venv', folder])
    await succeed(program, ['-m', 'pip', 'install', '--quiet', client])
  }
  await using server = await ownServer()
  const environment = { KUBECONFIG: server.kubeconfig, PYTHONDONTWRITEBYTECODE: '1' }
  const { code, printed } = await runToEnd(program, [checks], { environment })
  const passed = printed.match(/: passed$/gm)?.length ?? 0
  yield { name: `Python, ${client}`, passed, failures: code === 0 ? [] : [printed.trim()] }
}
