import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import type { ContextStore } from '../stores/context-store.ts'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { settled } from './test-support/conversation-bench.ts'
import { StoreHealth } from './store-health.ts'

function watchedStore() {
  const clock = new FakeClock()
  const state: { trouble: string | undefined; checks: number } = { trouble: undefined, checks: 0 }
  const problems: (string | undefined)[] = []
  const inMemory = createMemoryStore({ clock, ttlMs: undefined })
  const fails = async () => {
    if (state.trouble !== undefined) throw new Error(state.trouble)
  }
  const store: ContextStore = {
    ...inMemory,
    async conversation(tenant, id) {
      await fails()
      return inMemory.conversation(tenant, id)
    },
    responses: Object.assign(inMemory.responses, {
      load: async () => {
        await fails()
        return undefined
      },
    }),
    answers: Object.assign(inMemory.answers, {
      load: async () => {
        await fails()
        return undefined
      },
    }),
    async check() {
      state.checks++
      await fails()
    },
  }
  const health = new StoreHealth({
    store,
    storeName: 'local',
    clock,
    logger: silentLogger,
    onAvailability: (problem) => void problems.push(problem),
  })
  return { clock, state, problems, health, store: health.watch(store) }
}

it('a store that fails is a problem until a check succeeds, also when nobody calls', async () => {
  const { clock, state, problems, store } = watchedStore()
  expect(await store.conversation('a', 'c')).toBeUndefined()
  expect(clock.pendingTimers).toBe(0)
  state.trouble = 'the disk is full'
  for (let call = 0; call < 3; call++) {
    await expect(store.conversation('a', 'c')).rejects.toThrow('the disk is full')
  }
  expect(problems).toEqual(['the disk is full'])
  await clock.advance(5000)
  expect(state.checks).toBe(1)
  state.trouble = 'the disk is gone'
  await clock.advance(5000)
  expect(problems).toEqual(['the disk is full', 'the disk is gone'])
  state.trouble = undefined
  await clock.advance(5000)
  expect(problems.at(-1)).toBeUndefined()
  expect(clock.pendingTimers).toBe(0)
})

it('answers are watched as well', async () => {
  const { problems, state, store } = watchedStore()
  state.trouble = 'no'
  await expect(store.answers.load('a', 'key')).rejects.toThrow('no')
  expect(problems).toEqual(['no'])
})

it('responses are watched too, and nothing is after the end', async () => {
  const { clock, state, problems, store, health } = watchedStore()
  state.trouble = 'no'
  await expect(store.responses.load('a', 'r')).rejects.toThrow('no')
  expect(problems).toEqual(['no'])
  health.stop()
  await clock.advance(5000)
  await expect(store.responses.load('a', 'r')).rejects.toThrow('no')
  await settled()
  expect(state.checks).toBe(0)
  expect(clock.pendingTimers).toBe(0)
})
