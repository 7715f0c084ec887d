import { describe, expect, it, vi } from 'vitest'
import { policyOf } from './test-support/access-policy.ts'
import {
  consumerOf,
  keyedProvider,
  routeOf,
  simulatorOf,
  strategyOf,
} from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const memory = { recall: 'All', maxTokens: 1000, extract: undefined } as const
const extract = { model: 'small', maxNotes: 100, maxNoteTokens: 60, ttlMs: undefined }

type Body = Readonly<Record<string, unknown>>

async function client({ isOn = true, features = [] as readonly 'Conversations'[] } = {}) {
  const gateway = await testGateway({
    gateway: {
      auth: 'Optional',
      defaultModel: 'm',
      anonymousAccess: {
        models: ['*'],
        promptTemplates: [],
        personas: [],
        contextStrategies: ['*'],
      },
    },
    providers: [simulatorOf('simulator')],
    consumers: [consumerOf('app'), consumerOf('other')],
    secrets: { app: 'key-app', other: 'key-other' },
    strategies: isOn ? [strategyOf('remembering', { memory })] : [],
    accessPolicies: features.length === 0 ? [] : [policyOf('p', { resources: { features } })],
  })
  const ask = async (
    method: string,
    path: string,
    body?: unknown,
    { consumer = 'app', ...headers }: Readonly<Record<string, string>> = {},
  ) => {
    const response = await fetch(`${gateway.url}/v1/subjects/${path}`, {
      method,
      headers: {
        ...(consumer === '' ? {} : { authorization: `Bearer key-${consumer}` }),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    return { status: response.status, body: (await response.json()) as Body }
  }
  return { gateway, ask }
}

describe('notes over HTTP', () => {
  it('are made, listed, read, changed and deleted', async () => {
    const { ask } = await client()
    const made = await ask('POST', 'user%3A42/notes', { text: 'Lives in Rome.' })
    expect(made).toMatchObject({
      status: 200,
      body: {
        id: expect.stringMatching(/^note_/) as string,
        object: 'ccp.note',
        subject: 'user:42',
        text: 'Lives in Rome.',
        version: 1,
        source: { type: 'api' },
        expires_at: null,
      },
    })
    const path = `user:42/notes/${String(made.body['id'])}`
    expect(await ask('GET', path)).toEqual(made)
    expect(await ask('GET', 'user:42/notes')).toEqual({
      status: 200,
      body: {
        object: 'list',
        data: [made.body],
        first_id: made.body['id'],
        last_id: made.body['id'],
        has_more: false,
      },
    })
    const inAYear = Math.floor(Date.now() / 1000) + 31_536_000
    const change = { text: 'Lives in Paris.', expires_at: inAYear }
    expect(await ask('POST', path, change, { 'if-match': '"1"' })).toMatchObject({
      status: 200,
      body: { version: 2, ...change },
    })
    expect(await ask('POST', path, change, { 'if-match': '"1"' })).toMatchObject({
      status: 412,
      body: { error: { code: 'revision_conflict', param: 'If-Match' } },
    })
    expect(await ask('DELETE', path, undefined, { 'if-match': '1' })).toMatchObject({ status: 412 })
    expect(await ask('DELETE', path)).toEqual({
      status: 200,
      body: { id: made.body['id'], object: 'ccp.note.deleted', deleted: true },
    })
    expect(await ask('GET', path)).toMatchObject({
      status: 404,
      body: { error: { code: 'note_not_found' } },
    })
  })

  it('come in pages, or all as JSON lines', async () => {
    const { ask, gateway } = await client()
    for (let at = 0; at < 130; at += 1) await ask('POST', 'a/notes', { text: `note ${at}` })
    const { body } = await ask('GET', 'a/notes?limit=2&order=asc')
    expect(body).toMatchObject({ data: [{ text: 'note 0' }, { text: 'note 1' }], has_more: true })
    const next = await ask('GET', `a/notes?limit=100&order=asc&after=${String(body['last_id'])}`)
    expect(next.body['data']).toHaveLength(100)
    const headers = { authorization: 'Bearer key-app' }
    const lines = await fetch(`${gateway.url}/v1/subjects/a/notes?format=jsonl`, { headers })
    expect(lines.headers.get('content-type')).toBe('application/jsonl')
    const notes = (await lines.text()).trimEnd().split('\n')
    expect(notes.map((line) => (JSON.parse(line) as Body)['text'])).toEqual(
      Array.from({ length: 130 }, (_, at) => `note ${at}`),
    )
    expect(await ask('DELETE', 'a/notes')).toEqual({
      status: 200,
      body: { object: 'ccp.notes.deleted', subject: 'a', deleted: 130 },
    })
  })

  it.each([
    ['POST', 'a/notes', {}, 'missing_required_parameter'],
    ['POST', 'a/notes', { text: 1 }, 'invalid_value'],
    ['POST', 'a/notes', { text: '  ' }, 'invalid_value'],
    ['POST', 'a/notes', { text: 'x'.repeat(2001) }, 'invalid_value'],
    ['POST', 'a/notes', { text: 'x', id: 'note_1' }, 'invalid_value'],
    ['POST', 'a/notes', { text: 'x', expires_at: 1 }, 'invalid_value'],
    ['POST', 'a/notes', { text: 'x', expires_at: 'soon' }, 'invalid_value'],
    ['POST', 'a/notes', { text: 'my password: swordfish' }, 'secret_in_note'],
    ['POST', `${'a'.repeat(300)}/notes`, { text: 'x' }, 'invalid_value'],
    ['GET', 'a%0Ab/notes', undefined, 'invalid_value'],
    ['GET', 'a/notes?limit=1000', undefined, 'invalid_value'],
    ['GET', 'a/notes?format=xml', undefined, 'invalid_value'],
    ['POST', 'a/notes/note_1', {}, 'missing_required_parameter'],
    ['POST', 'a/notes/note_1', { text: 'x' }, 'note_not_found'],
    ['DELETE', 'a/notes/note_1', undefined, 'note_not_found'],
  ])('say what is wrong: %#, %s', async (method, path, body, code) => {
    const { ask } = await client()
    const answer = await ask(method, path, body)
    expect(answer.body).toMatchObject({ error: { type: 'invalid_request_error' } })
    expect([400, 404]).toContain(answer.status)
    expect((answer.body['error'] as Body)['code']).toBe(code)
  })

  it('are their Consumer’s alone, and nobody’s without a key', async () => {
    const { ask } = await client()
    const { body } = await ask('POST', 'a/notes', { text: 'x' })
    const path = `a/notes/${String(body['id'])}`
    const other = { consumer: 'other' }
    expect((await ask('GET', 'a/notes', undefined, other)).body['data']).toEqual([])
    for (const method of ['GET', 'DELETE']) {
      expect(await ask(method, path, undefined, other)).toMatchObject({ status: 404 })
    }
    expect(await ask('POST', path, { text: 'y' }, other)).toMatchObject({ status: 404 })
    expect((await ask('DELETE', 'a/notes', undefined, other)).body['deleted']).toBe(0)
    for (const [method, sent] of [
      ['GET', undefined],
      ['POST', { text: 'y' }],
      ['DELETE', undefined],
    ] as const) {
      expect(await ask(method, 'a/notes', sent, { consumer: '' })).toMatchObject({
        status: 403,
        body: { error: { code: 'api_key_needed' } },
      })
    }
    expect(await ask('GET', path)).toMatchObject({ status: 200 })
  })

  it('can be listed and deleted where no strategy uses them, and not made', async () => {
    const { ask } = await client({ isOn: false })
    expect(await ask('POST', 'a/notes', { text: 'x' })).toMatchObject({
      status: 400,
      body: { error: { code: 'memory_not_enabled' } },
    })
    expect(await ask('GET', 'a/notes')).toMatchObject({ status: 200, body: { data: [] } })
    expect(await ask('DELETE', 'a/notes')).toMatchObject({ body: { deleted: 0 } })
  })

  it('are closed to whoever may not have conversations, who may yet have them deleted', async () => {
    const { ask } = await client({ features: ['Conversations'] })
    for (const [method, sent] of [
      ['GET', undefined],
      ['POST', { text: 'x' }],
    ] as const) {
      expect(await ask(method, 'a/notes', sent)).toMatchObject({
        status: 403,
        body: { error: { code: 'feature_not_allowed' } },
      })
    }
    expect(await ask('DELETE', 'a/notes')).toMatchObject({ status: 200 })
  })

  it('are in no prompt of callers without a key, who share a tenant', async () => {
    const { ask, gateway } = await client()
    const text = 'Lives in Rome.'
    await ask('POST', 'a/notes', { text })
    const planned = async (headers: Readonly<Record<string, string>>) => {
      const call = await gateway.chat(
        { model: 'm', messages: [{ role: 'user', content: 'hi' }] },
        { 'x-fairlead-conversation': 'new', 'x-fairlead-strategy': 'remembering', ...headers },
      )
      expect(call.status, await call.text()).toBe(200)
      const path = `${gateway.url}/v1/plans/${call.headers.get('x-fairlead-plan')}`
      return (await (await fetch(path, { headers })).json()) as Body
    }
    const subject = { 'x-fairlead-subject': 'a' }
    const own = await planned({ ...subject, authorization: 'Bearer key-app' })
    expect(own['retrieval']).toBeDefined()
    const shared = await planned(subject)
    expect(shared['strategy']).toContain('remembering')
    expect(shared['retrieval']).toBeUndefined()
  })

  it('are counted by the receipt of their subject’s erasure', async () => {
    const { ask } = await client()
    await ask('POST', 'a/notes', { text: 'x' })
    await ask('POST', 'a/notes', { text: 'y' })
    const { body } = await ask('DELETE', 'a')
    expect(body).toMatchObject({ complete: true, stores: [{ notes: 2, conversations: 0 }] })
    expect((await ask('GET', 'a/notes')).body['data']).toEqual([])
  })
})

describe('a memory', () => {
  it('is made of a turn by the gateway’s own call, and used by the next conversation', async () => {
    const upstream = await testUpstream((response, request) => {
      const [first] = request.body['messages'] as { content: string }[]
      const isReading = first?.content.startsWith('You keep notes') === true
      const answer =
        '```json\n{"add": [{"text": "Lives in Rome."}, {"text": "My PIN is 1234"}]}\n```'
      json(200, completion(isReading ? answer : 'ok'))(response, request)
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
      routes: [routeOf('all', [{ provider: 'openai' }])],
      strategies: [strategyOf('noting', { memory: { ...memory, extract } })],
    })
    const say = async (content: string, conversation: string) => {
      const body = { model: 'm', messages: [{ role: 'user', content }] }
      const headers = {
        'x-fairlead-conversation': conversation,
        'x-fairlead-strategy': 'noting',
        'x-fairlead-subject': 'user:anna',
      }
      const response = await gateway.chat(body, headers)
      expect(response.status, await response.text()).toBe(200)
      const plan = await fetch(`${gateway.url}/v1/plans/${response.headers.get('x-fairlead-plan')}`)
      return (await plan.json()) as { retrieval?: { passages: readonly Body[] } }
    }
    const notes = async () => {
      const list = await fetch(`${gateway.url}/v1/subjects/user:anna/notes`)
      return ((await list.json()) as { data: readonly Body[] }).data
    }
    expect((await say('I live in Rome', 'first')).retrieval).toBeUndefined()
    await vi.waitFor(async () => expect(await notes()).toHaveLength(1), 5000)
    const [note] = await notes()
    expect(note).toMatchObject({
      text: 'Lives in Rome.',
      source: { type: 'conversation', conversation: 'first' },
    })
    const reading = upstream.requests.find(({ body }) => body['model'] === 'small')
    expect(JSON.stringify(reading?.body)).toContain('I live in Rome')

    const plan = await say('Where is home?', 'second')
    expect(plan.retrieval?.passages).toMatchObject([
      { kind: 'note', id: `${String(note?.['id'])}@1`, action: 'retrieved' },
    ])
    const asked = upstream.requests.find(({ body }) =>
      JSON.stringify(body).includes('Where is home?'),
    )
    const messages = asked?.body['messages'] as { role: string; content: string }[] | undefined
    const [quoted, question] = messages ?? []
    expect(quoted).toMatchObject({ role: 'user' })
    expect(quoted?.content).toContain('Lives in Rome.')
    expect(question?.content).toBe('Where is home?')

    const metrics = await gateway.registry.metrics()
    expect(metrics).toMatch(/fairlead_memory_readings_total\{outcome="noted"\} 1/)
    expect(metrics).toMatch(/fairlead_memory_notes_total\{change="added"\} 1/)
    expect(metrics).toMatch(/fairlead_memory_notes_total\{change="dropped"\} [1-9]/)
    expect(metrics).toMatch(/own_calls_total\{purpose="memory",outcome="Success"\} [12]/)
    expect(metrics).not.toContain('anna')
    expect(JSON.stringify(gateway.logs)).not.toContain('Rome')
  })
})
