import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { IndexedDocument } from '../knowledge-index.ts'
import { documentOf } from '../test-support/indexed-documents.ts'
import { openSqliteIndex } from './open-sqlite-index.ts'

const passageCount = 20
let folder: string

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'knowledge-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

function version(id: number, digest: string): IndexedDocument {
  const texts = Array.from({ length: passageCount }, (_, at) => `${digest} passage ${at} common`)
  return documentOf(`d${id}`, texts, { digest })
}

/** Writes document after document, says each on its output, and never ends by itself. */
const writer = `
  const { openSqliteIndex } = await import(process.argv[2])
  const index = await openSqliteIndex({ path: process.argv[3], model: null, bytesMax: 1e9 })
  for (let at = 0; ; at++) {
    const digest = 'v' + at
    const passages = Array.from({ length: ${passageCount} }, (_, one) => ({ text: digest + ' passage ' + one + ' common', headings: [], url: null }))
    await index.put({ source: 'handbook', id: 'd' + (at % 10), digest, title: null, url: null, metadata: {}, passages })
    process.stdout.write(digest + '\\n')
  }
`

test(
  'a process that is killed while it writes leaves whole documents, and loses none that it had',
  { timeout: 60_000 },
  async () => {
    const path = join(folder, 'knowledge.db')
    const program = join(import.meta.dirname, 'open-sqlite-index.ts')
    const written = join(folder, 'writer.mjs')
    writeFileSync(written, writer)
    for (let round = 0; round < 3; round++) {
      const list = ['--conditions=source', written, program, path]
      const child = spawn(process.execPath, list, { stdio: ['ignore', 'pipe', 'inherit'] })
      let said = ''
      for await (const part of child.stdout) {
        said += String(part)
        if (said.split('\n').length > 15 + round * 7) child.kill('SIGKILL')
      }
      if (child.exitCode === null && child.signalCode === null) await once(child, 'exit')
      const index = await openSqliteIndex({ path, model: null, bytesMax: 1e9 })
      const digests = await index.digests('handbook')
      const last = said.trimEnd().split('\n').at(-1) ?? ''
      const lastNumber = Number(last.slice(1))
      // What was said is there, unless the document was written once more before the end.
      const kept = Number((digests.get(`d${lastNumber % 10}`) ?? '').slice(1))
      expect([lastNumber, lastNumber + 10]).toContain(kept)
      expect((await index.figures()).get('handbook')).toMatchObject({
        documents: 10,
        passages: 10 * passageCount,
      })
      const { signal } = new AbortController()
      for (const digest of digests.values()) {
        const found = await index.search({ mode: 'BM25', text: digest, topK: 100, signal })
        const own = found.filter(({ text }) => text.startsWith(`${digest} `))
        expect(own).toHaveLength(passageCount)
      }
      await index.close()
    }
  },
)

test('whoever searches while documents are replaced finds each whole, as it was or as it is', async () => {
  const index = await openSqliteIndex({
    path: join(folder, 'knowledge.db'),
    model: null,
    bytesMax: 1e9,
  })
  await index.put(version(1, 'before'))
  const { signal } = new AbortController()
  let isWriting = true
  const writing = (async () => {
    for (let at = 0; at < 60; at++) await index.put(version(1, `after${at}`))
    isWriting = false
  })()
  let searches = 0
  while (isWriting) {
    const found = await index.search({ mode: 'BM25', text: 'common', topK: 100, signal })
    const versions = new Set(found.map(({ text }) => text.split(' ')[0]))
    expect([found.length, versions.size]).toEqual([passageCount, 1])
    searches += 1
  }
  await writing
  expect(searches).toBeGreaterThan(10)
  await index.close()
})
