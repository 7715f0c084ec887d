import { describe, expect, it } from 'vitest'
import { noIdentityEnvironment } from './identity/identity-environment.ts'
import {
  bedrockType,
  credentialsFile,
  expectedSignature,
  framed,
  keys,
  refuse,
} from './test-support/bedrock-server.ts'
import { startIdentityServer } from './test-support/identity-server.ts'
import { claudeEvents, claudeMessage, messagesSurface } from './test-support/messages-surface.ts'
import { keyedProvider, providerOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, completion } from './test-support/upstream.ts'
import { surfaces } from './surfaces/surfaces.ts'

const model = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const call = { model, max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] }
const type = bedrockType()

/**
 * Refuses what Bedrock refuses: a wrong signature, which AWS's own signer checks, a body with a model,
 * a stream flag or without its version.
 * https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_InvokeModel.html
 */
function strictBedrock(answer: Answer, session?: string): Answer {
  return (response, request) => {
    const { body, headers, path, raw } = request
    void expectedSignature(path, headers, raw, session).then((expected) => {
      if (headers.authorization !== expected) {
        return refuse(response, 403, 'InvalidSignatureException', `${session} does not match`)
      }
      const isInvoke = /^\/model\/[^/]+\/invoke(-with-response-stream)?$/.test(path)
      const isBody =
        body['anthropic_version'] === 'bedrock-2023-05-31' &&
        body['model'] === undefined &&
        body['stream'] === undefined
      if (!isInvoke || !isBody) return refuse(response, 400, 'ValidationException', 'malformed')
      answer(response, request)
    })
  }
}

const whole: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/json' })
  response.end(JSON.stringify(claudeMessage('hello')))
}

const streamed: Answer = (response) => {
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  for (const event of claudeEvents(['he', 'llo'])) response.write(frame(event))
  response.end()
}

describe('Claude on Bedrock', () => {
  it('is asked by InvokeModel, with a signature that AWS accepts', async () => {
    const { gateway, upstream } = await start(strictBedrock(whole))
    const response = await gateway.chat(call)
    expect(await response.json()).toMatchObject({
      choices: [{ message: { content: 'hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2 },
    })
    expect(upstream.requests[0]?.path).toBe(`/model/${encodeURIComponent(model)}/invoke`)
  })

  it('has its required limit from the catalogue, which knows its models', async () => {
    const { gateway, upstream } = await start(strictBedrock(whole))
    await gateway.chat({ model, messages: call.messages })
    expect(upstream.requests[0]?.body['max_tokens']).toBe(64_000)
  })

  it('streams into the format of the caller', async () => {
    const { gateway, upstream } = await start(strictBedrock(streamed))
    const text = await (await gateway.chat({ ...call, stream: true })).text()
    expect(text).toContain('"content":"he"')
    expect(text).toContain('data: [DONE]')
    expect(upstream.requests[0]?.path).toMatch(/\/invoke-with-response-stream$/)
  })

  it('passes to a caller of the Messages API as that API has it', async () => {
    const { gateway, upstream } = await start((response, request) =>
      strictBedrock(request.path.endsWith('stream') ? streamed : whole)(response, request),
    )
    const beta = { 'anthropic-beta': 'context-1m-2025-08-07, other-beta,' }
    const response = await gateway.post('/test/messages', call, beta)
    expect(await response.json()).toEqual(claudeMessage('hello'))
    expect(upstream.requests[0]?.body).toEqual({
      max_tokens: 10,
      messages: call.messages,
      anthropic_version: 'bedrock-2023-05-31',
      anthropic_beta: ['context-1m-2025-08-07', 'other-beta'],
    })
    expect(upstream.requests[0]?.headers['anthropic-beta']).toBeUndefined()
    const stream = await gateway.post('/test/messages', { ...call, stream: true })
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    const events = claudeEvents(['he', 'llo']).map((event) => {
      const { type: name } = JSON.parse(event) as { readonly type: string }
      return `event: ${name}\ndata: ${event}\n\n`
    })
    expect(await stream.text()).toBe(events.join(''))
  })

  it('is told to a caller of the Messages API when it refuses a call', async () => {
    const { gateway } = await start((response) =>
      refuse(response, 400, 'ValidationException', 'max_tokens: too large'),
    )
    const response = await gateway.post('/test/messages', call)
    expect(response.status).toBe(400)
    expect(await response.json()).toEqual({
      type: 'error',
      error: { type: 'invalid_request_error', message: 'max_tokens: too large' },
    })
  })

  it.each([
    ['a limit', 429, 'ThrottlingException', 'Too many tokens', 'rate_limit_exceeded', 429],
    [
      'a model that cannot be had',
      403,
      'AccessDeniedException',
      "You don't have access to the model with the specified model ID.",
      'model_not_found',
      403,
    ],
  ])('says of %s what it is', async (_, status, name, message, code, told) => {
    const { gateway } = await start((response) => refuse(response, status, name, message))
    const response = await gateway.chat(call)
    expect(await response.json()).toMatchObject({ error: { code } })
    expect(response.status).toBe(told)
  })

  it('ends a stream with the error that its exception means', async () => {
    const { gateway } = await start((response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      for (const event of claudeEvents(['he']).slice(0, 3)) response.write(frame(event))
      const headers = {
        ':message-type': 'exception',
        ':exception-type': 'modelStreamErrorException',
      }
      response.end(framed(headers, '{"message":"broken"}'))
    })
    const text = await (await gateway.post('/test/messages', { ...call, stream: true })).text()
    expect(text).toContain('"text":"he"')
    expect(text).toContain('"type":"api_error"')
  })

  it('is cut off when its stream ends within a frame', async () => {
    const { gateway } = await start((response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      // Within the event that says why it ends.
      const frames = Buffer.concat(claudeEvents(['he']).slice(0, -1).map(frame))
      response.end(frames.subarray(0, frames.length - 20))
    })
    const text = await (await gateway.post('/test/messages', { ...call, stream: true })).text()
    expect(text).toMatch(/event: error/)
  })

  it.each(['openai.gpt-oss-120b-1:0', 'us.openai.gpt-5-v1:0'])(
    'has the model %s of OpenAI asked by its own API, with the same signature',
    async (name) => {
      const { gateway, upstream } = await start((response, { headers, path, raw }) => {
        void expectedSignature(path, headers, raw, undefined).then((expected) => {
          const isSigned = headers.authorization === expected
          response.writeHead(isSigned ? 200 : 403, { 'content-type': 'application/json' })
          response.end(JSON.stringify(completion('hello')))
        })
      })
      const response = await gateway.chat({ ...call, model: name })
      expect(await response.json()).toEqual(completion('hello'))
      expect(upstream.requests[0]?.path).toBe('/openai/v1/chat/completions')
      expect(upstream.requests[0]?.body['model']).toBe(name)
    },
  )

  it('is asked with an API key of Bedrock as a Bearer token', async () => {
    const { gateway, upstream } = await start(whole, 'ABSKQmVkcm9ja0FQSUtleS0x')
    expect((await gateway.chat(call)).status).toBe(200)
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer ABSKQmVkcm9ja0FQSUtleS0x')
    expect(upstream.requests[0]?.headers['x-amz-date']).toBeUndefined()
  })

  it('is asked with the identity of the pod, got once, whose session is never repeated', async () => {
    await using agent = await startIdentityServer(() => ({
      body: {
        AccessKeyId: keys.accessKeyId,
        SecretAccessKey: keys.secretAccessKey,
        Token: 'the-session-token',
        Expiration: new Date(Date.now() + 3_600_000).toISOString(),
      },
    }))
    const upstream = await testUpstream(strictBedrock(whole, 'the-session-token'))
    const aws = { ...noIdentityEnvironment.aws, containerCredentialsFullURI: agent.origin }
    const provider = providerOf('bedrock', {
      ...type,
      baseURL: upstream.url.replace('/v1', ''),
      authentication: { source: 'WorkloadIdentity' },
    })
    const gateway = await testGateway({
      providers: [provider],
      options: { identity: { ...noIdentityEnvironment, aws } },
    })
    const responses = await Promise.all([1, 2, 3].map(() => gateway.chat(call)))
    expect(responses.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(agent.requests).toHaveLength(1)
    upstream.answer = (response) =>
      refuse(response, 400, 'ValidationException', 'x-amz-security-token:the-session-token')
    const refused = await (await gateway.chat(call)).text()
    expect(refused).toContain('x-amz-security-token:[redacted]')
    expect(JSON.stringify(gateway.logs)).not.toContain('the-session-token')
  })

  it('says what is missing when the gateway cannot say who it is', async () => {
    const upstream = await testUpstream(whole)
    const provider = providerOf('bedrock', {
      ...type,
      baseURL: upstream.url,
      authentication: { source: 'WorkloadIdentity' },
    })
    const aws = { ...noIdentityEnvironment.aws, isInstanceMetadataDisabled: true }
    const gateway = await testGateway({
      providers: [provider],
      options: { identity: { ...noIdentityEnvironment, aws } },
    })
    const response = await gateway.chat(call)
    expect(response.status).toBe(502)
    expect(await response.json()).toMatchObject({
      error: {
        code: 'upstream_identity_failed',
        message: expect.stringContaining('AWS_EC2_METADATA_DISABLED'),
      },
    })
    expect(upstream.requests).toHaveLength(0)
  })
})

async function start(answer: Answer, secret = credentialsFile) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('bedrock', { ...type, baseURL: upstream.url.replace('/v1', '') })],
    secrets: { bedrock: secret },
    options: { surfaces: [...surfaces, messagesSurface] },
  })
  return { gateway, upstream }
}

function frame(event: string): Buffer {
  const headers = { ':event-type': 'chunk', ':message-type': 'event' }
  return framed(headers, JSON.stringify({ bytes: Buffer.from(event).toString('base64'), p: 'ab' }))
}
