import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { delimiter, dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

import { expect, onTestFinished, test } from 'vitest'

import {
  consoleCommands,
  runSession,
  withoutVolatileParts,
} from '../../../test/support/console-session.ts'
import { compileCache } from '../../../test/support/compile-cache.ts'
import { temporaryFolder } from '../../../test/support/temporary-folder.ts'
import { waitFor } from '../../../test/support/wait-for.ts'
import { freePort } from './free-port.ts'

const root = fileURLToPath(new URL('../../..', import.meta.url))
const script = join(root, 'examples/database-cluster/run-locally.sh')
const readme = readFileSync(join(root, 'examples/database-cluster/README.md'), 'utf8')

test('the README shows what happens when the operator is run locally', async ({ signal }) => {
  const folder = temporaryFolder()
  onTestFinished(() => folder[Symbol.dispose]())
  const kubectl = dirname(process.env['KUBECTL'] ?? '')
  const environment = {
    PATH: [kubectl, process.env['PATH']].join(delimiter),
    HOME: folder.path,
    ...compileCache(),
    STATE_DIRECTORY: folder.path,
    API_PORT: String(await freePort()),
    WEBHOOK_PORT: String(await freePort()),
  }
  const program = spawn(script, { env: environment, cwd: root })
  let printed = ''
  program.stdout.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  program.stderr.on('data', (chunk: Buffer) => (printed += chunk.toString()))
  onTestFinished(async () => {
    program.kill('SIGTERM')
    if (program.exitCode === null) await once(program, 'close')
  }, 30_000)
  await waitFor('the operator', () => printed.includes('The operator is ready'), 90_000).catch(
    (error: unknown) => {
      throw new Error(`the script printed only: ${printed}`, { cause: error })
    },
  )

  const commands = consoleCommands(readme)
  const outputs = await runSession(
    commands.map(({ command }) => command),
    {
      directory: root,
      environment: { ...environment, KUBECONFIG: join(folder.path, 'kubeconfig') },
      signal,
      changesGateway: false,
    },
  )
  expect(outputs.map(withoutVolatileParts)).toEqual(
    commands.map(({ output }) => withoutVolatileParts(output)),
  )
}, 180_000)
