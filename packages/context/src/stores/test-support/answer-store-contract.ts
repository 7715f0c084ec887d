import type { ModelResponse } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import type { Clock } from '@fairlead/base'
import { assistant } from '../../turns/test-support/items.ts'
import type { ContextStore } from '../context-store.ts'
import { type AnswerBounds, type AnswerStore, answerTtlMs } from '../answer-store.ts'
import type { KeptAnswer } from '../kept-answer.ts'
import { onceDead, type Successors } from './once-dead.ts'

interface StoreUnderTest extends Successors {
  readonly name: string
  /** An empty store. The suite closes it. */
  open(options: {
    readonly clock: Pick<Clock, 'now'>
    readonly ttlMs: number | undefined
    readonly answerBounds?: AnswerBounds
  }): ContextStore | Promise<ContextStore>
}

function begun(key: string, change: Partial<KeptAnswer> = {}): KeptAnswer {
  return {
    tenant: 'a',
    key,
    id: `ans_${key}`,
    digest: 'd',
    response: null,
    created_at: 1,
    output: [],
    whole: null,
    ...change,
  }
}

const whole: ModelResponse = {
  id: 'chatcmpl-1',
  model: 'm-1',
  createdAt: 7,
  output: [assistant('Hello')],
  finishReason: 'length',
  usage: {
    inputTokens: 3,
    cachedInputTokens: 1,
    cacheWriteInputTokens: 0,
    outputTokens: 2,
    reasoningTokens: 1,
  },
  extras: { dialect: 'openai-chat', fields: { odd: [1, { two: null }] } },
}

/** What every store must do with answers: the test of each store runs this suite. */
export function describeAnswerStoreContract(subject: StoreUnderTest): void {
  const run = async (
    body: (store: AnswerStore, time: { nowMs: number }, opened: ContextStore) => Promise<void>,
    options: { readonly answerBounds?: AnswerBounds } = {},
  ) => {
    const time = { nowMs: 1_000_000 }
    const store = await subject.open({
      ttlMs: undefined,
      ...options,
      clock: { now: () => time.nowMs },
    })
    try {
      await body(store.answers, time, store)
    } finally {
      await store.close()
    }
  }

  describe(`answers in a ${subject.name} store`, () => {
    it('are begun once, and given back as they grow, then whole', () =>
      run(async (store) => {
        const answer = begun('k', { response: 'resp_1' })
        expect(await store.begin(answer)).toBeUndefined()
        expect(await store.begin(begun('k', { id: 'ans_2', digest: 'e' }))).toEqual(answer)
        const output = [assistant('Hel')]
        await store.flush({ ...answer, output })
        expect(await store.load('a', 'k')).toEqual({ ...answer, output })
        expect(await store.complete({ ...answer, whole })).toBe(true)
        expect(await store.load('a', 'k')).toEqual({ ...answer, whole })
        expect(await store.begin(begun('k', { id: 'ans_2' }))).toEqual({ ...answer, whole })
      }))

    it('are those of their tenant alone', () =>
      run(async (store) => {
        await store.begin(begun('k'))
        expect(await store.load('b', 'k')).toBeUndefined()
        expect(await store.begin(begun('k', { tenant: 'b', id: 'ans_b' }))).toBeUndefined()
        await store.drop(begun('k'))
        expect(await store.load('a', 'k')).toBeUndefined()
        expect(await store.load('b', 'k')).toMatchObject({ id: 'ans_b' })
      }))

    it('are left alone by a call that began before, and once they are whole', () =>
      run(async (store) => {
        const answer = begun('k')
        await store.begin(answer)
        const earlier = { ...answer, id: 'ans_earlier' }
        await store.drop(earlier)
        await store.flush({ ...earlier, output: [assistant('x')] })
        expect(await store.complete({ ...earlier, whole })).toBe(false)
        expect(await store.load('a', 'k')).toEqual(answer)
        await store.complete({ ...answer, whole })
        await store.flush({ ...answer, output: [assistant('x')] })
        await store.drop(answer)
        expect(await store.complete({ ...answer, whole })).toBe(false)
        expect(await store.load('a', 'k')).toEqual({ ...answer, whole })
      }))

    it('expire a day after their end, and not while they are made', () =>
      run(async (store, time) => {
        await store.begin(begun('made'))
        await store.begin(begun('old'))
        await store.complete({ ...begun('old'), whole })
        time.nowMs += answerTtlMs - 1
        expect(await store.load('a', 'old')).toBeDefined()
        await store.begin(begun('new'))
        await store.complete({ ...begun('new'), whole })
        time.nowMs += 1
        expect(await store.expire()).toBe(1)
        expect(await store.load('a', 'old')).toBeUndefined()
        expect(await store.load('a', 'new')).toBeDefined()
        expect(await store.load('a', 'made')).toBeDefined()
        time.nowMs += answerTtlMs
        expect(await store.begin(begun('new', { id: 'ans_2' }))).toBeUndefined()
      }))

    it('that an earlier process left are forgotten', () =>
      run(async (store, _, opened) => {
        await store.begin(begun('made'))
        await store.begin(begun('kept'))
        await store.complete({ ...begun('kept'), whole })
        await onceDead(subject, opened, async ({ answers }) => {
          expect(await answers.recover()).toBe(1)
          expect(await answers.load('a', 'made')).toBeUndefined()
          expect(await answers.load('a', 'kept')).toBeDefined()
        })
      }))

    it.each([
      { answersMax: 2, bytesMax: 1e9 },
      { answersMax: 1000, bytesMax: 2.5 * Buffer.byteLength(JSON.stringify(whole)) },
    ])('beyond a bound make room, the oldest first: $answersMax, $bytesMax', (answerBounds) =>
      run(
        async (store, time) => {
          await store.begin(begun('made'))
          for (const key of ['one', 'two', 'three']) {
            time.nowMs += 1
            await store.begin(begun(key))
            await store.complete({ ...begun(key), whole })
          }
          expect(await store.load('a', 'one')).toBeUndefined()
          expect(await store.load('a', 'three')).toBeDefined()
          expect(await store.load('a', 'made')).toBeDefined()
        },
        { answerBounds },
      ),
    )
  })
}
