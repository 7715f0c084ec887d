import { createHash } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { FakeClock } from '@fairlead/base/testing'
import { consumerOf, personaOf, promptOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

const body = { model: 'gpt-4o', messages: [{ role: 'user', content: 'hi' }] }
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

  it('with Optional a caller needs no key, but a wrong one is rejected', async () => {
    const gateway = await testGateway({
      gateway: { auth: 'Optional' },
      providers: [simulatorOf('simulator')],
    })
    expect((await gateway.chat(body)).status).toBe(200)
    expect((await gateway.chat(body, bearer('wrong'))).status).toBe(401)
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

describe('what a caller may use', () => {
  const access = { models: ['gpt-*', 'exact'], promptTemplates: ['allowed'], personas: ['helpful'] }
  const start = () =>
    testGateway({
      gateway: { auth: 'Required' },
      providers: [simulatorOf('simulator')],
      consumers: [consumerOf('app', { access })],
      prompts: [
        promptOf('allowed', [{ version: '1', messages: [{ role: 'user', content: 'hi' }] }]),
        promptOf('denied', [{ version: '1', messages: [{ role: 'user', content: 'hi' }] }]),
        promptOf('allowed', [{ version: '1', messages: [{ role: 'user', content: 'hi' }] }], {
          namespace: 'other',
        }),
      ],
      personas: [personaOf('helpful'), personaOf('secret')],
      secrets: { app: 'key' },
    })

  it.each<[string, object, number, string | undefined]>([
    ['a model by prefix', { ...body, model: 'gpt-5' }, 200, undefined],
    ['a model by name', { ...body, model: 'exact' }, 200, undefined],
    ['another model', { ...body, model: 'claude' }, 403, 'model_not_allowed'],
    ['a prompt', { ...body, context: { prompt: 'allowed' } }, 200, undefined],
    ['another prompt', { ...body, context: { prompt: 'denied' } }, 403, 'prompt_not_allowed'],
    [
      'a prompt elsewhere',
      { ...body, context: { prompt: 'other/allowed' } },
      404,
      'prompt_not_found',
    ],
    ['a persona', { ...body, context: { persona: 'helpful' } }, 200, undefined],
    ['another persona', { ...body, context: { persona: 'secret' } }, 403, 'persona_not_allowed'],
  ])('%s', async (_name, call, status, code) => {
    const gateway = await start()
    const response = await gateway.chat(call, bearer('key'))
    expect(response.status).toBe(status)
    expect(await codeOf(response)).toBe(code)
  })

  it('the address of a prompt follows the same rules', async () => {
    const gateway = await start()
    const status = async (path: string) =>
      (await gateway.post(path, { parameters: {}, model: 'exact' }, bearer('key'))).status
    expect(await status('/prompts/default/allowed')).toBe(200)
    expect(await status('/prompts/default/denied')).toBe(403)
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
