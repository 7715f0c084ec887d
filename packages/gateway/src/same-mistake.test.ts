import { describe, expect, it } from 'vitest'
import { keyedProvider, personaOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const messages = [{ role: 'user', content: 'x' }]

/** The provider speaks the caller's dialect, so only the gateway can find the mistake. */
async function start() {
  const upstream = await testUpstream(json(200, completion('ok')))
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    personas: [personaOf('p')],
  })
  return { gateway, upstream }
}

/** The ways in which the same body reaches the one reader of calls. */
const ways: readonly (readonly [string, Readonly<Record<string, string>>])[] = [
  ['plain', {}],
  ['with a persona', { 'x-fairlead-persona': 'p' }],
  ['in a new conversation', { 'x-fairlead-conversation': 'new' }],
  ['in a named conversation', { 'x-fairlead-conversation': 'c' }],
]

describe('a mistake in a call', () => {
  it.each<[string, unknown, string, string]>([
    ['no messages', { model: 'm' }, 'messages', 'missing_required_parameter'],
    ['messages that are not a list', { model: 'm', messages: 'x' }, 'messages', 'invalid_value'],
    ['an empty list of messages', { model: 'm', messages: [] }, 'messages', 'invalid_value'],
    [
      'a message that is not an object',
      { model: 'm', messages: [7] },
      'messages[0]',
      'invalid_value',
    ],
    [
      'an unknown role',
      { model: 'm', messages: [{ role: 'bogus', content: 'x' }] },
      'messages[0].role',
      'invalid_value',
    ],
    [
      'content of a wrong type',
      { model: 'm', messages: [...messages, { role: 'user', content: 5 }] },
      'messages[1].content',
      'invalid_value',
    ],
    ['tools that are not a list', { model: 'm', messages, tools: 'no' }, 'tools', 'invalid_value'],
    [
      'a tool without a type',
      { model: 'm', messages, tools: [{}] },
      'tools[0].type',
      'missing_required_parameter',
    ],
    [
      'a stream that is not a boolean',
      { model: 'm', messages, stream: 'yes' },
      'stream',
      'invalid_value',
    ],
    [
      'options of a wrong type',
      { model: 'm', messages, stream_options: 1 },
      'stream_options',
      'invalid_value',
    ],
    ['a model of a wrong type', { model: 7, messages }, 'model', 'invalid_value'],
    ['no model', { messages }, 'model', 'missing_required_parameter'],
    [
      'an unknown field of context',
      { model: 'm', messages, context: { personna: 'p' } },
      'context.personna',
      'invalid_value',
    ],
    [
      'variables of a wrong type',
      { model: 'm', messages, context: { variables: [] } },
      'context.variables',
      'invalid_value',
    ],
  ])('is reported alike whatever follows: %s', async (_, body, param, code) => {
    const { gateway, upstream } = await start()
    const answers = await Promise.all(
      ways.map(async ([, headers]) => {
        const response = await gateway.chat(body as object, headers)
        return { status: response.status, error: await response.json() }
      }),
    )
    const [first] = answers
    expect(first).toMatchObject({ status: 400, error: { error: { code, param } } })
    for (const answer of answers) expect(answer).toEqual(first)
    expect(upstream.requests).toEqual([])
  })

  it('leaves no conversation behind', async () => {
    const { gateway } = await start()
    await gateway.chat({ model: 'm', messages: [] }, { 'x-fairlead-conversation': 'c' })
    expect((await fetch(`${gateway.url}/v1/conversations/c`)).status).toBe(404)
  })
})

describe('a mistake in a message', () => {
  const limits = { model: 'm', max_tokens: 10 }

  it.each<[string, unknown, string, string]>([
    ['no messages', limits, 'messages', 'missing_required_parameter'],
    ['an empty list of messages', { ...limits, messages: [] }, 'messages', 'invalid_value'],
    [
      'an unknown role',
      { ...limits, messages: [{ role: 'tool', content: 'x' }] },
      'messages[0].role',
      'invalid_value',
    ],
    [
      'content of a wrong type',
      { ...limits, messages: [...messages, { role: 'user', content: 5 }] },
      'messages[1].content',
      'invalid_value',
    ],
    ['no limit', { model: 'm', messages }, 'max_tokens', 'missing_required_parameter'],
    ['a negative limit', { model: 'm', max_tokens: -1, messages }, 'max_tokens', 'invalid_value'],
    ['tools that are not a list', { ...limits, messages, tools: {} }, 'tools', 'invalid_value'],
    [
      'a tool without a schema',
      { ...limits, messages, tools: [{ name: 'f' }] },
      'tools[0].input_schema',
      'missing_required_parameter',
    ],
    ['a stream that is no boolean', { ...limits, messages, stream: 1 }, 'stream', 'invalid_value'],
    [
      'an unknown field of context',
      { ...limits, messages, context: { personna: 'p' } },
      'context.personna',
      'invalid_value',
    ],
  ])('is reported alike whatever follows: %s', async (_, body, param, code) => {
    const upstream = await testUpstream(json(200, {}))
    const gateway = await testGateway({
      providers: [keyedProvider('anthropic', { baseURL: upstream.url, type: 'Anthropic' })],
      secrets: { anthropic: 'sk' },
      personas: [personaOf('p')],
    })
    const answers = await Promise.all(
      ways.map(async ([, headers]) => {
        const response = await gateway.post('/v1/messages', body, headers)
        const { request_id: _id, ...error } = (await response.json()) as Record<string, unknown>
        return { status: response.status, error }
      }),
    )
    const [first] = answers
    const details = { error_code: code, param }
    expect(first).toMatchObject({
      status: 400,
      error: { type: 'error', error: { type: 'invalid_request_error', details } },
    })
    for (const answer of answers) expect(answer).toEqual(first)
    expect(upstream.requests).toEqual([])
  })
})
