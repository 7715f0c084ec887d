import Anthropic from '@anthropic-ai/sdk'
import { isJsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { gatewayError } from './errors/gateway-error.ts'
import type { CallPolicy } from './policies/call-policy.ts'
import { brokenAnthropicRule } from './test-support/fuzz/anthropic-rules.ts'
import {
  consumerOf,
  keyedProvider,
  providerOf,
  routeOf,
  simulatorOf,
} from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, completion, json, sse } from './test-support/upstream.ts'

// Claude Code sends requests of this shape: https://code.claude.com/docs/en/llm-gateway

const betas = 'claude-code-20250219,interleaved-thinking-2025-05-14,context-management-2025-06-27'
const mark = { cache_control: { type: 'ephemeral' } } as const
const longName = `mcp__a_server__${'with_a_very_long_name_'.repeat(3)}tool`

const tools = [
  ...['Read', 'Edit', 'Bash', 'Glob', 'Grep'].map((name) => ({
    name,
    description: `the tool ${name}`,
    input_schema: {
      $schema: 'https://json-schema.org/draft/2020-12/schema',
      type: 'object' as const,
      properties: { path: { type: 'string', minLength: 1 } },
      additionalProperties: false,
    },
    eager_input_streaming: true,
  })),
  { name: longName, input_schema: { type: 'object' as const }, ...mark },
]

const request = {
  model: 'claude-sonnet-5',
  max_tokens: 8000,
  system: [
    { type: 'text' as const, text: 'You are Claude Code.', ...mark },
    { type: 'text' as const, text: 'Be brief.', ...mark },
  ],
  messages: [
    {
      role: 'user' as const,
      content: [
        { type: 'text' as const, text: '<system-reminder>today</system-reminder>' },
        { type: 'text' as const, text: 'please call Read', ...mark },
      ],
    },
  ],
  tools,
  thinking: { type: 'adaptive' as const },
  output_config: { effort: 'high' as const },
  context_management: { edits: [{ type: 'clear_thinking_20251015', keep: 'all' }] },
  metadata: { user_id: 'user_1_account__session_2' },
}

const sealed = { type: 'thinking', thinking: 'hm', signature: 'c2VhbA==' }

/** An Anthropic that is as strict as the real one, and thinks before each call. */
const strictAnthropic: Answer = (response, { body, path }) => {
  const broken = brokenAnthropicRule(
    path?.endsWith('count_tokens') ? { max_tokens: 1, ...body } : body,
    true,
  )
  if (broken !== undefined) {
    const error = { type: 'invalid_request_error', message: broken }
    return json(400, { type: 'error', error, request_id: 'req_up' })(response, {} as never)
  }
  if (path?.endsWith('count_tokens'))
    return json(200, { input_tokens: 4321 })(response, {} as never)
  const asked = JSON.stringify(body['messages'])
  const content = asked.includes('tool_result')
    ? [sealed, { type: 'text', text: 'done' }]
    : [sealed, { type: 'tool_use', id: 'toolu_1', name: 'Read', input: { path: 'a' } }]
  const message = {
    id: 'msg_1',
    type: 'message',
    role: 'assistant',
    model: body['model'],
    content,
    stop_reason: asked.includes('tool_result') ? 'end_turn' : 'tool_use',
    stop_sequence: null,
    usage: { input_tokens: 5, output_tokens: 6, cache_read_input_tokens: 7 },
  }
  response.setHeader('request-id', 'req_up')
  response.setHeader('anthropic-ratelimit-input-tokens-remaining', '99')
  return json(200, message)(response, {} as never)
}

function sdkOf(url: string, options: object = {}): Anthropic {
  return new Anthropic({
    baseURL: url,
    apiKey: 'good',
    maxRetries: 0,
    defaultHeaders: { 'anthropic-beta': betas, 'anthropic-version': '2023-06-01' },
    ...options,
  })
}

async function overAnthropic(parts: object = {}) {
  const upstream = await testUpstream(strictAnthropic)
  const gateway = await testGateway({
    providers: [keyedProvider('anthropic', { baseURL: upstream.url, type: 'Anthropic' })],
    secrets: { anthropic: 'sk-ant', app: 'good' },
    ...parts,
  })
  return { gateway, sdk: sdkOf(gateway.url), upstream }
}

/** The answer to a call of the first tool, as an agent sends it. */
function nextTurn(content: unknown) {
  const results = (content as { type: string; id?: string }[])
    .filter(({ type }) => type === 'tool_use')
    .map(({ id }) => ({ type: 'tool_result' as const, tool_use_id: id ?? '', content: 'a file' }))
  return {
    ...request,
    messages: [
      ...request.messages,
      { role: 'assistant' as const, content: content as never },
      { role: 'user' as const, content: results },
    ],
  }
}

describe('a coding agent that speaks Messages', () => {
  it('reaches Anthropic with every byte, its version and its betas', async () => {
    const { sdk, upstream } = await overAnthropic()
    const { data, response } = await sdk.messages.create(request).withResponse()
    expect(data.content[0]).toEqual(sealed)
    expect(response.headers.get('request-id')).toBe('req_up')
    expect(response.headers.get('anthropic-ratelimit-input-tokens-remaining')).toBe('99')
    const [sent] = upstream.requests
    expect(sent?.path).toBe('/v1/messages')
    expect(sent?.body).toEqual(request)
    expect(sent?.headers).toMatchObject({
      'anthropic-beta': betas,
      'anthropic-version': '2023-06-01',
      'x-api-key': 'sk-ant',
    })
    const done = await sdk.messages.create(nextTurn(data.content))
    expect(done.stop_reason).toBe('end_turn')
  })

  it('has its tokens counted there', async () => {
    const { sdk, upstream } = await overAnthropic()
    const { max_tokens: _, metadata: _metadata, context_management: _context, ...counted } = request
    expect(await sdk.messages.countTokens(counted)).toEqual({ input_tokens: 4321 })
    expect(upstream.requests[0]?.path).toBe('/v1/messages/count_tokens')
    expect(upstream.requests[0]?.body).toEqual(counted)
    const wrong = sdk.messages.countTokens({
      ...counted,
      messages: [{ role: 'user', content: ' ' }],
    })
    await expect(wrong).rejects.toMatchObject({ status: 400, type: 'invalid_request_error' })
  })

  it('has them counted only where a further call may run', async () => {
    const policy = (): CallPolicy => ({
      name: 'closed',
      stage: 'arrival',
      enter: () => {
        throw gatewayError.tooManyCalls()
      },
    })
    const { sdk, upstream } = await overAnthropic({ options: { policies: [policy] } })
    const { max_tokens: _, metadata: _metadata, context_management: _context, ...counted } = request
    await expect(sdk.messages.countTokens(counted)).rejects.toMatchObject({ status: 529 })
    expect(upstream.requests).toEqual([])
  })

  it('gives the permit for a count back', async () => {
    const settled: string[] = []
    const policy = (): CallPolicy => ({
      name: 'open',
      stage: 'arrival',
      enter: () => ({ settle: () => void settled.push('once') }),
    })
    const { sdk } = await overAnthropic({ options: { policies: [policy] } })
    const { max_tokens: _, metadata: _metadata, context_management: _context, ...counted } = request
    await sdk.messages.countTokens(counted)
    expect(settled).toEqual(['once'])
  })

  it('has them estimated elsewhere, and is told so', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const sdk = sdkOf(gateway.url)
    const count = (content: string) =>
      sdk.messages.countTokens({ model: 'm', messages: [{ role: 'user', content }] })
    const short = await count('hi')
    expect(short).toMatchObject({ estimated: true })
    const long = await count('word '.repeat(1000))
    expect(long.input_tokens - short.input_tokens).toBeGreaterThan(1000)
    await expect(sdk.messages.countTokens({ model: 'm', messages: [] })).rejects.toMatchObject({
      status: 400,
    })
  })

  it('has them estimated where the provider fails', async () => {
    const upstream = await testUpstream(json(500, {}))
    const gateway = await testGateway({
      providers: [keyedProvider('anthropic', { baseURL: upstream.url, type: 'Anthropic' })],
      secrets: { anthropic: 'sk-ant' },
    })
    const count = await sdkOf(gateway.url).messages.countTokens({
      model: 'm',
      messages: [{ role: 'user', content: 'hi' }],
    })
    expect(count).toMatchObject({ estimated: true })
  })

  it('keeps its thinking in a conversation, where the request is written anew', async () => {
    const { sdk, upstream } = await overAnthropic()
    const headers = { 'x-fairlead-conversation': 'c' }
    const first = await sdk.messages.create(request, { headers })
    const results = nextTurn(first.content).messages.slice(-1)
    const second = await sdk.messages.create({ ...request, messages: results }, { headers })
    expect(second.stop_reason).toBe('end_turn')
    const sent = upstream.requests[1]?.body['messages']
    expect(sent).toMatchObject([
      request.messages[0],
      { role: 'assistant', content: [sealed, { type: 'tool_use', id: 'toolu_1' }] },
      { role: 'user', content: [{ type: 'tool_result', tool_use_id: 'toolu_1' }] },
    ])
    expect(upstream.requests[1]?.body).toMatchObject({
      thinking: request.thinking,
      system: request.system,
      context_management: request.context_management,
    })
  })

  it('passes its own subscription on beside the key of the gateway', async () => {
    const upstream = await testUpstream(strictAnthropic)
    const gateway = await testGateway({
      gateway: { auth: 'Required' },
      providers: [
        providerOf('anthropic', {
          type: 'Anthropic',
          baseURL: upstream.url,
          authentication: { source: 'Caller' },
        }),
      ],
      consumers: [consumerOf('app')],
      secrets: { app: 'good' },
    })
    const sdk = sdkOf(gateway.url, {
      apiKey: null,
      authToken: 'of-a-subscription',
      defaultHeaders: { 'x-fairlead-key': 'good' },
    })
    await sdk.messages.create(request)
    await sdk.messages.countTokens({ model: 'm', messages: request.messages })
    for (const { headers } of upstream.requests) {
      expect(headers.authorization).toBe('Bearer of-a-subscription')
      expect(headers['x-api-key']).toBeUndefined()
      expect(headers['x-fairlead-key']).toBeUndefined()
    }
    expect(upstream.requests).toHaveLength(2)
  })

  it('reaches OpenAI, with what OpenAI knows', async () => {
    const upstream = await testUpstream(json(200, completion('hello')))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      routes: [
        routeOf('r', [{ provider: 'openai', model: 'gpt' }], { match: { models: ['claude-*'] } }),
      ],
      secrets: { openai: 'sk' },
    })
    const { data, response } = await sdkOf(gateway.url).messages.create(request).withResponse()
    expect(data.content).toMatchObject([{ type: 'text', text: 'hello' }])
    expect(response.headers.get('request-id')).toMatch(/^req_/)
    const [sent] = upstream.requests
    expect(sent?.headers['anthropic-beta']).toBeUndefined()
    expect(sent?.body).toMatchObject({ model: 'gpt', reasoning_effort: 'high' })
    expect(JSON.stringify(sent?.body)).not.toMatch(/cache_control|context_management|eager_input/)
  })

  it('has tools whose names are too long for OpenAI, and gets calls under its own names', async () => {
    const upstream = await testUpstream((response, { body }) => {
      const declared = body['tools'] as { function: { name: string } }[]
      const name = declared.at(-1)?.function.name ?? ''
      const call = { id: 'c', type: 'function', function: { name, arguments: '{}' } }
      const told = { role: 'assistant', content: null, tool_calls: [{ index: 0, ...call }] }
      const choice = { index: 0, finish_reason: 'tool_calls' }
      const answer =
        body['stream'] === true
          ? sse(
              `data: ${JSON.stringify({ ...completion(''), choices: [{ ...choice, delta: told }] })}\n\n`,
              'data: [DONE]\n\n',
            )
          : json(200, completion('', { choices: [{ ...choice, message: told }] }))
      answer(response, {} as never)
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const sdk = sdkOf(gateway.url)
    const whole = await sdk.messages.create({
      ...request,
      tool_choice: { type: 'tool', name: longName },
    })
    expect(whole.content).toMatchObject([{ type: 'tool_use', name: longName }])
    const streamed = await sdk.messages.stream(nextTurn(whole.content)).finalMessage()
    expect(streamed.content).toMatchObject([{ type: 'tool_use', name: longName }])
    for (const { body } of upstream.requests) {
      const names = JSON.stringify(body).match(/"name":"mcp__[^"]*"/g) ?? []
      expect(new Set(names).size).toBe(1)
      expect(names.length).toBe(2)
      expect(names[0]?.length).toBe('"name":""'.length + 64)
    }
  })

  it('sees its own names in a conversation too, where answers pass', async () => {
    const name = 'with.a.dot'
    const call = { id: 'c', type: 'function', function: { name, arguments: '{}' } }
    const message = { role: 'assistant', content: null, tool_calls: [call] }
    const choices = [{ index: 0, message, finish_reason: 'tool_calls' }]
    const upstream = await testUpstream(json(200, completion('', { choices })))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
    })
    const tool = { type: 'function', function: { name } }
    const asked = { model: 'm', messages: [{ role: 'user', content: 'x' }], tools: [tool] }
    const answer = await gateway.chat(asked, { 'x-fairlead-conversation': 'c' })
    expect(await answer.json()).toMatchObject({ choices: [{ message: { tool_calls: [call] } }] })
    expect(upstream.requests[0]?.body['tools']).toEqual([tool])
  })

  it('goes on with Anthropic after another provider has answered', async () => {
    const openai = await testUpstream(json(200, completion('from another')))
    const anthropic = await testUpstream(strictAnthropic)
    const gateway = await testGateway({
      providers: [
        keyedProvider('openai', { baseURL: openai.url }),
        keyedProvider('anthropic', { baseURL: anthropic.url, type: 'Anthropic' }),
      ],
      routes: [
        routeOf('other', [{ provider: 'openai' }], { match: { models: ['gpt'] } }),
        routeOf('r', [{ provider: 'anthropic' }], { match: { models: ['claude-*'] } }),
      ],
      secrets: { openai: 'sk', anthropic: 'sk-ant' },
    })
    const sdk = sdkOf(gateway.url)
    // As the surface writes what another maker sealed, or did not.
    const foreign = [
      { type: 'thinking' as const, thinking: 'hm', signature: '' },
      {
        type: 'redacted_thinking' as const,
        data: Buffer.from('fairlead:openai-responses:encrypted_content:x').toString('base64'),
      },
      { type: 'text' as const, text: 'from another' },
    ]
    const answer = await sdk.messages.create({
      ...request,
      messages: [
        ...request.messages,
        { role: 'assistant', content: foreign },
        { role: 'user', content: 'go on' },
      ],
    })
    expect(answer.stop_reason).toBe('tool_use')
    const sent = anthropic.requests[0]?.body
    expect(isJsonObject(sent) && sent['messages']).toMatchObject([
      request.messages[0],
      { role: 'assistant', content: [{ type: 'text', text: 'from another' }] },
      { role: 'user', content: [{ type: 'text', text: 'go on' }] },
    ])
  })

  it('runs its loop with the Simulator', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('simulator')] })
    const sdk = sdkOf(gateway.url)
    const called = await sdk.messages.stream(request).finalMessage()
    expect(called.stop_reason).toBe('tool_use')
    const done = await sdk.messages.stream(nextTurn(called.content)).finalMessage()
    expect(done.content.at(-1)).toMatchObject({ type: 'text' })
    expect(JSON.stringify(done.content)).toContain('The tool answered')
  })
})
