import { execFile } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { promisify } from 'node:util'

import { expect, it } from 'vitest'

/** Fills the storage until it takes no more, and says what it then answers. */
const program = `
import { startApiServer } from ${JSON.stringify(new URL('index.ts', import.meta.url).href)}
const server = await startApiServer({ dataDir: process.env.DATA })
const path = '/api/v1/namespaces/default/configmaps'
const create = (name, size) => server.request('POST', path, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, data: { a: 'x'.repeat(size) } })
const failure = (error) => error.message
let refused, count = 0
for (; refused === undefined && count < 200; count++) await create('n' + count, 200_000).catch((error) => { refused = failure(error) })
const read = await server.request('GET', path + '/n0')
const lists = (await server.request('GET', path)).items.length === count - 1
const again = await create('again', 200_000).then(() => 'stored', failure)
console.log(JSON.stringify({ refused, read: read.metadata.name, lists, again }))
await server.stop()
`

it('refuses writes while no byte more can be written, and reads on', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'fairlead-full-'))
  try {
    // No file of the process may become longer than this: 8 or 16 MiB, by the shell.
    const limited = `trap '' XFSZ; ulimit -f 16384; exec "$NODE" --conditions=source --input-type=module --eval "$PROGRAM"`
    const { stdout } = await promisify(execFile)('sh', ['-c', limited], {
      env: { ...process.env, NODE: process.execPath, PROGRAM: program, DATA: folder },
    })
    expect(JSON.parse(stdout)).toEqual({
      refused: expect.stringMatching(/^the change could not be stored: /) as string,
      read: 'n0',
      lists: true,
      again: expect.stringMatching(/^the change could not be stored: /) as string,
    })
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
