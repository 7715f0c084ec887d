import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import type { AccessSettings } from '@fairlead/snapshot'
import {
  consumerOf,
  personaOf,
  promptOf,
  simulatorOf,
  snapshotOf,
  strategyOf,
} from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
const nothing = { models: [], promptTemplates: [], personas: [], contextStrategies: [] }
const bearer = (key: string) => ({ authorization: `Bearer ${key}` })

async function codeOf(response: Response): Promise<string | undefined> {
  const { error } = (await response.json()) as { error?: { code: string } }
  return error?.code
}

describe('who may call', () => {
  it.each([
    ['authorization', 'Bearer good'],
    ['authorization', 'bearer good'],
    ['x-api-key', 'good'],
    ['x-goog-api-key', 'good'],
  ])('a key is taken from %s: %s', async (name, value) => {
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('app')],
      secrets: { app: 'good\n' },
    })
    expect((await gateway.chat(body, { [name]: value })).status).toBe(200)
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ consumer: 'default/app' })
    expect(JSON.stringify(gateway.logs)).not.toContain('good')
  })

  it('a missing, a wrong and an expired key are three different errors', async () => {
    const clock = new FakeClock()
    const sha256 = createHash('sha256').update('old').digest('hex')
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [simulatorOf('simulator')],
      consumers: [
        consumerOf('app', {
          apiKeys: [{ name: 'old', source: { sha256 }, expiresAtMs: clock.now() + 1000 }],
        }),
      ],
      options: { clock },
    })
    expect((await gateway.chat(body, bearer('old'))).status).toBe(200)
    await clock.advance(1000)
    const answers = await Promise.all([
      gateway.chat(body),
      gateway.chat(body, bearer('wrong')),
      gateway.chat(body, bearer('old')),
    ])
    expect(answers.map(({ status }) => status)).toEqual([401, 401, 401])
    expect(await Promise.all(answers.map(codeOf))).toEqual([
      'missing_api_key',
      'invalid_api_key',
      'api_key_expired',
    ])
  })

  it.each<[string, Partial<AccessSettings> | undefined, number, string | undefined]>([
    ['nothing is listed', undefined, 401, 'missing_api_key'],
    ['empty lists are given', {}, 401, 'missing_api_key'],
    ['the model is listed', { models: ['gpt-*'] }, 200, undefined],
    ['another model is listed', { models: ['other'] }, 404, 'model_not_found'],
  ])('with Optional, when %s, a caller without a key', async (_, listed, status, code) => {
    const gateway = await testGateway({
      gateway: { auth: 'Optional', anonymousAccess: listed && { ...nothing, ...listed } },
      providers: [simulatorOf('simulator')],
    })
    const answer = await gateway.chat(body)
    expect(answer.status).toBe(status)
    expect(await codeOf(answer)).toBe(code)
    expect((await gateway.chat(body, bearer('wrong'))).status).toBe(401)
  })

  it('with Optional a caller without a key has no more than one with a key', async () => {
    const gateway = await testGateway({
      gateway: { auth: 'Optional', anonymousAccess: { ...nothing, models: ['gpt-*'] } },
      providers: [simulatorOf('simulator')],
      prompts: [promptOf('p', [{ version: '1' }])],
      personas: [personaOf('helpful')],
      strategies: [strategyOf('full')],
    })
    const contexts = [{ prompt: 'p' }, { persona: 'helpful' }, { strategy: 'full' }]
    const answers = await Promise.all(
      contexts.map((context) =>
        gateway.chat({ ...body, context: { conversation: 'new', ...context } }),
      ),
    )
    expect(await Promise.all(answers.map(codeOf))).toEqual([
      'prompt_not_found',
      'persona_not_found',
      'strategy_not_found',
    ])
  })

  it('a key in the query does not reach the log', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    await gateway.post('/v1/chat/completions?key=secret-key', body)
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ path: '/v1/chat/completions' })
    expect(JSON.stringify(gateway.logs)).not.toContain('secret-key')
  })

  it('a new key in a Secret works at once, and the old one stops working', async () => {
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('app')],
      secrets: { app: 'first' },
    })
    gateway.secrets.set('app', 'second')
    expect((await gateway.chat(body, bearer('second'))).status).toBe(200)
    expect((await gateway.chat(body, bearer('first'))).status).toBe(401)
  })

  it('a missing Secret is a problem in the report', async () => {
    const gateway = await testGateway({
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('app')],
    })
    expect(gateway.report().problems).toEqual([
      expect.objectContaining({ kind: 'Consumer', name: 'app', reason: 'SecretKeyMissing' }),
    ])
    gateway.secrets.set('app', 'there')
    expect(gateway.report().problems).toEqual([])
  })
})

const hello = (name: string, namespace = 'default') =>
  promptOf(name, [{ version: '1', messages: [{ role: 'user', content: 'hi' }] }], { namespace })

describe('a Consumer that was deleted and created again', () => {
  const start = (first: string | undefined, second: string | undefined) => {
    const snapshot = (uid: string | undefined) => ({
      gateway: { auth: 'Required' as const },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('app', { uid })],
    })
    return { before: snapshot(first), after: snapshot(second) }
  }

  it.each([
    ['with another UID does not find conversations and calls of the first', 'u-1', 'u-2', 404],
    ['does not find those that were kept under its name alone', undefined, 'u-1', 404],
    ['is the same where there are no UIDs, as in a folder', undefined, undefined, 200],
  ])('%s', async (_, first, second, status) => {
    const { before, after } = start(first, second)
    const gateway = await testGateway({ ...before, secrets: { app: 'key' } })
    const mine = { ...bearer('key'), 'x-fairlead-conversation': 'mine' }
    const asked = await gateway.chat(body, mine)
    expect(asked.status).toBe(200)
    await asked.text()
    const id = asked.headers.get('x-fairlead-request-id')
    gateway.snapshots.set(snapshotOf(after))
    const call = await fetch(`${gateway.url}/v1/requests/${id}`, { headers: bearer('key') })
    expect(call.status).toBe(status)
    const found = await fetch(`${gateway.url}/v1/conversations/mine`, { headers: bearer('key') })
    expect(found.status).toBe(status)
    const next = { ...body, messages: [{ role: 'user', content: 'and then?' }] }
    const plan = await gateway.post('/v1/conversations/mine/plan', next, bearer('key'))
    const { rendered } = (await plan.json()) as { rendered: { messages: unknown[] } }
    expect(rendered.messages).toHaveLength(status === 200 ? 3 : 1)
  })
})

describe('what a caller may use', () => {
  const access = {
    models: ['gpt-*', 'exact'],
    promptTemplates: ['allowed', 'granted/*'],
    personas: ['helpful', 'granted/*'],
    contextStrategies: ['full', 'granted/*'],
  }
  const start = () =>
    testGateway({
      gateway: { auth: 'Required' },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('app', { access })],
      prompts: [
        ...['allowed', 'denied'].map((name) => hello(name)),
        hello('allowed', 'other'),
        hello('shared', 'granted'),
      ],
      personas: [
        ...['helpful', 'secret'].map((name) => personaOf(name)),
        personaOf('helpful', { namespace: 'other' }),
        personaOf('shared', { namespace: 'granted' }),
      ],
      strategies: [
        ...['full', 'hidden'].map((name) => strategyOf(name)),
        strategyOf('full', { namespace: 'other' }),
        strategyOf('shared', { namespace: 'granted' }),
      ],
      secrets: { app: 'key' },
    })

  it.each<[string, object, number, string | undefined]>([
    ['a model by prefix', { ...body, model: 'gpt-5' }, 200, undefined],
    ['a model by name', { ...body, model: 'exact' }, 200, undefined],
    ['another model', { ...body, model: 'claude' }, 404, 'model_not_found'],
  ])('%s', async (_name, call, status, code) => {
    const gateway = await start()
    const response = await gateway.chat(call, bearer('key'))
    expect(response.status).toBe(status)
    expect(await codeOf(response)).toBe(code)
  })

  it.each<['prompt' | 'persona' | 'strategy', string, string]>([
    ['prompt', 'allowed', 'denied'],
    ['persona', 'helpful', 'secret'],
    ['strategy', 'full', 'hidden'],
  ])('a %s, by the one rule for all that can be named', async (kind, allowed, denied) => {
    const gateway = await start()
    const codes = [allowed, 'granted/shared', denied, `other/${allowed}`, 'other/none', 'none'].map(
      async (name) => {
        const context = { conversation: 'new', [kind]: name }
        const response = await gateway.chat({ ...body, context }, bearer('key'))
        return [response.status, await codeOf(response)]
      },
    )
    expect(await Promise.all(codes)).toEqual([
      [200, undefined],
      [200, undefined],
      [404, `${kind}_not_found`],
      [404, `${kind}_not_found`],
      [404, `${kind}_not_found`],
      [404, `${kind}_not_found`],
    ])
  })

  it('the address of a prompt follows the same rules', async () => {
    const gateway = await start()
    const status = async (path: string) =>
      (await gateway.post(path, { parameters: {}, model: 'exact' }, bearer('key'))).status
    expect(await status('/prompts/default/allowed')).toBe(200)
    expect(await status('/prompts/default/denied')).toBe(404)
    expect(await status('/prompts/other/allowed')).toBe(404)
  })

  it('the list of models holds only what may be used', async () => {
    const model = (name: string) => ({
      name,
      aliases: [],
      contextWindow: undefined,
      maxOutputTokens: undefined,
      capabilities: [],
    })
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [{ ...simulatorOf('simulator'), models: [model('gpt-5'), model('claude')] }],
      consumers: [consumerOf('app', { access })],
      secrets: { app: 'key' },
    })
    const get = (path: string) => fetch(`${gateway.url}${path}`, { headers: bearer('key') })
    expect(await (await get('/v1/models')).json()).toEqual({
      object: 'list',
      data: [{ id: 'gpt-5', object: 'model', created: 0, owned_by: 'simulator' }],
    })
    expect((await get('/v1/models/gpt-5')).status).toBe(200)
    expect((await get('/v1/models/claude')).status).toBe(404)
  })
})
