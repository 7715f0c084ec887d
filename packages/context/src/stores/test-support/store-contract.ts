import { describe, expect, it } from 'vitest'
import { type Clock, parseJson } from '@fairlead/base'
import { forgottenPlan } from '../../plan/forgotten-plan.ts'
import type { ContextStore } from '../context-store.ts'
import { plansPerConversation, type TurnStore } from '../turn-store.ts'
import { onceDead, type Successors } from './once-dead.ts'
import { describeRecordStoreContract } from './record-store-contract.ts'
import { describeRetentionContract } from './retention-contract.ts'
import { describeTreeContract } from './tree-contract.ts'
import { conversationAt, ended, text, turnOf } from './turns.ts'
import { wholeLog } from './whole-log.ts'

interface StoreUnderTest extends Successors {
  readonly name: string
  /** Whether bytes count that are encrypted, of which there are more. */
  readonly isEncrypted?: boolean
  /** An empty store. The suite closes it. */
  open(options: {
    readonly clock: Pick<Clock, 'now'>
    readonly ttlMs: number | undefined
  }): ContextStore | Promise<ContextStore>
  /** An hour later by the clock of the store's server; without one by that of `open`. */
  readonly forgetErasures?: (store: ContextStore) => Promise<void>
}

/** What every store must do: the test of each store runs this suite. */
export function describeStoreContract(subject: StoreUnderTest): void {
  const run = async (
    body: (store: ContextStore, time: { nowMs: number }) => Promise<void>,
    ttlMs?: number,
  ) => {
    const time = { nowMs: 1_000_000 }
    const store = await subject.open({ clock: { now: () => time.nowMs }, ttlMs })
    try {
      await body(store, time)
    } finally {
      await store.close()
    }
  }
  const begin = (store: TurnStore, tenant = 'a', id = 'c1') =>
    store.append({
      expectedRevision: null,
      conversation: conversationAt(1, tenant, id),
      turns: [turnOf(id, 1)],
      plan: forgottenPlan(turnOf(id, 1, id === 'c1' ? {} : { plan: `plan_${id}` })),
    })

  describeTreeContract(subject.name, run)
  describeRetentionContract(subject.name, run, subject.forgetErasures)
  describeRecordStoreContract(subject)

  describe(`${subject.name} store`, () => {
    it('gives back what was appended, turns in order', () =>
      run(async (store) => {
        const first = ended(turnOf('c1', 1))
        const change = { conversation: conversationAt(1), turns: [first, turnOf('c1', 2)] }
        expect(await store.append({ expectedRevision: null, ...change })).toBe('stored')
        expect(await wholeLog(store, 'a', 'c1')).toEqual(change)
      }))

    it('keeps what was retrieved for a turn, and not what is no longer readable of it', () =>
      run(async (store) => {
        const passage = {
          kind: 'knowledge',
          source: 'manual',
          id: 'p1',
          title: null,
          url: 'https://example.com/?a=1&b=2',
          score: 0.25,
          tokens: 3,
          metadata: { page: 4 },
          action: 'kept',
        } as const
        const quote = { type: 'message', role: 'user', content: text('<source>') } as const
        const retrieved = { items: [quote], passages: [passage] }
        await begin(store)
        const running = turnOf('c1', 1, { retrieved })
        await store.finish('a', { turn: ended(running) })
        const damaged = { items: [{ type: 'message' } as unknown as typeof quote], passages: [] }
        await store.append({
          expectedRevision: 1,
          conversation: conversationAt(2),
          turns: [ended(turnOf('c1', 2, { retrieved: damaged }))],
        })
        const [first, second] = (await wholeLog(store, 'a', 'c1'))?.turns ?? []
        expect(first?.retrieved).toEqual(retrieved)
        expect(second?.status).toBe('completed')
        expect(second?.retrieved).toBeUndefined()
      }))

    it('keeps the spelling of numbers, also where a turn is recovered', () =>
      run(async (store) => {
        const annotations = parseJson('[{"type":"t","id":12345678901234567890,"x":1.0}]') as {
          type: string
        }[]
        const output = [
          {
            type: 'message' as const,
            role: 'assistant' as const,
            content: [{ type: 'output_text' as const, text: 'x', annotations }],
          },
        ]
        await begin(store)
        await store.flush([{ tenant: 'a', conversation: 'c1', turn: 'turn_1', output }])
        await onceDead(subject, store, async (next) => {
          await next.recover(77)
          const [recovered] = (await wholeLog(next, 'a', 'c1'))?.turns ?? []
          expect(JSON.stringify(recovered?.output)).toBe(JSON.stringify(output))
          expect(recovered?.completed_at).toBe(77)
        })
      }))

    it('knows whose conversations it has', () =>
      run(async (store) => {
        expect(await store.tenants()).toEqual([])
        for (const tenant of ['b/c', '', 'a', 'jwt:ä "\u0000']) {
          await begin(store, tenant, 'c1')
          await begin(store, tenant, 'c2')
        }
        expect((await store.tenants()).toSorted()).toEqual(['', 'a', 'b/c', 'jwt:ä "\u0000'])
        await store.finish('a', { turn: ended(turnOf('c1', 1)) })
        await store.finish('a', { turn: ended(turnOf('c2', 1)) })
        for (const id of ['c1', 'c2']) expect(await store.remove('a', id)).toBe('removed')
        expect((await store.tenants()).toSorted()).toEqual(['', 'b/c', 'jwt:ä "\u0000'])
      }))

    it('does not find what was never stored', () =>
      run(async (store) => {
        expect(await wholeLog(store, 'a', 'c1')).toBeUndefined()
        expect(await store.remove('a', 'c1')).toBe('missing')
        expect(await store.plan('a', 'plan_1')).toBeUndefined()
        expect(await store.finish('a', { turn: ended(turnOf('c1', 1)) })).toBe('missing')
        const change = { conversation: conversationAt(2), turns: [turnOf('c1', 1)] }
        expect(await store.append({ expectedRevision: 1, ...change })).toBe('missing')
      }))

    it('stores all of a change or nothing when the revision is another', () =>
      run(async (store) => {
        await begin(store)
        await store.finish('a', { turn: ended(turnOf('c1', 1)) })
        const before = await wholeLog(store, 'a', 'c1')
        for (const expectedRevision of [null, 0, 2]) {
          const second = turnOf('c1', 2)
          const conversation = conversationAt(3)
          const change = {
            expectedRevision,
            conversation,
            turns: [second],
            plan: forgottenPlan(second),
          }
          expect(await store.append(change)).toBe('conflict')
        }
        expect(await wholeLog(store, 'a', 'c1')).toEqual(before)
        expect(await store.plan('a', 'plan_2')).toBeUndefined()
      }))

    it('lets one of many that start from the same revision win', () =>
      run(async (store) => {
        await begin(store)
        await store.finish('a', { turn: ended(turnOf('c1', 1)) })
        const outcomes = await Promise.all(
          Array.from({ length: 10 }, (_, index) =>
            store.append({
              expectedRevision: 1,
              conversation: conversationAt(2),
              turns: [ended(turnOf('c1', 2, { id: `turn_racer_${index}` }))],
            }),
          ),
        )
        expect(outcomes.filter((outcome) => outcome === 'stored')).toHaveLength(1)
        expect((await wholeLog(store, 'a', 'c1'))?.turns).toHaveLength(2)
      }))

    it('keeps a change out while a turn is running, but not one without turns', () =>
      run(async (store) => {
        await begin(store)
        const change = { expectedRevision: 1, conversation: conversationAt(2) }
        expect(await store.append({ ...change, turns: [turnOf('c1', 2)] })).toBe('locked')
        expect(await store.append({ ...change, turns: [] })).toBe('stored')
        expect((await wholeLog(store, 'a', 'c1'))?.conversation.ccp.revision).toBe(2)
      }))

    it('keeps tenants apart, also under the same id', () =>
      run(async (store) => {
        await begin(store, 'a')
        expect(await wholeLog(store, 'b', 'c1')).toBeUndefined()
        expect(await store.plan('b', 'plan_1')).toBeUndefined()
        expect(await store.remove('b', 'c1')).toBe('missing')
        expect(await store.finish('b', { turn: ended(turnOf('c1', 1)) })).toBe('missing')
        expect(await begin(store, 'b')).toBe('stored')
        await store.remove('b', 'c1')
        expect((await wholeLog(store, 'a', 'c1'))?.turns[0]?.status).toBe('in_progress')
      }))

    it('replaces a running turn by its end, once', () =>
      run(async (store) => {
        await begin(store)
        const end = ended(turnOf('c1', 1))
        expect(await store.finish('a', { turn: end })).toBe('stored')
        expect(await store.finish('a', { turn: { ...end, output: [], status: 'failed' } })).toBe(
          'ended',
        )
        expect((await wholeLog(store, 'a', 'c1'))?.turns).toEqual([end])
      }))

    it('keeps partial output of running turns only', () =>
      run(async (store) => {
        await begin(store)
        await begin(store, 'a', 'c2')
        const end = ended(turnOf('c2', 1))
        await store.finish('a', { turn: end })
        const output = [{ type: 'message', role: 'assistant', content: text('par') }] as const
        await store.flush([
          { tenant: 'a', conversation: 'c1', turn: 'turn_1', output },
          { tenant: 'a', conversation: 'c2', turn: 'turn_1', output },
          { tenant: 'a', conversation: 'gone', turn: 'turn_1', output },
        ])
        expect((await wholeLog(store, 'a', 'c1'))?.turns[0]?.output).toEqual(output)
        expect((await wholeLog(store, 'a', 'c2'))?.turns).toEqual([end])
      }))

    it('ends running turns as incomplete with what was flushed, when it recovers', () =>
      run(async (store) => {
        await begin(store)
        const output = [{ type: 'message', role: 'assistant', content: text('par') }] as const
        await store.flush([{ tenant: 'a', conversation: 'c1', turn: 'turn_1', output }])
        await onceDead(subject, store, async (next) => {
          expect(await next.recover(77)).toBe(1)
          expect(await next.recover(78)).toBe(0)
          const recovered = { ...turnOf('c1', 1), status: 'incomplete', output, completed_at: 77 }
          expect((await wholeLog(next, 'a', 'c1'))?.turns).toEqual([recovered])
          const change = { conversation: conversationAt(2), turns: [turnOf('c1', 2)] }
          expect(await next.append({ expectedRevision: 1, ...change })).toBe('stored')
        })
      }))

    it('removes a conversation with its turns and plans', () =>
      run(async (store) => {
        await begin(store)
        expect(await store.remove('a', 'c1')).toBe('removed')
        expect(await wholeLog(store, 'a', 'c1')).toBeUndefined()
        expect(await store.plan('a', 'plan_1')).toBeUndefined()
        expect(await store.finish('a', { turn: ended(turnOf('c1', 1)) })).toBe('missing')
        expect(await begin(store)).toBe('stored')
        expect((await wholeLog(store, 'a', 'c1'))?.turns).toHaveLength(1)
      }))

    it('keeps a bounded number of plans, the newest', () =>
      run(async (store) => {
        await begin(store)
        await store.finish('a', { turn: ended(turnOf('c1', 1)) })
        const last = plansPerConversation + 3
        for (let seq = 2; seq <= last; seq++) {
          const next = ended(turnOf('c1', seq))
          const conversation = conversationAt(seq)
          const change = { conversation, turns: [next], plan: forgottenPlan(next) }
          expect(await store.append({ expectedRevision: seq - 1, ...change })).toBe('stored')
        }
        expect(await store.plan('a', 'plan_3')).toBeUndefined()
        expect(await store.plan('a', 'plan_4')).toEqual(forgottenPlan(ended(turnOf('c1', 4))))
        expect(await store.plan('a', `plan_${last}`)).toBeDefined()
      }))

    it('deletes conversations that nobody touched for the time to live', () =>
      run(async (store, time) => {
        await begin(store, 'a', 'old')
        await store.finish('a', { turn: ended(turnOf('old', 1)) })
        time.nowMs += 600
        await begin(store, 'a', 'young')
        await store.finish('a', { turn: ended(turnOf('young', 1)) })
        time.nowMs += 400
        expect(await store.expire()).toBe(1)
        expect(await store.expire()).toBe(0)
        expect(await wholeLog(store, 'a', 'old')).toBeUndefined()
        expect(await wholeLog(store, 'a', 'young')).toBeDefined()
      }, 1000))

    it('does not give out an expired conversation before it was swept', () =>
      run(async (store, time) => {
        await begin(store)
        await store.finish('a', { turn: ended(turnOf('c1', 1)) })
        time.nowMs += 1000
        expect(await store.plan('a', 'plan_1')).toBeUndefined()
        expect(await wholeLog(store, 'a', 'c1')).toBeUndefined()
        expect(await begin(store)).toBe('stored')
        expect((await wholeLog(store, 'a', 'c1'))?.turns).toHaveLength(1)
      }, 1000))

    it('does not expire a conversation whose turn is running, nor any without a time to live', async () => {
      await run(async (store, time) => {
        await begin(store)
        time.nowMs += 5000
        expect(await store.expire()).toBe(0)
        expect(await store.finish('a', { turn: ended(turnOf('c1', 1)) })).toBe('stored')
        expect(await wholeLog(store, 'a', 'c1')).toBeDefined()
      }, 1000)
      await run(async (store, time) => {
        await begin(store)
        await store.finish('a', { turn: ended(turnOf('c1', 1)) })
        time.nowMs += 1e12
        expect(await store.expire()).toBe(0)
      })
    })
  })
}
