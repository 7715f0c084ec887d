import { FakeClock } from '@fairlead/base/testing'
import { ModelError, type ModelResponse } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { createMemoryStore } from '../stores/memory/memory-store.ts'
import { assistant } from '../turns/test-support/items.ts'
import type { OpenAnswer } from './answers.ts'
import type { FollowedAnswer } from './followed-answer.ts'
import { openConversations } from './test-support/conversation-bench.ts'

const { signal } = new AbortController()
const asked = { tenant: 'team/app', key: 'k', digest: 'd' }
const whole: ModelResponse = {
  id: 'chatcmpl-1',
  model: 'm-1',
  createdAt: 7,
  output: [assistant('Hello')],
  finishReason: 'length',
}

function joined({ earlier }: OpenAnswer): FollowedAnswer {
  if (earlier === undefined || !('joined' in earlier)) throw new Error('nothing was joined')
  return earlier.joined
}

describe('the answer of a call with an idempotency key', () => {
  it('is followed while it is made, then given as it was', async () => {
    const { answers } = openConversations().conversations
    const first = await answers.begin(asked)
    expect(first.earlier).toBeUndefined()
    const follower = joined(await answers.begin(asked))
    expect(await follower.next(signal)).toEqual({ output: [], end: undefined })
    const next = follower.next(signal)
    first.flush([assistant('Hel')])
    expect(await next).toMatchObject({ output: [assistant('Hel')] })
    const last = follower.next(signal)
    await first.complete(whole)
    expect(await last).toEqual({ output: whole.output, end: { response: whole } })
    expect(await answers.begin(asked)).toMatchObject({
      id: 'chatcmpl-1',
      earlier: { stored: whole },
    })
  })

  it('is followed from another process by what is stored', async () => {
    const { conversations, clock, store } = openConversations()
    const first = await conversations.answers.begin({ ...asked, response: 'resp_1' })
    const other = await openConversations({ store, clock }).conversations.answers.begin(asked)
    expect(other.id).toBe('resp_1')
    const follower = joined(other)
    await follower.next(signal)
    first.flush([assistant('Hel')])
    const next = follower.next(signal)
    await clock.advance(100)
    expect(await next).toMatchObject({ output: [assistant('Hel')], end: undefined })
    await first.fail(new ModelError('upstream', 'cut'))
    const last = follower.next(signal)
    await clock.advance(100)
    expect(await last).toMatchObject({ end: { error: { code: 'joined_call_failed' } } })
  })

  it('is made again after an error, which its followers are told', async () => {
    const { answers } = openConversations().conversations
    const first = await answers.begin(asked)
    const follower = joined(await answers.begin(asked))
    await follower.next(signal)
    const last = follower.next(signal)
    await first.fail(new ModelError('upstream', 'The provider is gone.', { code: 'gone' }))
    expect(await last).toMatchObject({ end: { error: { code: 'gone' } } })
    expect((await answers.begin(asked)).earlier).toBeUndefined()
  })

  it('is a conflict for another request', async () => {
    const { answers } = openConversations().conversations
    await answers.begin(asked)
    await expect(answers.begin({ ...asked, digest: 'e' })).rejects.toMatchObject({
      status: 409,
      code: 'idempotency_conflict',
    })
  })

  it('that nobody makes any more is made again', async () => {
    const { conversations, clock, store } = openConversations()
    await openConversations({ store, clock }).conversations.answers.begin(asked)
    await clock.advance(901_000)
    expect((await conversations.answers.begin(asked)).earlier).toBeUndefined()
  })

  it('is made again where it could not be kept, and its caller does not wait for that', async () => {
    const memory = createMemoryStore({ clock: new FakeClock(), ttlMs: undefined })
    const down = () => Promise.reject(new Error('down'))
    let isDown = false
    const { conversations } = openConversations({
      store: {
        ...memory,
        answers: {
          begin: (answer) => memory.answers.begin(answer),
          load: (tenant, key) => memory.answers.load(tenant, key),
          flush: (part) => memory.answers.flush(part),
          complete: (part) => (isDown ? down() : memory.answers.complete(part)),
          drop: (part) => (isDown ? down() : memory.answers.drop(part)),
          recover: () => memory.answers.recover(),
          expire: () => memory.answers.expire(),
        },
      },
    })
    const first = await conversations.answers.begin(asked)
    isDown = true
    await first.complete(whole)
    isDown = false
    expect((await conversations.answers.begin(asked)).earlier).toBeUndefined()
  })
})
