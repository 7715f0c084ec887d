import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

/** Fills the storage until it takes no more, and says what it answers then, and when there is room again. */
const program = `
import { execFileSync } from 'node:child_process'
import { startApiServer } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
let ahead = 0
const setTimer = (delayMs, callback) => {
  const timer = setTimeout(callback, delayMs)
  return { cancel: () => clearTimeout(timer) }
}
const clock = { now: Date.now, monotonicMs: () => performance.now() + ahead, setTimer }
const server = await startApiServer({ dataDir: process.env.DATA, clock })
const path = '/api/v1/namespaces/default/configmaps'
const create = (name, size) => server.request('POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'x'.repeat(size) } })
const failure = (error) => error.message
const readiness = async () => {
  ahead += 1_001
  return server.request('GET', '/readyz')
}
const before = await readiness()
let refused, count = 0
for (; refused === undefined && count < 200; count++) await create('n' + count, 200_000).catch((error) => { refused = failure(error) })
const read = await server.request('GET', path + '/n0')
const lists = (await server.request('GET', path)).items.length === count - 1
const again = await create('again', 200_000).then(() => 'stored', failure)
const full = await readiness()
execFileSync('prlimit', ['--fsize=unlimited', '--pid', String(process.pid)])
const after = await readiness()
const stored = (await create('again', 200_000)).metadata.name
console.log(JSON.stringify({ refused, read: read.metadata.name, lists, again, before, full, after, stored }))
await server.stop()
`

it('refuses writes while no byte more can be written, reads on, and says so in /readyz', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-full-'))
  try {
    // No file of the process may become longer than this: 8 or 16 MiB, by the shell.
    const limited = `trap '' XFSZ; ulimit -S -f 16384; exec "$NODE" --conditions=source --input-type=module --eval "$PROGRAM"`
    const { stdout } = await promisify(execFile)('sh', ['-c', limited], {
      env: { ...process.env, NODE: process.execPath, PROGRAM: program, DATA: folder },
    })
    expect(JSON.parse(stdout)).toEqual({
      refused: expect.stringMatching(/^the change could not be stored: /) as string,
      read: 'n0',
      lists: true,
      again: expect.stringMatching(/^the change could not be stored: /) as string,
      before: 'ok',
      full: expect.stringContaining('[-]etcd failed: reason withheld') as string,
      after: 'ok',
      stored: 'again',
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
