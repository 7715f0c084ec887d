import { systemClock } from '@fairlead/base'
import { createMemoryStore } from '@fairlead/context'
import { describe, expect, it } from 'vitest'
import { consumerOf, keyedProvider, personaOf, simulatorOf } from './test-support/snapshot.ts'
import {
  openInMemory,
  testGateway,
  type TestGateway,
  testUpstream,
} from './test-support/test-gateway.ts'
import { chunks, completion, json, sse } from './test-support/upstream.ts'

interface Turns {
  readonly data: readonly { readonly status: string; readonly output: readonly unknown[] }[]
}

const ask = (text: string, extra: object = {}) => ({
  model: 'm',
  messages: [{ role: 'user', content: text }],
  ...extra,
})
const inChat = (id: string) => ({ 'x-fairlead-conversation': id })
const get = (gateway: TestGateway, path: string, headers: Record<string, string> = {}) =>
  fetch(`${gateway.url}${path}`, { headers })

describe('a call in a conversation', () => {
  it('sends persona, history and new input, and nothing of ours', async () => {
    const upstream = await testUpstream(json(200, completion('first answer')))
    const gateway = await testGateway({
      gateway: { defaultPersona: 'default/helpful' },
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      personas: [personaOf('helpful', { temperature: 0.5 })],
      secrets: { openai: 'sk' },
    })
    const first = await gateway.chat(ask('one', { context: { conversation: 'mine' } }))
    expect(first.headers.get('x-fairlead-conversation')).toBe('mine')
    expect(first.headers.get('x-fairlead-revision')).toBe('1')
    expect(first.headers.get('x-fairlead-turn')).toMatch(/^turn_/)
    expect(first.headers.get('x-fairlead-plan')).toMatch(/^plan_/)
    await first.text()
    await (await gateway.chat(ask('two', { seed: 7 }), inChat('mine'))).text()
    expect(upstream.requests[1]?.body).toEqual({
      model: 'm',
      seed: 7,
      temperature: 0.5,
      prompt_cache_key: expect.stringMatching(/^[0-9a-f]{32}$/),
      messages: [
        { role: 'system', content: 'You are helpful.' },
        { role: 'user', content: 'one' },
        { role: 'assistant', content: 'first answer' },
        { role: 'user', content: 'two' },
      ],
    })
  })

  it('a plain call stays plain despite a default persona', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const gateway = await testGateway({
      gateway: { defaultPersona: 'default/helpful' },
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      personas: [personaOf('helpful')],
      secrets: { openai: 'sk' },
    })
    await gateway.chat(ask('hi'))
    expect(upstream.requests[0]?.body).toEqual(ask('hi'))
    await gateway.chat(ask('hi'), { 'x-fairlead-persona': 'helpful' })
    expect(upstream.requests[1]?.body['messages']).toEqual([
      { role: 'system', content: 'You are helpful.' },
      { role: 'user', content: 'hi' },
    ])
  })

  it('`new` creates a conversation, an unknown id of our own form is a 404', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const response = await gateway.chat(ask('hi'), inChat('new'))
    const id = response.headers.get('x-fairlead-conversation') ?? ''
    expect(id).toMatch(/^conv_/)
    const found = await get(gateway, `/v1/conversations/${id}`)
    expect(await found.json()).toMatchObject({ id, object: 'conversation' })
    const missing = await gateway.chat(ask('hi'), inChat('conv_01JZZZZZZZZZZZZZZZZZZZZZZZ'))
    expect(missing.status).toBe(404)
  })

  it('the turn is stored before the caller sees the end of the stream', async () => {
    const events = chunks(['Hello', ' you'])
    const upstream = await testUpstream(sse(...events))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const response = await gateway.chat(ask('hi', { stream: true }), inChat('mine'))
    expect(await response.text()).toBe(events.join(''))
    const turns = (await (await get(gateway, '/v1/conversations/mine/turns')).json()) as Turns
    expect(turns.data).toMatchObject([
      { status: 'completed', output: [{ content: [{ text: 'Hello you' }] }] },
    ])
  })

  it('a caller who disconnects while the turn is opened leaves no running turn behind', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const store = createMemoryStore({ clock: systemClock, ttlMs: undefined })
    const opening = Promise.withResolvers<AbortSignal>()
    const left = Promise.withResolvers<void>()
    const slow: typeof store = {
      ...store,
      async append(change) {
        await left.promise
        return store.append(change)
      },
    }
    const conversations = openInMemory(slow)
    const begin = conversations.begin.bind(conversations)
    conversations.begin = (request, caller) => {
      if (caller?.signal !== undefined) opening.resolve(caller.signal)
      return begin(request, caller)
    }
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
      openStore: () => conversations,
    })
    const controller = new AbortController()
    const asked = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      signal: controller.signal,
      headers: { 'content-type': 'application/json', ...inChat('mine') },
      body: JSON.stringify(ask('one')),
    })
    const signal = await opening.promise
    controller.abort()
    await expect(asked).rejects.toThrow()
    if (!signal.aborted) {
      await new Promise((resolve) => {
        signal.addEventListener('abort', resolve, { once: true })
      })
    }
    left.resolve()
    const next = await gateway.chat(ask('two'), inChat('mine'))
    expect(next.status).toBe(200)
    await next.text()
    const turns = (await (await get(gateway, '/v1/conversations/mine/turns')).json()) as Turns
    expect(turns.data.map(({ status }) => status)).not.toContain('in_progress')
    expect(gateway.logs).toContainEqual(
      expect.objectContaining({
        fields: expect.objectContaining({ status: 499, error: 'caller_left' }) as object,
      }),
    )
  })

  it('a stream that breaks off leaves an incomplete turn with the partial answer', async () => {
    const upstream = await testUpstream(sse(...chunks(['Hello', ' you']).slice(0, 2)))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const text = await (await gateway.chat(ask('hi', { stream: true }), inChat('mine'))).text()
    expect(text).toContain('"error"')
    const turns = (await (await get(gateway, '/v1/conversations/mine/turns')).json()) as Turns
    expect(turns.data).toMatchObject([
      { status: 'incomplete', output: [{ content: [{ text: 'Hello' }] }] },
    ])
  })

  it('an empty stream is reported as cut off, as in a plain call', async () => {
    const upstream = await testUpstream(sse())
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const answers = await Promise.all(
      [{}, inChat('mine')].map(async (headers) => {
        const response = await gateway.chat(ask('hi', { stream: true }), headers)
        return { status: response.status, body: await response.json() }
      }),
    )
    expect(answers[0]).toMatchObject({
      status: 502,
      body: { error: { code: 'upstream_stream_cut' } },
    })
    expect(answers[1]).toEqual(answers[0])
  })

  it.each(['mine', 'new'])('a wrong setting leaves nothing in the conversation %s', async (id) => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const key = { ...inChat(id), 'idempotency-key': 'k', 'if-match': '"0"' }
    const refused = await gateway.chat(ask('hi', { temperature: 'warm' }), key)
    expect(refused.status).toBe(400)
    expect(await refused.json()).toMatchObject({ error: { param: 'temperature' } })
    expect((await gateway.chat(ask('hi'), key)).status).toBe(200)
  })

  it('a failed call leaves a failed turn, and the conversation continues', async () => {
    const upstream = await testUpstream(json(400, { error: { message: 'no' } }))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    expect((await gateway.chat(ask('hi'), inChat('mine'))).status).toBe(400)
    upstream.answer = json(200, completion('ok'))
    expect((await gateway.chat(ask('again'), inChat('mine'))).status).toBe(200)
    const turns = (await (await get(gateway, '/v1/conversations/mine/turns')).json()) as Turns
    expect(turns.data.map(({ status }) => status)).toEqual(['failed', 'completed'])
  })

  it('a caller who disconnects does not cancel: the turn is completed', async () => {
    const events = chunks(['Hello', ' you'])
    let finish = () => {}
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(events.slice(0, 2).join(''))
      finish = () => response.end(events.slice(2).join(''))
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const controller = new AbortController()
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...inChat('mine') },
      body: JSON.stringify(ask('hi', { stream: true })),
      signal: controller.signal,
    })
    await response.body?.getReader().read()
    controller.abort()
    // Later calls are answered after the gateway has seen that the caller is gone.
    for (let call = 0; call < 3; call += 1) await get(gateway, '/v1/models')
    finish()
    let statuses: string[] = []
    while (statuses[0] !== 'completed') {
      const turns = (await (await get(gateway, '/v1/conversations/mine/turns')).json()) as Turns
      statuses = turns.data.map(({ status }) => status)
      expect(statuses[0]).toMatch(/in_progress|completed/)
    }
  })

  it('a repeated idempotency key gets the stored answer, streamed or not', async () => {
    const upstream = await testUpstream(json(200, completion('only once')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const headers = { ...inChat('mine'), 'idempotency-key': 'k1' }
    await (await gateway.chat(ask('hi'), headers)).text()
    const again = await gateway.chat(ask('hi'), headers)
    expect(await again.json()).toMatchObject({
      choices: [{ message: { content: 'only once' }, finish_reason: 'stop' }],
    })
    expect(upstream.requests).toHaveLength(1)
    expect((await gateway.chat(ask('other'), headers)).status).toBe(409)
  })

  it('a repeated call uses no tokens', async () => {
    const upstream = await testUpstream(json(200, completion('one')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const key = { ...inChat('mine'), 'idempotency-key': 'k' }
    for (let time = 0; time < 2; time += 1) await (await gateway.chat(ask('hi'), key)).text()
    const calls = gateway.logs.filter(({ message }) => message === 'call')
    expect(calls.map(({ fields }) => fields['outputTokens'])).toEqual([3, undefined])
  })

  it('calls of custom tools in the history keep their kind', async () => {
    const upstream = await testUpstream(json(200, completion('one')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const call = { id: 'c1', type: 'custom', custom: { name: 'sql', input: 'select 1' } }
    const body = {
      model: 'm',
      tools: [{ type: 'custom', custom: { name: 'sql' } }],
      messages: [
        { role: 'user', content: 'q' },
        { role: 'assistant', tool_calls: [call] },
        { role: 'tool', tool_call_id: 'c1', content: '1' },
      ],
    }
    expect((await gateway.chat(body, inChat('mine'))).status).toBe(200)
    expect(upstream.requests[0]?.body['messages']).toMatchObject([
      { role: 'user' },
      { tool_calls: [call] },
      { role: 'tool' },
    ])
  })

  it('nothing follows an error that the provider sends in its stream', async () => {
    const error = 'data: {"error":{"message":"no","type":"server_error"}}\n\n'
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(`${chunks(['a']).slice(0, 2).join('')}${error}data: {"half`)
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const response = await gateway.chat(ask('hi', { stream: true }), inChat('mine'))
    expect((await response.text()).endsWith(error)).toBe(true)
    // The provider never ends its answer: the gateway hangs up.
    await upstream.requests[0]?.aborted
  })

  it('an id may not be empty', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const response = await get(gateway, '/v1/conversations//items')
    expect(response.status).toBe(404)
    expect(await response.json()).toMatchObject({ error: { code: 'unknown_url' } })
  })

  it('a slash at the end of a path is forgiven', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    await (await gateway.chat(ask('hi'), inChat('mine'))).text()
    expect((await get(gateway, '/v1/conversations/mine/')).status).toBe(200)
  })

  it('an outdated expected revision is a 412', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    await (await gateway.chat(ask('hi'), inChat('mine'))).text()
    const response = await gateway.chat(ask('hi'), { ...inChat('mine'), 'if-match': '"0"' })
    expect(response.status).toBe(412)
    expect(await response.json()).toMatchObject({ error: { code: 'revision_conflict' } })
  })

  it('works through a provider of another format', async () => {
    const upstream = await testUpstream(
      json(200, {
        id: 'msg_1',
        type: 'message',
        role: 'assistant',
        model: 'claude',
        content: [{ type: 'text', text: 'hello' }],
        stop_reason: 'end_turn',
        usage: { input_tokens: 3, output_tokens: 1 },
      }),
    )
    const gateway = await testGateway({
      gateway: { defaultPersona: 'default/helpful' },
      providers: [keyedProvider('anthropic', { type: 'Anthropic', baseURL: upstream.url })],
      personas: [personaOf('helpful')],
      secrets: { anthropic: 'sk' },
    })
    await (await gateway.chat(ask('one'), inChat('mine'))).text()
    await (await gateway.chat(ask('two'), inChat('mine'))).text()
    const sent = JSON.stringify(upstream.requests[1]?.body)
    expect(sent).toContain('You are helpful.')
    expect(sent.indexOf('one')).toBeLessThan(sent.indexOf('hello'))
    expect(sent.indexOf('hello')).toBeLessThan(sent.indexOf('two'))
  })

  it('a store that cannot be opened is a 503 and a problem, and is tried again', async () => {
    let broken = true
    const gateway = await testGateway({
      providers: [simulatorOf('simulator')],
      openStore: () => {
        if (broken) throw new Error('disk is gone')
        return openInMemory()
      },
    })
    const response = await gateway.chat(ask('hi'), inChat('mine'))
    expect(response.status).toBe(503)
    expect(await response.json()).toMatchObject({ error: { code: 'store_unavailable' } })
    broken = false
    expect((await gateway.chat(ask('hi'), inChat('mine'))).status).toBe(200)
  })
})

describe('/v1/conversations', () => {
  it('creates, shows, changes and deletes a conversation', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const created = (await (
      await gateway.post('/v1/conversations', {
        metadata: { topic: 'fish' },
        items: [{ type: 'message', role: 'user', content: 'hello' }],
      })
    ).json()) as { id: string }
    expect(created).toMatchObject({ object: 'conversation', metadata: { topic: 'fish' } })
    const path = `/v1/conversations/${created.id}`
    const items = (await (await get(gateway, `${path}/items?order=asc`)).json()) as {
      data: { id: string; role: string }[]
    }
    expect(items).toMatchObject({ object: 'list', has_more: false, data: [{ role: 'user' }] })
    const item = await get(gateway, `${path}/items/${items.data[0]?.id}`)
    expect(await item.json()).toEqual(items.data[0])
    const updated = await gateway.post(path, { metadata: { topic: 'boats' } })
    expect(await updated.json()).toMatchObject({ metadata: { topic: 'boats' } })
    const deleted = await fetch(`${gateway.url}${path}`, { method: 'DELETE' })
    expect(await deleted.json()).toEqual({
      id: created.id,
      object: 'conversation.deleted',
      deleted: true,
    })
    expect((await get(gateway, path)).status).toBe(404)
  })

  it('plans a turn without storing it', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    await (await gateway.chat(ask('one'), inChat('mine'))).text()
    const response = await gateway.post('/v1/conversations/mine/plan', ask('two'))
    const plan = (await response.json()) as { rendered: { messages: { content: string }[] } }
    expect(plan).toMatchObject({ object: 'ccp.context_plan', conversation: 'mine' })
    expect(plan.rendered.messages.at(0)?.content).toBe('one')
    expect(plan.rendered.messages.at(-1)?.content).toBe('two')
    const turns = (await (await get(gateway, '/v1/conversations/mine/turns')).json()) as Turns
    expect(turns.data).toHaveLength(1)
  })

  it('the conversation of another consumer does not exist', async () => {
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('one'), consumerOf('two')],
      secrets: { one: 'key-one', two: 'key-two' },
    })
    const one = { 'x-api-key': 'key-one' }
    const two = { 'x-api-key': 'key-two' }
    const made = await gateway.chat(ask('hi'), { ...one, ...inChat('new') })
    const path = `/v1/conversations/${made.headers.get('x-fairlead-conversation')}`
    expect((await get(gateway, path, one)).status).toBe(200)
    expect((await get(gateway, path, two)).status).toBe(404)
    expect((await get(gateway, path)).status).toBe(401)
  })

  it.each<[string, object, string]>([
    ['metadata that is no text', { metadata: { a: 1 } }, 'metadata.a'],
    ['an item without a role', { items: [{ type: 'message', content: 'x' }] }, 'items[0].role'],
    ['an item of an unknown type', { items: [{ type: 'dream' }] }, 'items[0].type'],
    [
      'a part without text',
      { items: [{ role: 'user', content: [{ type: 'input_text' }] }] },
      'items[0].content[0].text',
    ],
    [
      'a part of an unknown type',
      { items: [{ role: 'user', content: [{ type: 'smell' }] }] },
      'items[0].content[0].type',
    ],
    [
      'a call without arguments',
      { items: [{ type: 'function_call', call_id: 'c', name: 'f' }] },
      'items[0].arguments',
    ],
    [
      'an output that is missing',
      { items: [{ type: 'function_call_output', call_id: 'c' }] },
      'items[0].output',
    ],
    ['reasoning without a summary', { items: [{ type: 'reasoning' }] }, 'items[0].summary'],
    [
      'a summary without text',
      { items: [{ type: 'reasoning', summary: [{ type: 'summary_text' }] }] },
      'items[0].summary[0].text',
    ],
    ['too many items', { items: Array.from({ length: 21 }, () => ({})) }, 'items'],
  ])('%s is refused', async (_name, body, param) => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const response = await gateway.post('/v1/conversations', body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param } })
  })
})

describe('callers without a key beside others with one', () => {
  it('cannot choose the id of a conversation, and continue with one that they were given', async () => {
    const gateway = await testGateway({
      gateway: {
        auth: 'Optional',
        anonymousAccess: {
          models: ['*'],
          promptTemplates: [],
          personas: [],
          contextStrategies: [],
        },
      },
      providers: [simulatorOf('simulator')],
    })
    const chosen = await gateway.chat(ask('hi'), inChat('mine'))
    expect(chosen.status).toBe(403)
    expect(await chosen.json()).toMatchObject({ error: { code: 'conversation_id_not_allowed' } })
    const planned = await gateway.post('/v1/conversations/mine/plan', ask('hi'))
    expect(await planned.json()).toMatchObject({ error: { code: 'conversation_id_not_allowed' } })
    const made = await gateway.chat(ask('hi'), inChat('new'))
    const id = made.headers.get('x-fairlead-conversation') ?? ''
    expect((await gateway.chat(ask('again'), inChat(id))).status).toBe(200)
  })
})

describe('a conversation that is looked up', () => {
  it('has the shape of the protocol and does not reveal the persona', async () => {
    const gateway = await testGateway({
      gateway: { defaultPersona: 'default/helpful' },
      providers: [simulatorOf('simulator')],
      personas: [personaOf('helpful', { instructions: 'Keep the secret recipe.' })],
    })
    await gateway.chat(ask('hi'), inChat('mine'))
    const shown = await (await get(gateway, '/v1/conversations/mine')).text()
    expect(shown).not.toContain('recipe')
    expect(JSON.parse(shown)).toMatchObject({
      id: 'mine',
      object: 'conversation',
      metadata: {},
      ccp: {
        version: 'v1alpha1',
        revision: 1,
        branches: { main: expect.stringMatching(/^turn_/) },
        epoch: 1,
        persona: { name: 'helpful', revision: expect.any(Number), hash: expect.any(String) },
        strategy: { name: expect.any(String), revision: expect.any(Number) },
      },
    })
  })
})
