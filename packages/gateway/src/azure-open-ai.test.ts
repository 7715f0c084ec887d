import type { LLMProviderSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { noIdentityEnvironment } from './identity/identity-environment.ts'
import { startIdentityServer } from './test-support/identity-server.ts'
import { consumerOf, keyedProvider, providerOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const call = { model: 'gpt-5.1', messages: [{ role: 'user', content: 'hi' }] }
const v1 = { form: 'V1', apiVersion: undefined, entra: undefined } as const
const deployed = {
  name: 'gpt-5.1',
  aliases: [],
  contextWindow: undefined,
  maxOutputTokens: undefined,
  capabilities: [],
  deployment: 'my-gpt',
}

async function start(settings: Partial<LLMProviderSettings>, path = '') {
  const upstream = await testUpstream(json(200, completion('hello')))
  const gateway = await testGateway({
    providers: [
      keyedProvider('azure', {
        type: 'AzureOpenAI',
        azure: v1,
        baseURL: upstream.url.replace('/v1', path),
        ...settings,
      }),
    ],
    secrets: { azure: 'the-key' },
  })
  return { gateway, upstream }
}

/** https://learn.microsoft.com/azure/ai-foundry/openai/reference */
describe('Azure OpenAI', () => {
  it('is asked for Responses by callers of it, at its V1 addresses', async () => {
    const { gateway, upstream } = await start({ models: [deployed] })
    const answer = { id: 'resp_1', object: 'response', status: 'completed', output: [] }
    upstream.answer = json(200, { ...answer, created_at: 1, model: 'my-gpt' })
    const response = await gateway.post('/v1/responses', {
      model: 'gpt-5.1',
      input: 'hi',
      store: false,
    })
    expect(response.status).toBe(200)
    expect(upstream.requests[0]?.path).toBe('/openai/v1/responses')
    expect(upstream.requests[0]?.body).toMatchObject({ model: 'my-gpt', input: 'hi' })
    expect(upstream.requests[0]?.headers['api-key']).toBe('the-key')
  })

  it.each([
    ['V1', { azure: v1 }, '/openai/v1/chat/completions', 'gpt-5.1'],
    [
      'V1 with a version',
      { azure: { ...v1, apiVersion: 'preview' } },
      '/openai/v1/chat/completions?api-version=preview',
      'gpt-5.1',
    ],
    ['V1 with a deployment', { models: [deployed] }, '/openai/v1/chat/completions', 'my-gpt'],
    [
      'Deployments',
      { azure: { ...v1, form: 'Deployments' as const } },
      '/openai/deployments/gpt-5.1/chat/completions?api-version=2024-10-21',
      'gpt-5.1',
    ],
    [
      'Deployments with a version and a deployment',
      {
        azure: { ...v1, form: 'Deployments' as const, apiVersion: '2025-04-01-preview' },
        models: [deployed],
      },
      '/openai/deployments/my-gpt/chat/completions?api-version=2025-04-01-preview',
      'gpt-5.1',
    ],
  ])('is addressed by form %s', async (_, settings, path, model) => {
    for (const base of ['', '/openai', '/openai/v1', '/prefix/openai/v1']) {
      const { gateway, upstream } = await start(settings, base)
      expect((await gateway.chat(call)).status).toBe(200)
      expect(upstream.requests[0]?.path).toBe(base.startsWith('/prefix') ? `/prefix${path}` : path)
      expect(upstream.requests[0]?.body['model']).toBe(model)
      expect(upstream.requests[0]?.headers['api-key']).toBe('the-key')
      expect(upstream.requests[0]?.headers.authorization).toBeUndefined()
    }
  })

  it('is asked with a token of Entra for a client secret', async () => {
    await using entra = await startIdentityServer(({ form }) =>
      form.get('client_secret') === 'the-key' && form.get('client_id') === 'client'
        ? { body: { access_token: 'eyJ.one', expires_in: 3600 } }
        : { status: 401, body: { error: 'invalid_client' } },
    )
    const upstream = await testUpstream(json(200, completion('hello')))
    const azure = { ...noIdentityEnvironment.azure, authorityHost: entra.origin }
    const gateway = await testGateway({
      providers: [
        keyedProvider('azure', {
          type: 'AzureOpenAI',
          azure: { ...v1, entra: { tenantID: 'tenant', clientID: 'client' } },
          baseURL: upstream.url,
        }),
      ],
      secrets: { azure: 'the-key' },
      options: { identity: { ...noIdentityEnvironment, azure } },
    })
    expect((await gateway.chat(call)).status).toBe(200)
    expect(entra.requests).toEqual(['POST /tenant/oauth2/v2.0/token'])
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer eyJ.one')
    expect(upstream.requests[0]?.headers['api-key']).toBeUndefined()
  })

  it('is asked with the managed identity of the machine', async () => {
    await using machine = await startIdentityServer(() => ({
      body: { access_token: 'of the machine', expires_in: '3600' },
    }))
    const upstream = await testUpstream(json(200, completion('hello')))
    const azure = { ...noIdentityEnvironment.azure, machineIdentityHost: machine.origin }
    const gateway = await testGateway({
      providers: [
        providerOf('azure', {
          type: 'AzureOpenAI',
          azure: v1,
          baseURL: upstream.url,
          authentication: { source: 'WorkloadIdentity' },
        }),
      ],
      options: { identity: { ...noIdentityEnvironment, azure } },
    })
    expect((await gateway.chat(call)).status).toBe(200)
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer of the machine')
  })

  it("is asked with the caller's own key, in the header that its SDK uses", async () => {
    const upstream = await testUpstream(json(200, completion('hello')))
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [
        providerOf('azure', {
          type: 'AzureOpenAI',
          azure: v1,
          baseURL: upstream.url,
          authentication: { source: 'Caller' },
        }),
      ],
      consumers: [consumerOf('team')],
      secrets: { team: 'fl-gateway-key' },
    })
    const headers = { 'api-key': 'own', 'x-fairlead-key': 'fl-gateway-key' }
    expect((await gateway.chat(call, headers)).status).toBe(200)
    expect(upstream.requests[0]?.headers['api-key']).toBe('own')
  })
})
