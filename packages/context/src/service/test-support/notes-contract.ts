import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import type { ContextStore } from '../../stores/context-store.ts'
import { assistant, user } from '../../turns/test-support/items.ts'
import { notesMax } from '../../notes/note.ts'
import { createConversations } from '../conversations-service.ts'
import { seededRandom } from '../../turns/test-support/seeded-random.ts'
import { say } from './conversation-bench.ts'

interface StoreUnderTest {
  readonly name: string
  /** An empty store. */
  open(clock: FakeClock): ContextStore | Promise<ContextStore>
}

const owner = { tenant: 'team/app', subject: 'user:anna' }
const startMs = Date.UTC(2026, 0, 1, 12)

/** What is remembered of subjects, on whatever store: the test of the notes runs this for each. */
export function describeNotesContract(subject: StoreUnderTest): void {
  const run = async (
    body: (parts: ReturnType<typeof partsOf>, clock: FakeClock) => Promise<void>,
  ) => {
    const clock = new FakeClock(startMs)
    const parts = partsOf(await subject.open(clock), clock)
    try {
      await body(parts, clock)
    } finally {
      await parts.conversations.close()
    }
  }

  describe(`notes in ${subject.name}`, () => {
    it('are listed, read, changed and deleted', () =>
      run(async ({ notes, conversations: { notes: api } }) => {
        const first = await api.add(owner, { text: 'Lives in Paris.' })
        const second = await api.add(owner, { text: 'Ünïcode \u{1F600} "quoted" <b>' })
        expect(first.id).toMatch(/^note_[0-9A-HJKMNP-TV-Z]{26}$/)
        expect(await notes()).toEqual([first, second])
        expect(await api.get({ ...owner, id: second.id })).toEqual(second)
        const changed = await api.change(
          { ...owner, id: first.id, expectedVersion: 1 },
          { text: 'Lives in Rome.' },
        )
        expect(changed).toMatchObject({ id: first.id, text: 'Lives in Rome.', version: 2 })
        await expect(
          api.change({ ...owner, id: first.id, expectedVersion: 1 }, { text: 'x' }),
        ).rejects.toMatchObject({ status: 412, code: 'revision_conflict' })
        await expect(
          api.remove({ ...owner, id: first.id, expectedVersion: 1 }),
        ).rejects.toMatchObject({ status: 412 })
        await api.remove({ ...owner, id: first.id, expectedVersion: 2 })
        await expect(api.get({ ...owner, id: first.id })).rejects.toMatchObject({
          status: 404,
          code: 'note_not_found',
        })
        expect(await notes()).toEqual([second])
        expect(await api.removeAll(owner)).toBe(1)
        expect(await api.removeAll(owner)).toBe(0)
        expect(await notes()).toEqual([])
      }))

    it('are those of one subject of one tenant', () =>
      run(async ({ conversations: { notes: api } }) => {
        const { id } = await api.add(owner, { text: 'x' })
        for (const other of [
          { ...owner, tenant: 'team/other' },
          { ...owner, subject: 'user:ann' },
        ]) {
          expect((await api.list(other, {})).items).toEqual([])
          await expect(api.get({ ...other, id })).rejects.toMatchObject({ status: 404 })
          await expect(api.remove({ ...other, id })).rejects.toMatchObject({ status: 404 })
          expect(await api.removeAll(other)).toBe(0)
        }
        expect((await api.list(owner, {})).items).toHaveLength(1)
      }))

    it('come in pages, also when the last one is gone by then', () =>
      run(async ({ conversations: { notes: api } }) => {
        for (const text of ['1', '2', '3', '4', '5']) await api.add(owner, { text })
        const first = await api.list(owner, { limit: 2 })
        expect(first.items.map(({ text }) => text)).toEqual(['5', '4'])
        expect(first.hasMore).toBe(true)
        const after = first.items[1]?.id ?? ''
        await api.remove({ ...owner, id: after })
        const rest = await api.list(owner, { limit: 3, after })
        expect(rest.items.map(({ text }) => text)).toEqual(['3', '2', '1'])
        expect(rest.hasMore).toBe(false)
      }))

    it('are never more than a subject may have, however many write at once', () =>
      run(async ({ conversations: { notes: api } }) => {
        const long = 'x'.repeat(2000)
        let added = 0
        const write = async () => {
          for (;;) {
            try {
              await api.add(owner, { text: long })
              added += 1
            } catch (error) {
              return error
            }
          }
        }
        const ends = await Promise.all([write(), write(), write()])
        for (const end of ends) expect(end).toMatchObject({ status: 400, code: 'too_many_notes' })
        const pages = [await api.list(owner, { limit: 100 })]
        while (pages.at(-1)?.hasMore === true) {
          const after = pages.at(-1)?.items.at(-1)?.id ?? ''
          pages.push(await api.list(owner, { limit: 100, after }))
        }
        const all = pages.flatMap(({ items }) => items)
        expect(all).toHaveLength(added)
        expect(added).toBeGreaterThan(100)
        expect(added).toBeLessThanOrEqual(notesMax)
      }))

    it('that expire are gone, from the store too', () =>
      run(async ({ conversations, store, notes }, clock) => {
        const at = startMs / 1000
        await conversations.notes.add(owner, { text: 'short-lived', expires_at: at + 60 })
        await conversations.notes.add(owner, { text: 'lasting' })
        await clock.advance(61_000)
        expect((await notes()).map(({ text }) => text)).toEqual(['lasting'])
        const records = async () =>
          JSON.stringify(await store.records.scan({ kind: 'notes', limit: 9 }))
        await expectSoon(async () => !(await records()).includes('short-lived'))
        expect(await records()).toContain('lasting')
      }))

    it('are erased with their subject, and the receipt counts them', () =>
      run(async ({ conversations, store, notes }) => {
        await say(conversations, [user('hello')], [assistant('hi')], { subject: owner.subject })
        await conversations.notes.add(owner, { text: 'one' })
        await conversations.notes.add(owner, { text: 'two' })
        const other = { ...owner, subject: 'user:bert' }
        await conversations.notes.add(other, { text: 'three' })
        expect(await conversations.eraseSubject(owner.tenant, owner.subject)).toMatchObject({
          conversations: 1,
          notes: 2,
          complete: true,
        })
        expect(await notes()).toEqual([])
        const left = await store.records.scan({ kind: 'notes', limit: 9 })
        expect(left.map((record) => record.owner)).toEqual(['subject:user:bert'])
        // Whoever comes again begins anew.
        await conversations.notes.add(owner, { text: 'again' })
        expect((await notes()).map(({ text }) => text)).toEqual(['again'])
      }))
  })
}

function partsOf(store: ContextStore, clock: FakeClock) {
  const conversations = createConversations({ store, clock, random: seededRandom(1) })
  const notes = async () => (await conversations.notes.list(owner, { order: 'asc' })).items
  return { store, conversations, notes }
}

/** Servers answer when they do. */
async function expectSoon(check: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 5000
  while (!(await check())) {
    if (Date.now() > end) throw new Error('it has not happened')
    await new Promise((resolve) => setImmediate(resolve))
  }
}
