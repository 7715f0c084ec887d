import { describe, expect, it } from 'vitest'
import { type Clock, type JsonObject, parseJson } from '@fairlead/base'
import type { ContextStore } from '../context-store.ts'
import type { KeptResponse } from '../kept-response.ts'
import type { ResponseBounds, ResponseEnd, ResponseStore } from '../response-store.ts'
import { onceDead, type Successors } from './once-dead.ts'
import { conversationAt } from './turns.ts'

interface StoreUnderTest extends Successors {
  readonly name: string
  /** Whether bytes count that are encrypted, of which there are more. */
  readonly isEncrypted?: boolean
  /** An empty store. The suite closes it. */
  open(options: {
    readonly clock: Pick<Clock, 'now'>
    readonly ttlMs: number | undefined
    readonly responseBounds?: ResponseBounds
  }): ContextStore | Promise<ContextStore>
}

const message = (id: string, text = id): JsonObject => ({ type: 'message', id, text })

const maker = {
  provider: 'team/p',
  platform: 'OpenAI',
  model: 'm-1',
  account: 'one',
  prompt: 'sha256:1',
}

function response(id: string, change: Partial<KeptResponse> = {}): KeptResponse {
  return {
    id,
    tenant: 'a',
    previous: null,
    conversation: null,
    status: 'in_progress',
    background: false,
    body: { object: 'response', model: 'm', metadata: { topic: 'tea' } },
    input: [message(`in_${id}`)],
    output: [],
    error: null,
    answered_by: null,
    created_at: 1,
    completed_at: null,
    ...change,
  }
}

function endOf(id: string, change: Partial<ResponseEnd> = {}): ResponseEnd {
  return {
    tenant: 'a',
    id,
    status: 'completed',
    body: { object: 'response', model: 'm-1', usage: { total_tokens: 3 } },
    output: [message(`out_${id}`)],
    error: null,
    answeredBy: maker,
    completedAt: 2,
    firstFrame: 0,
    frames: [],
    ...change,
  }
}

const noBounds = { responsesMax: 1000, bytesMax: 1e9 }
const failure = { code: 'server_error', message: 'the program ended' }

/** What every store must do with responses: the test of each store runs this suite. */
export function describeResponseStoreContract(subject: StoreUnderTest): void {
  const run = async (
    body: (store: ResponseStore, time: { nowMs: number }, opened: ContextStore) => Promise<void>,
    options: { readonly ttlMs?: number; readonly responseBounds?: ResponseBounds } = {},
  ) => {
    const time = { nowMs: 1_000_000 }
    const clock = { now: () => time.nowMs }
    const store = await subject.open({ ttlMs: undefined, ...options, clock })
    try {
      await body(store.responses, time, store)
    } finally {
      await store.close()
    }
  }

  describe(`responses in a ${subject.name} store`, () => {
    it('are given back as they were added, then as they ended', () =>
      run(async (store, _, opened) => {
        const added = response('r1', { conversation: 'conv', background: true, status: 'queued' })
        const conversation = conversationAt(1, 'a', 'conv')
        await opened.append({ expectedRevision: null, conversation, turns: [] })
        expect(await store.add(added)).toBe(true)
        expect(await store.load('a', 'r1')).toEqual(added)
        const end = endOf('r1')
        expect(await store.finish(end)).toBe('stored')
        expect(await store.load('a', 'r1')).toEqual({
          ...added,
          status: 'completed',
          body: end.body,
          output: end.output,
          answered_by: maker,
          completed_at: 2,
        })
        await expect(store.add(added)).rejects.toThrow()
      }))

    it('keep the spelling of numbers', () =>
      run(async (store, _, opened) => {
        const spelled = '{"id":"x","n":12345678901234567890,"x":1.0}'
        const item = parseJson(spelled) as JsonObject
        await store.add(response('r1', { input: [item], body: item }))
        await store.flush([{ ...endOf('r1'), output: [item] }])
        await onceDead(subject, opened, async ({ responses }) => {
          await responses.recover(failure, 7)
          const { body, input, output } = (await responses.load('a', 'r1')) ?? response('none')
          expect(JSON.stringify([body, ...input, ...output])).toBe(
            `[${spelled},${spelled},${spelled}]`,
          )
        })
      }))

    it('do not exist for another tenant', () =>
      run(async (store) => {
        await store.add(response('r1'))
        await store.finish({ ...endOf('r1'), tenant: 'b' })
        await store.flush([{ ...endOf('r1'), tenant: 'b' }])
        expect(await store.load('b', 'r1')).toBeUndefined()
        expect(await store.chain('b', 'r1', noBounds)).toEqual({ outcome: 'missing', id: 'r1' })
        expect(await store.frames('b', 'r1', 0, 1e6)).toBeUndefined()
        expect(await store.remove('b', 'r1')).toBe(false)
        expect(await store.load('a', 'r1')).toEqual(response('r1'))
        await store.finish(endOf('r1'))
        expect(await store.responseWithItem('b', 'out_r1')).toBeUndefined()
        expect(await store.responseWithItem('a', 'out_r1')).toBe('r1')
        await store.add(response('r1', { tenant: 'b' }))
      }))

    it('end once', () =>
      run(async (store) => {
        expect(await store.finish(endOf('r1'))).toBe('missing')
        await store.add(response('r1'))
        await store.finish(endOf('r1', { status: 'cancelled' }))
        expect(await store.finish(endOf('r1', { output: [] }))).toBe('ended')
        await store.flush([endOf('r1', { output: [message('late')] })])
        expect(await store.load('a', 'r1')).toMatchObject({
          status: 'cancelled',
          output: [message('out_r1')],
        })
      }))

    it.skipIf(subject.isEncrypted)('are found as a chain, oldest first, within bounds', () =>
      run(async (store) => {
        const long = 'x'.repeat(1000)
        await store.add(response('r1', { input: [message('i', long)] }))
        await store.finish(endOf('r1', { output: [message('o', long)] }))
        await store.add(response('r2', { previous: 'r1' }))
        await store.add(response('r3', { previous: 'r2' }))
        const chain = await store.chain('a', 'r3', noBounds)
        if (chain.outcome !== 'found') throw new Error('it is there')
        expect(chain.responses.map(({ id }) => id)).toEqual(['r1', 'r2', 'r3'])
        expect(chain.responses[0]).toEqual(await store.load('a', 'r1'))
        const outcomeWithin = async (responsesMax: number, bytesMax: number) =>
          (await store.chain('a', 'r3', { responsesMax, bytesMax })).outcome
        expect(await outcomeWithin(2, 1e9)).toBe('too-long')
        expect(await outcomeWithin(3, 1900)).toBe('too-long')
        expect(await outcomeWithin(3, 3000)).toBe('found')
        await store.remove('a', 'r1')
        expect(await store.chain('a', 'r3', noBounds)).toEqual({ outcome: 'missing', id: 'r1' })
      }),
    )

    it('have frames, each stored once however often it is sent', () =>
      run(async (store) => {
        await store.add(response('r1', { background: true, status: 'queued' }))
        await store.flush([{ ...endOf('r1'), frames: ['zero', 'one'] }])
        await store.flush([{ ...endOf('r1'), output: undefined, frames: ['zero', 'one', 'two'] }])
        expect((await store.load('a', 'r1'))?.output).toEqual([message('out_r1')])
        expect(await store.frames('a', 'r1', 0, 1e6)).toEqual({
          frames: ['zero', 'one', 'two'],
          status: 'in_progress',
          count: 3,
        })
        await store.finish(endOf('r1', { firstFrame: 3, frames: ['three'] }))
        expect(await store.frames('a', 'r1', 2, 1e6)).toEqual({
          frames: ['two', 'three'],
          status: 'completed',
          count: 4,
        })
        expect((await store.frames('a', 'r1', 0, 5))?.frames).toEqual(['zero'])
        expect((await store.frames('a', 'r1', 9, 5))?.frames).toEqual([])
        await store.remove('a', 'r1')
        expect(await store.frames('a', 'r1', 0, 1e6)).toBeUndefined()
      }))

    it('that run end as failed with what was flushed, when the store recovers', () =>
      run(async (store, _, opened) => {
        await store.add(response('r1'))
        await store.add(response('r2'))
        await store.finish(endOf('r2'))
        await store.flush([{ ...endOf('r1'), output: [message('part')] }])
        await onceDead(subject, opened, async ({ responses }) => {
          expect(await responses.recover(failure, 7)).toBe(1)
          expect(await responses.recover(failure, 8)).toBe(0)
          expect(await responses.load('a', 'r1')).toEqual(
            response('r1', {
              status: 'failed',
              error: failure,
              output: [message('part')],
              completed_at: 7,
            }),
          )
          expect((await responses.load('a', 'r2'))?.status).toBe('completed')
        })
      }))

    it('are deleted after the time to live, but for running ones', () =>
      run(
        async (store, time) => {
          await store.add(response('old'))
          await store.finish(endOf('old'))
          await store.add(response('running'))
          time.nowMs += 600
          await store.add(response('young', { previous: 'old' }))
          await store.finish(endOf('young'))
          time.nowMs += 400
          expect(await store.load('a', 'old')).toBeUndefined()
          expect((await store.chain('a', 'young', noBounds)).outcome).toBe('missing')
          time.nowMs += 600
          await store.expire()
          expect(await store.expire()).toBe(0)
          expect(await store.load('a', 'young')).toBeUndefined()
          expect(await store.load('a', 'running')).toBeDefined()
        },
        { ttlMs: 1000 },
      ))

    it('are kept for 30 days where no time is set', () =>
      run(async (store, time) => {
        await store.add(response('r1'))
        await store.finish(endOf('r1'))
        time.nowMs += 30 * 24 * 3_600_000 - 1
        expect(await store.expire()).toBe(0)
        time.nowMs += 1
        expect(await store.expire()).toBe(1)
      }))

    const growth = subject.isEncrypted === true ? 1.45 : 1
    it.each([
      ['number', { responsesMax: 2, bytesMax: 1e9 }],
      ['bytes', { responsesMax: 1000, bytesMax: 2500 * growth }],
    ])('exceed no bound of %s: the oldest go first', (_, responseBounds) =>
      run(
        async (store, time) => {
          const text = 'x'.repeat(900)
          for (const id of ['r1', 'r2', 'r3', 'r4']) {
            time.nowMs += 1
            await store.add(response(id, { input: [message(id, text)] }))
            if (id !== 'r2') await store.finish(endOf(id))
          }
          expect(await store.load('a', 'r1')).toBeUndefined()
          // It runs.
          expect(await store.load('a', 'r2')).toBeDefined()
          expect(await store.load('a', 'r3')).toBeUndefined()
          expect(await store.load('a', 'r4')).toBeDefined()
        },
        { responseBounds },
      ),
    )
  })
}
