import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest'
import { forgottenPlan } from '../../plan/forgotten-plan.ts'
import type { ContextStore } from '../context-store.ts'
import { describeAnswerStoreContract } from '../test-support/answer-store-contract.ts'
import { describeFactorStoreContract } from '../test-support/factor-store-contract.ts'
import { describeResponseStoreContract } from '../test-support/response-store-contract.ts'
import { describeStoreContract } from '../test-support/store-contract.ts'
import { conversationAt, ended, turnOf } from '../test-support/turns.ts'
import { type BenchOptions, RedisBench } from './test-support/redis-bench.ts'

// A server in cluster mode, which refuses scripts and commands whose keys are not of one slot.
let bench: RedisBench
beforeAll(async () => {
  bench = await RedisBench.start(['--cluster-enabled', 'yes'])
  await bench.admin.cluster('ADDSLOTSRANGE', 0, 16_383)
  await vi.waitFor(async () => {
    expect(await bench.admin.cluster('INFO')).toContain('cluster_state:ok')
  }, 15_000)
}, 20_000)
afterAll(() => bench[Symbol.asyncDispose]())

const subject = {
  name: 'Redis in a cluster',
  open: (options: BenchOptions) => bench.open(options),
  forgetErasures: (store: ContextStore) => bench.forgetErasures(store, 'a', 'ada'),
  async successor(store: ContextStore): Promise<ContextStore> {
    await bench.die(store)
    return bench.join(store, 'successor')
  },
}
describeStoreContract(subject)
describeResponseStoreContract(subject)
describeFactorStoreContract(subject)
describeAnswerStoreContract(subject)

describe('keys in a cluster', () => {
  it('of a conversation are in one slot, and those of others in others', async () => {
    const shared = bench.shared({ clock: { now: () => 1000 }, ttlMs: undefined })
    const store = await shared.join('one')
    const slots = new Set<number>()
    for (let number = 0; number < 20; number++) {
      // Braces in names are no tags.
      const id = `{same}${number}`
      const turn = ended(turnOf(id, 1, { idempotency_key: 'k', request_digest: 'd' }))
      await store.append({
        expectedRevision: null,
        conversation: conversationAt(1, '{tenant}', id),
        turns: [turn],
        plan: forgottenPlan({ ...turn, plan: `plan_${number}` }),
      })
    }
    const keys = (await bench.admin.keys(`${shared.prefix}{c.*`)).map((key) => key.split('}'))
    const parts = Map.groupBy(keys, ([tag = '']) => tag)
    expect(parts.size).toBe(20)
    for (const [tag, [...own]] of parts) {
      expect(own.length).toBeGreaterThan(8)
      const of = await Promise.all(own.map((key) => bench.admin.cluster('KEYSLOT', key.join('}'))))
      expect(new Set(of).size, tag).toBe(1)
      slots.add(of[0] ?? -1)
    }
    expect(slots.size).toBeGreaterThan(15)
    await shared.close()
  })
})
