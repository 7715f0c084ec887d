import { FakeClock } from '@fairlead/base/testing'
import { expect, it, vi } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { eraseSubject } from './erase-subject.ts'
import { NotesService } from './notes-service.ts'
import { NotesShelf } from './notes-shelf.ts'
import { createIds } from '../turns/ulid.ts'

const owner = { tenant: 'a', subject: 'user:anna' }

function open() {
  const clock = new FakeClock(1_000_000)
  const store = createMemoryStore({ clock, ttlMs: undefined })
  const shelf = new NotesShelf(store, clock)
  const service = new NotesService(
    shelf,
    createIds(clock, () => 0.5),
  )
  return { clock, service, shelf, store }
}

it('notes that stay the same are the same object, whose words are looked through once', async () => {
  const { service, shelf } = open()
  const { id } = await service.add(owner, { text: 'Lives in Rome.' })
  const first = await shelf.read(owner)
  expect(await shelf.read(owner)).toBe(first)
  expect((await shelf.read(owner)).index).toBe(first.index)
  await service.change({ ...owner, id }, { text: 'Lives in Paris.' })
  const second = await shelf.read(owner)
  expect(second.notes).toMatchObject([{ text: 'Lives in Paris.' }])
  expect(second.index).not.toBe(first.index)
})

it('nobody is told what another process has changed or erased', async () => {
  const { clock, service, shelf, store } = open()
  const notes = async () => (await shelf.read(owner)).notes
  const other = new NotesService(
    new NotesShelf(store, clock),
    createIds(clock, () => 0.7),
  )
  await service.add(owner, { text: 'Lives in Rome.', expires_at: 1100 })
  expect(await notes()).toHaveLength(1)
  await store.removeSubject('a', owner.subject)
  expect(await notes()).toEqual([])
  await service.add(owner, { text: 'one' })
  expect(await notes()).toMatchObject([{ text: 'one' }])
  await store.removeSubject('a', owner.subject)
  await other.add(owner, { text: 'two', expires_at: 1100 })
  expect(await notes()).toMatchObject([{ text: 'two' }])
  await clock.advance(101_000)
  expect(await notes()).toEqual([])
})

it('a note that came before its subject was erased is not kept, however late it is read', async () => {
  const { clock, service, store } = open()
  const receivedMs = clock.monotonicMs()
  await clock.advance(50)
  await service.add(owner, { text: 'Likes tea.' })
  expect(await eraseSubject(store, service, owner)).toMatchObject({ notes: 1 })
  await clock.advance(50)
  const late = { ...owner, receivedMs }
  await expect(service.add(late, { text: 'Is ill.' })).rejects.toMatchObject({
    status: 410,
    code: 'subject_erased',
  })
  await service.add({ ...owner, receivedMs: clock.monotonicMs() }, { text: 'Is back.' })
  expect((await service.list(owner, {})).items).toMatchObject([{ text: 'Is back.' }])
})

it.each([
  ['a note', ['Likes tea.']],
  ['a first note', []],
])('%s that was on its way when its subject was erased is not kept', async (_, before) => {
  const { clock, service, store } = open()
  for (const text of before) await service.add(owner, { text })
  const put = store.records.put.bind(store.records)
  // The erasure takes place after the notes were read, and before they are put.
  const putting = vi.spyOn(store.records, 'put')
  const shelf = new NotesShelf(store, clock)
  const slow = new NotesService(
    shelf,
    createIds(clock, () => 0.7),
  )
  putting.mockImplementationOnce(async (...change) => {
    expect(await eraseSubject(store, service, owner)).toMatchObject({
      notes: before.length,
      complete: true,
    })
    return put(...change)
  })
  await expect(slow.add(owner, { text: 'Is ill.' })).rejects.toMatchObject({
    code: 'subject_erased',
  })
  const page = { limit: 10, order: 'asc' } as const
  expect((await service.list(owner, page)).items).toEqual([])
  // What comes later is kept.
  await slow.add(owner, { text: 'Is back.' })
  expect((await service.list(owner, page)).items).toMatchObject([{ text: 'Is back.' }])
})
