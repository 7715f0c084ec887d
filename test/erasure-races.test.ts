import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { silentLogger, systemClock } from '@fairlead/base'
import { SeededRandom } from '@fairlead/base/testing'
import type { ContextStore } from '@fairlead/context'
import { expect, it } from 'vitest'
import { newKey } from '../packages/context/src/encryption/encryption-key.ts'
import { openEncrypted } from '../packages/context/src/encryption/open-encrypted.ts'
import { storeServerKinds } from './crash/store-servers.ts'
import { bytesInPostgres, bytesInRedis, placesWith } from './erasure/server-bytes.ts'
import { subject, tenant } from './erasure/written-subject.ts'
import { waitFor } from './support/wait-for.ts'

const program = join(import.meta.dirname, 'erasure', 'subject-writer.program.ts')
const processes = 2
const erasures = Number(process.env['FAIRLEAD_ERASURES'] ?? 8)
const bytesIn = { Redis: bytesInRedis, Postgres: bytesInPostgres }

const subjects = storeServerKinds.flatMap((kind) => [
  { name: kind.name, kind, key: '' },
  { name: `encrypted ${kind.name}`, kind, key: newKey().toString('base64') },
])

it.each(subjects)(
  'nothing of a subject that was in flight appears once its erasure has returned: $name',
  async ({ kind, key }) => {
    await using server = await kind.start()
    const plain = await kind.open(server.url, 'eraser')
    const tools = { clock: systemClock, logger: silentLogger }
    const keys = { current: key, previous: undefined }
    const store = key === '' ? plain : (await openEncrypted(plain, keys, tools)).store
    const writers = await Promise.all(
      Array.from({ length: processes }, () => begun([kind.name, server.url, key])),
    )
    const random = new SeededRandom(7)
    let erased = 0
    /** What erasures before the last one were told by. */
    const counts = [0]
    for (let round = 0; round < erasures; round++) {
      const enough = random.below(10)
      await waitFor('conversations of the subject', async () => {
        const page = await store.list(tenant, { limit: enough + 1, order: 'asc', subject })
        return page.outcome === 'found' && page.conversations.length > enough
      })
      erased += await eraseAll(store)
      const { count } = await store.erasures(tenant, subject)
      const isEarlier = (mark: string) => Number(/^begun-(\d+)\.$/.exec(mark)?.[1]) < count
      const page = await store.list(tenant, { limit: 1000, order: 'asc', subject })
      if (page.outcome !== 'found') throw new Error('the list begins at its beginning')
      for (const { metadata } of page.conversations) {
        expect(metadata['mark']).toMatch(/^begun-\d+\.$/)
        expect(isEarlier(metadata['mark'] ?? '')).toBe(false)
      }
      // Of an encrypted one, nothing could be found anyway.
      const bytes = bytesIn[kind.name as keyof typeof bytesIn](server.url)
      const earlier = counts.map((number) => `begun-${number}\\.`)
      counts.push(count)
      expect(await placesWith(new RegExp(earlier.join('|')), bytes)).toEqual([])
    }
    expect(erased).toBeGreaterThan(erasures)
    await Promise.all(writers.map(stopped))
    await eraseAll(store)
    expect(
      await placesWith('begun-', bytesIn[kind.name as keyof typeof bytesIn](server.url)),
    ).toEqual([])
    await store.close()
  },
  120_000,
)

async function eraseAll(store: ContextStore): Promise<number> {
  let erased = 0
  for (;;) {
    const { conversations, more } = await store.removeSubject(tenant, subject)
    erased += conversations
    if (!more) return erased
  }
}

function begun(flags: readonly string[]): Promise<ChildProcess> {
  const child = fork(program, flags, { execArgv: ['--conditions=source'] })
  return new Promise((resolve, reject) => {
    child.once('message', () => resolve(child))
    child.once('exit', (code) => reject(new Error(`a writer ended with ${code}`)))
  })
}

async function stopped(child: ChildProcess): Promise<void> {
  const ended = new Promise((resolve) => child.once('exit', resolve))
  child.send('stop')
  await ended
}
