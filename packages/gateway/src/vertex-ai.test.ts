import { generateKeyPairSync } from 'node:crypto'
import { describe, expect, it } from 'vitest'
import { startIdentityServer } from './test-support/identity-server.ts'
import { claudeEvents, claudeMessage, messagesSurface } from './test-support/messages-surface.ts'
import { noIdentityEnvironment } from './identity/identity-environment.ts'
import { keyedProvider, providerOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import type { Answer } from './test-support/upstream.ts'
import { surfaces } from './surfaces/surfaces.ts'

const model = 'claude-sonnet-4-5@20250929'
const call = { model, max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 })
const type = { type: 'VertexAI', vertex: { project: 'my-project', location: 'europe-west1' } }
const models = '/v1/projects/my-project/locations/europe-west1/publishers/anthropic/models'

/**
 * Refuses what Vertex AI refuses: another token, a body with a model or without its version.
 * https://docs.claude.com/en/api/claude-on-vertex-ai
 */
const vertex: Answer = (response, { body, headers, path }) => {
  const isStream = path.endsWith(':streamRawPredict')
  const isBody =
    body['anthropic_version'] === 'vertex-2023-10-16' &&
    body['model'] === undefined &&
    (body['stream'] === true) === isStream
  const refusal =
    headers.authorization !== 'Bearer ya29.one'
      ? { code: 401, status: 'UNAUTHENTICATED', message: 'no valid token' }
      : { code: 400, status: 'INVALID_ARGUMENT', message: 'malformed' }
  if (refusal.code === 401 || !isBody || !path.startsWith(models)) {
    response.writeHead(refusal.code, { 'content-type': 'application/json' })
    return void response.end(JSON.stringify({ error: refusal }))
  }
  response.writeHead(200, { 'content-type': isStream ? 'text/event-stream' : 'application/json' })
  const events = claudeEvents(['he', 'llo']).map((event) => {
    const { type: name } = JSON.parse(event) as { readonly type: string }
    return `event: ${name}\ndata: ${event}\n\n`
  })
  response.end(isStream ? events.join('') : JSON.stringify(claudeMessage('hello')))
}

describe('Claude on Vertex AI', () => {
  it('is asked with a token for the key of a service account, got once', async () => {
    const { gateway, upstream, endpoint } = await start()
    const responses = await Promise.all([1, 2, 3].map(() => gateway.chat(call)))
    for (const response of responses) {
      expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'hello' } }] })
    }
    expect(upstream.requests[0]?.path).toBe(`${models}/claude-sonnet-4-5%4020250929:rawPredict`)
    expect(endpoint.requests).toEqual(['POST /token'])
    const text = await (await gateway.chat({ ...call, stream: true })).text()
    expect(text).toContain('"content":"llo"')
  })

  it('passes to a caller of the Messages API, with its betas in the header', async () => {
    const { gateway, upstream } = await start()
    const beta = { 'anthropic-beta': 'context-1m-2025-08-07' }
    const response = await gateway.post('/test/messages', { ...call, stream: true }, beta)
    expect(await response.text()).toContain(claudeEvents(['he', 'llo']).at(-1))
    expect(upstream.requests[0]?.headers['anthropic-beta']).toBe('context-1m-2025-08-07')
  })

  it('says that its key was refused, and tries no other way', async () => {
    const { gateway, upstream } = await start({
      token: { status: 400, body: { error: 'invalid_grant' } },
    })
    const response = await gateway.chat(call)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      error: {
        code: 'upstream_identity_failed',
        message: expect.stringContaining('invalid_grant'),
      },
    })
    expect(upstream.requests).toHaveLength(0)
    const credentials = gateway.report().providers[0]?.credentials
    expect(JSON.stringify(credentials)).toContain('Refused')
  })

  it('is asked with the identity that the metadata server gives', async () => {
    const upstream = await testUpstream(vertex)
    await using metadata = await startIdentityServer(() => ({
      body: { access_token: 'ya29.one', expires_in: 3600 },
    }))
    const google = { credentialsFile: undefined, metadataHost: metadata.host }
    const gateway = await testGateway({
      providers: [
        providerOf('vertex', {
          ...type,
          baseURL: upstream.url,
          authentication: { source: 'WorkloadIdentity' },
        }),
      ],
      options: { identity: { ...noIdentityEnvironment, google } },
    })
    expect((await gateway.chat(call)).status).toBe(200)
  })
})

const geminiAnswer = {
  candidates: [{ content: { role: 'model', parts: [{ text: 'hello' }] }, finishReason: 'STOP' }],
  usageMetadata: { promptTokenCount: 3, candidatesTokenCount: 2, totalTokenCount: 5 },
  modelVersion: 'gemini-2.5-flash',
  responseId: 'r',
}

/** https://docs.cloud.google.com/vertex-ai/generative-ai/docs/model-reference/inference */
const geminiOnVertex: Answer = (response, { body, headers, path }) => {
  const isStream = path.endsWith(':streamGenerateContent?alt=sse')
  const isRight =
    headers.authorization === 'Bearer ya29.one' &&
    (isStream || path.endsWith(':generateContent')) &&
    Array.isArray(body['contents']) &&
    body['model'] === undefined
  response.writeHead(isRight ? 200 : 400, {
    'content-type': isStream ? 'text/event-stream' : 'application/json',
  })
  const text = JSON.stringify(isRight ? geminiAnswer : { error: { code: 400, message: path } })
  response.end(isStream ? `data: ${text}\n\n` : text)
}

describe('Gemini on Vertex AI', () => {
  it.each([
    ['gemini-2.5-flash', 'publishers/google/models/gemini-2.5-flash'],
    ['endpoints/4711', 'endpoints/4711'],
  ])('is asked by generateContent: %s', async (name, resource) => {
    const { gateway, upstream } = await start()
    upstream.answer = geminiOnVertex
    const asked = { ...call, model: name }
    const parent = '/v1/projects/my-project/locations/europe-west1'
    expect(await (await gateway.chat(asked)).json()).toMatchObject({
      choices: [{ message: { content: 'hello' }, finish_reason: 'stop' }],
    })
    expect(upstream.requests[0]?.path).toBe(`${parent}/${resource}:generateContent`)
    const streamed = await (await gateway.chat({ ...asked, stream: true })).text()
    expect(streamed).toContain('"content":"hello"')
    expect(upstream.requests[1]?.path).toMatch(/:streamGenerateContent\?alt=sse$/)
  })

  it('passes to a caller who speaks its format', async () => {
    const { gateway, upstream } = await start()
    upstream.answer = geminiOnVertex
    const body = { contents: [{ role: 'user', parts: [{ text: 'hi', odd: 1 }] }] }
    const path = '/v1beta/models/gemini-2.5-flash:generateContent'
    const response = await gateway.post(path, body)
    expect(await response.json()).toEqual(geminiAnswer)
    expect(upstream.requests[0]?.body).toEqual(body)
  })
})

async function start(
  options: { readonly token?: { readonly status?: number; readonly body: unknown } } = {},
) {
  const { token = { body: { access_token: 'ya29.one', expires_in: 3600 } } } = options
  const upstream = await testUpstream(vertex)
  const endpoint = await startIdentityServer(() => token)
  const key = JSON.stringify({
    type: 'service_account',
    client_email: 'gateway@my-project.iam.gserviceaccount.com',
    private_key: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    token_uri: `${endpoint.origin}/token`,
  })
  const gateway = await testGateway({
    providers: [keyedProvider('vertex', { ...type, baseURL: upstream.url })],
    secrets: { vertex: key },
    options: { surfaces: [...surfaces, messagesSurface] },
  })
  return { gateway, upstream, endpoint }
}
