import { describe, expect, it } from 'vitest'
import type { JsonObject } from '@fairlead/base'
import type { ContextStore } from '../stores/context-store.ts'
import type { ResponseStore } from '../stores/response-store.ts'
import type { NewResponse, OpenResponseEnd } from './responses.ts'
import { openConversations, settled } from './test-support/conversation-bench.ts'

const item = (text: string): JsonObject => ({ id: `msg_${text}`, type: 'message', text })

function begun(change: Partial<NewResponse> = {}): NewResponse {
  return {
    id: 'resp_1',
    tenant: 'a',
    previous: null,
    conversation: null,
    status: 'in_progress',
    background: false,
    body: { object: 'response' },
    input: [item('question')],
    created_at: 1,
    ...change,
  }
}

const completed: OpenResponseEnd = {
  status: 'completed',
  body: { object: 'response', usage: null },
  output: [item('answer')],
  error: null,
  frames: [],
}

const bounds = { responsesMax: 10, bytesMax: 10_000 }
const nobody = () => {}

/** A store that differs in what it does with responses. */
function withResponses(store: ContextStore, change: Partial<ResponseStore>): ContextStore {
  const { responses } = store
  const changed = new Proxy(responses, {
    get(target, property) {
      const value: unknown = Reflect.get({ ...change }, property) ?? Reflect.get(target, property)
      return typeof value === 'function' ? value.bind(target) : value
    },
  })
  return { ...store, responses: changed }
}

describe('kept responses', () => {
  it('are stored before the model is asked, with what came, and as they ended', async () => {
    const { conversations, clock } = openConversations()
    const { responses } = conversations
    const open = await responses.begin(begun({ background: true, status: 'queued' }), nobody)
    expect((await responses.get('a', 'resp_1')).status).toBe('queued')
    open.flush([item('ans')], ['zero', 'one'])
    await settled()
    expect(await responses.get('a', 'resp_1')).toMatchObject({
      status: 'in_progress',
      output: [item('ans')],
    })
    await open.finish({ ...completed, frames: ['two'] })
    await open.finish({ ...completed, status: 'failed' })
    expect(await responses.get('a', 'resp_1')).toMatchObject({
      ...completedAs(Math.floor(clock.now() / 1000)),
      input: [item('question')],
    })
    expect((await responses.frames('a', 'resp_1', 0)).frames).toEqual(['zero', 'one', 'two'])
    expect(await responses.outputItem('a', 'msg_answer')).toMatchObject({
      item: item('answer'),
      index: 0,
      response: { answered_by: null },
    })
    expect(await responses.outputItem('b', 'msg_answer')).toBeUndefined()
  })

  it('that nobody knows, or another tenant has, are not found', async () => {
    const { responses } = openConversations().conversations
    await (await responses.begin(begun(), nobody)).finish(completed)
    const missing = { status: 404, code: 'response_not_found' }
    for (const [tenant, id] of [
      ['a', 'resp_2'],
      ['b', 'resp_1'],
    ] as const) {
      await expect(responses.get(tenant, id)).rejects.toMatchObject(missing)
      await expect(responses.remove(tenant, id)).rejects.toMatchObject(missing)
      await expect(responses.cancel(tenant, id)).rejects.toMatchObject(missing)
      await expect(responses.frames(tenant, id, 0)).rejects.toMatchObject(missing)
      await expect(responses.chain(tenant, id, bounds)).rejects.toMatchObject({
        status: 400,
        code: 'previous_response_not_found',
      })
    }
  })

  it('are continued once they have ended, within bounds', async () => {
    const { responses } = openConversations().conversations
    const first = await responses.begin(begun(), nobody)
    await expect(responses.chain('a', 'resp_1', bounds)).rejects.toMatchObject({
      code: 'response_in_progress',
    })
    await first.finish(completed)
    await responses
      .begin(begun({ id: 'resp_2', previous: 'resp_1' }), nobody)
      .then((second) => second.finish(completed))
    const chain = await responses.chain('a', 'resp_2', bounds)
    expect(chain.map(({ id }) => id)).toEqual(['resp_1', 'resp_2'])
    await expect(
      responses.chain('a', 'resp_2', { ...bounds, responsesMax: 1 }),
    ).rejects.toMatchObject({ code: 'previous_responses_too_long' })
  })

  it('are cancelled where they run; one that has ended only if it was in the background', async () => {
    const { responses } = openConversations().conversations
    const open = await responses.begin(begun({ background: true }), () => {
      void open.finish({ ...completed, status: 'cancelled', output: [item('par')] })
    })
    const cancelled = await responses.cancel('a', 'resp_1')
    expect(cancelled).toMatchObject({ status: 'cancelled', output: [item('par')] })
    expect(await responses.cancel('a', 'resp_1')).toEqual(cancelled)
    const attended = await responses.begin(begun({ id: 'resp_2' }), () => {
      void attended.finish({ ...completed, status: 'cancelled' })
    })
    expect(await responses.cancel('a', 'resp_2')).toMatchObject({ status: 'cancelled' })
    await expect(responses.cancel('a', 'resp_2')).rejects.toMatchObject({
      status: 400,
      code: 'response_not_in_background',
    })
  })

  it('are ended by the one who cancels when nobody else does', async () => {
    const { conversations, clock } = openConversations()
    const { responses } = conversations
    const open = await responses.begin(begun({ background: true }), nobody)
    open.flush([item('par')], [])
    const cancelling = responses.cancel('a', 'resp_1')
    let ended = false
    void cancelling.then(() => (ended = true))
    while (!ended) {
      await settled()
      await clock.advance(20)
    }
    expect(await cancelling).toMatchObject({ status: 'cancelled', output: [item('par')] })
    await open.finish(completed)
    expect((await responses.get('a', 'resp_1')).status).toBe('cancelled')
  })

  it('end when they are deleted', async () => {
    const { responses } = openConversations().conversations
    let cancelled = 0
    await responses.begin(begun(), () => (cancelled += 1))
    await responses.remove('a', 'resp_1')
    expect(cancelled).toBe(1)
    await expect(responses.get('a', 'resp_1')).rejects.toMatchObject({ status: 404 })
  })

  it('keep an end that the store did not take, and store it when it is asked for', async () => {
    const { store } = openConversations()
    let broken = true
    const { responses } = openConversations({
      store: withResponses(store, {
        finish: async (end) => {
          if (broken) throw new Error('the disk is full')
          return store.responses.finish(end)
        },
      }),
    }).conversations
    const open = await responses.begin(begun(), nobody)
    await expect(open.finish(completed)).rejects.toMatchObject({ code: 'store_unavailable' })
    broken = false
    expect((await responses.get('a', 'resp_1')).status).toBe('completed')
  })

  it('send frames again that the store did not take', async () => {
    const { store } = openConversations()
    let failures = 1
    const { responses } = openConversations({
      store: withResponses(store, {
        flush: async (progress) => {
          if (failures-- > 0) throw new Error('busy')
          return store.responses.flush(progress)
        },
      }),
    }).conversations
    const open = await responses.begin(begun(), nobody)
    open.flush([item('a')], ['zero'])
    await settled()
    open.flush(undefined, ['one'])
    await settled()
    expect((await responses.frames('a', 'resp_1', 0)).frames).toEqual(['zero', 'one'])
  })

  it('are ended as failed at a start after a crash', async () => {
    const { store, conversations } = openConversations()
    const open = await conversations.responses.begin(begun(), nobody)
    open.flush([item('par')], [])
    await settled()
    const { conversations: next } = openConversations({ store })
    expect(await next.recover()).toBe(1)
    expect(await next.responses.get('a', 'resp_1')).toMatchObject({
      status: 'failed',
      output: [item('par')],
      error: { code: 'server_error' },
    })
  })

  it('have ids that sort by time', () => {
    const { responses } = openConversations().conversations
    const ids = [responses.newId(), responses.newId()]
    expect(ids).toEqual(ids.toSorted())
    expect(ids[0]).toMatch(/^resp_[0-9A-Z]{26}$/)
    expect(responses.newItemId('msg_')).toMatch(/^msg_[0-9A-Z]{26}$/)
  })
})

function completedAs(completedAt: number) {
  const { status, body, output, error } = completed
  return { status, body, output, error, completed_at: completedAt }
}
