import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it, vi } from 'vitest'
import { forgottenPlan } from '../../plan/forgotten-plan.ts'
import type { KeptResponse } from '../kept-response.ts'
import { conversationAt, ended, text, turnOf } from '../test-support/turns.ts'
import { RedisBench } from './test-support/redis-bench.ts'

const secret = 'the-word-of-ada'
const subject = `subject-${secret}`

it('what Redis has of a subject is neither in its memory nor in its files, once that is erased', async () => {
  await using bench = await RedisBench.start()
  const store = await bench.open({ clock: { now: () => 1000 }, ttlMs: undefined })
  const id = `conversation-${secret}`
  const { ccp, ...rest } = conversationAt(1, 'a', id)
  const said = [
    { type: 'message', role: 'user', id: `msg_${secret}`, content: text(secret) },
  ] as const
  const turn = turnOf(id, 1, { input: said, plan: `plan_${secret}`, idempotency_key: secret })
  await store.append({
    expectedRevision: null,
    conversation: { ...rest, metadata: { about: secret }, ccp: { ...ccp, subject } },
    turns: [turn],
    plan: forgottenPlan(turn),
  })
  await store.finish('a', { turn: { ...ended(turn), output: said } })
  const response: KeptResponse = {
    id: `resp_${secret}`,
    tenant: 'a',
    previous: null,
    conversation: id,
    status: 'in_progress',
    background: false,
    body: {},
    input: [{ secret }],
    output: [],
    error: null,
    answered_by: null,
    created_at: 1,
    completed_at: null,
  }
  await store.responses.add(response)
  const end = { body: { secret }, output: [{ id: `out_${secret}` }], error: null, answeredBy: null }
  const frames = { firstFrame: 0, frames: [secret], completedAt: 2 }
  await store.responses.finish({
    tenant: 'a',
    id: response.id,
    status: 'completed',
    ...end,
    ...frames,
  })
  const note = { kind: 'note', tenant: 'a', id: `n-${secret}`, body: { secret }, expiresAtMs: 9e12 }
  for (const owner of [id, `subject:${subject}`]) await store.records.put({ ...note, owner }, null)
  await store.append({
    expectedRevision: null,
    conversation: conversationAt(1, 'a', 'of somebody else'),
    turns: [],
  })

  const inMemory = async () => {
    const found: string[] = []
    for (const key of await bench.admin.keys('*')) {
      const value = await bench.admin.dumpBuffer(key)
      if (key.includes(secret) || value.includes(secret)) found.push(key)
    }
    return found
  }
  const [, folder = ''] = await bench.admin.config('GET', 'dir')
  const inFiles = () =>
    readdirSync(folder, { recursive: true, withFileTypes: true })
      .filter((file) => file.isFile())
      .filter((file) => readFileSync(join(file.parentPath, file.name)).includes(secret))
      .map(({ name }) => name)
  await bench.admin.config('SET', 'rdbcompression', 'no')
  expect((await inMemory()).length).toBeGreaterThan(5)
  expect(inFiles()).not.toEqual([])
  expect(await store.removeSubject('a', subject)).toMatchObject({ conversations: 1, responses: 1 })
  await vi.waitFor(async () => expect(await inMemory()).toEqual([]), 5000)
  await vi.waitFor(() => expect(inFiles()).toEqual([]), 15_000)
  expect(await store.conversation('a', 'of somebody else')).toBeDefined()
  await store.close()
})
