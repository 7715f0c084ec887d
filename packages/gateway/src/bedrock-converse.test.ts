import { encodeConverseStream } from '@fairlead/llm'
import type { LLMProviderSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import {
  bedrockType,
  credentialsFile,
  expectedSignature,
  framed,
  refuse,
} from './test-support/bedrock-server.ts'
import { brokenConverseRule } from './test-support/fuzz/converse-rules.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import type { Answer } from './test-support/upstream.ts'

const model = 'us.meta.llama3-3-70b-instruct-v1:0'
const nova = 'eu.amazon.nova-pro-v1:0'
const claude = 'eu.anthropic.claude-sonnet-4-5-20250929-v1:0'
const seal = 'c2VhbA=='
const hello = [{ role: 'user', content: 'hi' }]
const tool = {
  type: 'function',
  function: { name: 'get_weather', parameters: { type: 'object', properties: {} } },
}
const usage = { inputTokens: 3, outputTokens: 2, totalTokens: 5 }

const said = (content: readonly object[], stopReason = 'end_turn') => ({
  output: { message: { role: 'assistant', content } },
  stopReason,
  usage,
  metrics: { latencyMs: 1 },
})

/** Answers as Converse does: calls a tool if one must or may be called and has not been. */
const converse: Answer = (response, { body, path }) => {
  const text = JSON.stringify(body)
  const calls = text.includes('toolConfig') && !text.includes('toolResult')
  const thought = { reasoningText: { text: 'hm', signature: seal } }
  const use = { toolUseId: 'tooluse_1', name: 'get_weather' }
  const thinks = text.includes('"thinking"')
  const input = { city: 'Oslo' }
  if (path.endsWith('/converse')) {
    response.writeHead(200, { 'content-type': 'application/json' })
    const content = [
      ...(thinks ? [{ reasoningContent: thought }] : []),
      calls ? { toolUse: { ...use, input } } : { text: 'hello' },
    ]
    response.end(JSON.stringify(said(content, calls ? 'tool_use' : 'end_turn')))
    return
  }
  response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
  const delta = (value: object, contentBlockIndex = 0) => ({
    contentBlockDelta: { delta: value, contentBlockIndex },
  })
  const events = [
    { messageStart: { role: 'assistant' } },
    ...(calls
      ? [
          { contentBlockStart: { start: { toolUse: use }, contentBlockIndex: 0 } },
          delta({ toolUse: { input: '{"city":' } }),
          delta({ toolUse: { input: '"Oslo"}' } }),
        ]
      : [delta({ text: 'he' }), delta({ text: 'llo' })]),
    { contentBlockStop: { contentBlockIndex: 0 } },
    { messageStop: { stopReason: calls ? 'tool_use' : 'end_turn' } },
    { metadata: { usage, metrics: { latencyMs: 1 }, p: 'abc' } },
  ]
  for (const event of events) response.write(frames(event))
  response.end()
}

/** Refuses a wrong signature, and a body that Converse refuses. */
const strict: Answer = (response, request) => {
  const { body, headers, path, raw } = request
  void expectedSignature(path, headers, raw, undefined).then((expected) => {
    if (headers.authorization !== expected) {
      return refuse(response, 403, 'InvalidSignatureException', 'the signature does not match')
    }
    if (!/^\/model\/[^/]+\/converse(-stream)?$/.test(path)) {
      return refuse(response, 404, 'UnknownOperationException', '')
    }
    const broken = brokenConverseRule(body)
    if (broken !== undefined) return refuse(response, 400, 'ValidationException', broken)
    return converse(response, request)
  })
}

describe('a model by Converse', () => {
  it('answers, by the name that was asked for', async () => {
    const { gateway, upstream } = await start()
    const response = await gateway.chat({ model, messages: hello, max_tokens: 9 })
    expect(await response.json()).toMatchObject({
      model,
      choices: [{ message: { content: 'hello' }, finish_reason: 'stop' }],
      usage: { prompt_tokens: 3, completion_tokens: 2 },
    })
    expect(upstream.requests[0]?.path).toBe(`/model/${encodeURIComponent(model)}/converse`)
    expect(upstream.requests[0]?.body).toEqual({
      messages: [{ role: 'user', content: [{ text: 'hi' }] }],
      inferenceConfig: { maxTokens: 9 },
    })
  })

  it('streams', async () => {
    const { gateway, upstream } = await start()
    const text = await (await gateway.chat({ model, messages: hello, stream: true })).text()
    expect(text).toContain('"content":"he"')
    expect(text).toContain('"content":"llo"')
    expect(text).toContain(`"model":"${model}"`)
    expect(text).toContain('data: [DONE]')
    expect(upstream.requests[0]?.path).toMatch(/\/converse-stream$/)
  })

  it.each([false, true])('calls tools in a loop, streaming: %s', async (stream) => {
    const { gateway, upstream } = await start()
    const asked = { model: nova, messages: hello, tools: [tool], stream }
    const answer = await (await gateway.chat(asked)).text()
    expect(answer).toContain('tooluse_1')
    expect(answer).toContain('"finish_reason":"tool_calls"')
    const called = {
      role: 'assistant',
      tool_calls: [
        {
          id: 'tooluse_1',
          type: 'function',
          function: { name: 'get_weather', arguments: '{"city":"Oslo"}' },
        },
      ],
    }
    const result = { role: 'tool', tool_call_id: 'tooluse_1', content: 'rain' }
    const last = await (
      await gateway.chat({ ...asked, messages: [...hello, called, result] })
    ).text()
    expect(last).toContain(stream ? '"content":"llo"' : '"content":"hello"')
    expect(upstream.requests[1]?.body['messages']).toMatchObject([
      { role: 'user' },
      { role: 'assistant', content: [{ toolUse: { input: { city: 'Oslo' } } }] },
      { role: 'user', content: [{ toolResult: { toolUseId: 'tooluse_1' } }] },
    ])
  })

  it('sees images and documents, each under a name of its own', async () => {
    const { gateway } = await start()
    const file = { filename: 'a_b.pdf', file_data: 'data:application/pdf;base64,JVBERi0=' }
    const content = [
      { type: 'image_url', image_url: { url: 'data:image/png;base64,iVBORw0KGgo=' } },
      { type: 'file', file },
      { type: 'file', file },
    ]
    const response = await gateway.chat({ model: nova, messages: [{ role: 'user', content }] })
    expect(response.status).toBe(200)
  })

  it.each([
    [429, 'ThrottlingException', 'Too many tokens', 429, 'rate_limit_exceeded'],
    [400, 'ValidationException', 'broken', 400, 'invalid_request'],
    [403, 'AccessDeniedException', "You don't have access to the model", 403, 'model_not_found'],
    [403, 'InvalidSignatureException', 'no', 502, 'upstream_authentication'],
  ])('says of %i %s: %s what it is', async (status, name, message, told, code) => {
    const { gateway } = await start((response) => refuse(response, status, name, message))
    const response = await gateway.chat({ model, messages: hello })
    expect(response.status).toBe(told)
    expect(await response.json()).toMatchObject({ error: { code } })
  })

  it.each([
    [
      'an exception',
      () =>
        framed(
          { ':message-type': 'exception', ':exception-type': 'throttlingException' },
          '{"message":"slow down"}',
        ),
    ],
    ['half a frame', () => frames({ messageStop: { stopReason: 'end_turn' } }).subarray(0, 20)],
  ])('breaks off with %s', async (_, end) => {
    const { gateway } = await start((response) => {
      response.writeHead(200, { 'content-type': 'application/vnd.amazon.eventstream' })
      response.write(frames({ messageStart: { role: 'assistant' } }))
      response.write(frames({ contentBlockDelta: { delta: { text: 'he' }, contentBlockIndex: 0 } }))
      response.end(end())
    })
    const text = await (await gateway.chat({ model, messages: hello, stream: true })).text()
    expect(text).toContain('"content":"he"')
    expect(text).toContain('"error"')
  })

  it('takes fifty calls at once', async () => {
    const { gateway } = await start()
    const calls = Array.from({ length: 50 }, (_, index) =>
      gateway.chat({ model, messages: hello, stream: index % 2 === 0 }).then((each) => each.text()),
    )
    for (const text of await Promise.all(calls)) expect(text).toMatch(/"content":"(?:he|hello)"/)
  })
})

describe('Claude by Converse', () => {
  it('is asked so where the provider says so, and thinks', async () => {
    const { gateway, upstream } = await start(strict, 'Converse')
    const asked = { model: claude, messages: hello, reasoning_effort: 'low', max_tokens: 4000 }
    const response = await gateway.chat(asked)
    expect(await response.json()).toMatchObject({ choices: [{ message: { content: 'hello' } }] })
    expect(upstream.requests[0]?.path).toMatch(/\/converse$/)
    expect(upstream.requests[0]?.body['additionalModelRequestFields']).toEqual({
      thinking: { type: 'enabled', budget_tokens: 2048 },
    })
  })

  it('gets the betas of its provider among its own fields', async () => {
    const headers = [{ name: 'anthropic-beta', value: 'context-1m-2025-08-07' }]
    const { gateway, upstream } = await start(strict, 'Converse', { headers })
    const body = { model: claude, max_tokens: 10, messages: hello }
    const response = await gateway.post('/v1/messages', body)
    expect(await response.json()).toMatchObject({ content: [{ type: 'text', text: 'hello' }] })
    expect(upstream.requests[0]?.body['additionalModelRequestFields']).toEqual({
      anthropic_beta: ['context-1m-2025-08-07'],
    })
    expect(upstream.requests[0]?.headers['anthropic-beta']).toBeUndefined()
  })
})

async function start(
  answer: Answer = strict,
  claudeAPI: 'InvokeModel' | 'Converse' = 'InvokeModel',
  settings: Partial<LLMProviderSettings> = {},
) {
  const upstream = await testUpstream(answer)
  const baseURL = upstream.url.replace('/v1', '')
  const gateway = await testGateway({
    providers: [keyedProvider('bedrock', { ...bedrockType(claudeAPI), baseURL, ...settings })],
    secrets: { bedrock: credentialsFile },
  })
  return { gateway, upstream }
}

function frames(event: object): Buffer {
  return encodeConverseStream(Buffer.from(JSON.stringify(event)))
}
