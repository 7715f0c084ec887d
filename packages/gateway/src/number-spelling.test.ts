import { describe, expect, it } from 'vitest'
import { keyedProvider, personaOf, promptOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, completion, json, sse } from './test-support/upstream.ts'

const odd = '{"id":12345678901234567890,"x":1.0,"far":[-0,1e400]}'
const schema =
  '{"type":"object","properties":{"a":{"type":"integer","maximum":9223372036854775807}}}'
const tool = `{"type":"function","function":{"name":"f","parameters":${schema}}}`
const question = `{"model":"m","temperature":1.0,"messages":[{"role":"user","content":"hi"}]`
const loop = `{"model":"claude-x","messages":[{"role":"user","content":"hi"},
  {"role":"assistant","content":null,"tool_calls":[{"id":"c","type":"function",
    "function":{"name":"f","arguments":${JSON.stringify(odd)}}}]},
  {"role":"tool","tool_call_id":"c","content":"r"}],"tools":[${tool}]`

const message = `{"id":"m","type":"message","role":"assistant","model":"c","content":[{"type":"tool_use","id":"t1","name":"f","input":${odd}}],"stop_reason":"tool_use","usage":{"input_tokens":1,"output_tokens":1}}`

const event = (name: string, fields: string) =>
  `event: ${name}\ndata: {"type":"${name}"${fields}}\n\n`
const stream = (start: string, ...deltas: readonly string[]) =>
  sse(
    event(
      'message_start',
      `,"message":${message.replace(/"content":\[.*?\],"stop/, '"content":[],"stop')}`,
    ),
    event(
      'content_block_start',
      `,"index":0.0,"content_block":{"type":"tool_use","id":"t1","name":"f","input":${start}}`,
    ),
    ...deltas.map((delta) =>
      event(
        'content_block_delta',
        `,"index":0,"delta":{"type":"input_json_delta","partial_json":${JSON.stringify(delta)}}`,
      ),
    ),
    event('content_block_stop', ',"index":0'),
    event('message_delta', ',"delta":{"stop_reason":"tool_use"},"usage":{"output_tokens":7.0}'),
    event('message_stop', ''),
  )

async function gatewayFor(type: 'OpenAI' | 'Anthropic', answer: Answer) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('real', { type, baseURL: upstream.url })],
    personas: [
      personaOf('helpful', {
        tools: [{ name: 'own', description: '', parameters: {} }],
      }),
    ],
    prompts: [
      promptOf(
        'ask',
        [
          {
            version: '1',
            messages: [{ role: 'user', content: 'About {{id}} and {{list}}, {{size}}.' }],
            model: 'm',
            parameters: {
              type: 'object',
              properties: {
                id: { type: 'integer' },
                list: { type: 'array', items: { type: 'number' } },
                size: { type: 'integer', default: 7 },
              },
            },
          },
        ],
        { path: '/ask' },
      ),
    ],
    secrets: { real: 'sk' },
  })
  const sent = () => upstream.requests.at(-1)?.raw.toString('utf8')
  return { gateway, sent }
}

interface Told {
  readonly choices: readonly {
    readonly message: {
      readonly tool_calls: readonly { readonly function: { readonly arguments: string } }[]
    }
  }[]
  readonly usage: object
}

describe('numbers keep their spelling', () => {
  it('in what Anthropic is sent', async () => {
    const { gateway, sent } = await gatewayFor('Anthropic', json(200, message))
    expect((await gateway.post('/v1/chat/completions', `${loop}}`)).status).toBe(200)
    expect(sent()).toContain(`"input":${odd}`)
    expect(sent()).toContain(`"input_schema":${schema}`)
  })

  it('in a whole answer of Anthropic', async () => {
    const { gateway } = await gatewayFor('Anthropic', json(200, message))
    const response = await gateway.post('/v1/chat/completions', `${loop}}`)
    const told = (await response.json()) as Told
    expect(told.choices[0]?.message.tool_calls[0]?.function.arguments).toBe(odd)
  })

  it.each([
    ['with the start of the block', stream(odd)],
    ['in pieces', stream('{}', odd.slice(0, 15), odd.slice(15, 32), odd.slice(32))],
  ])('in a stream of Anthropic, %s', async (_, answer) => {
    const { gateway } = await gatewayFor('Anthropic', answer)
    const body = `${loop},"stream":true,"stream_options":{"include_usage":true}}`
    const text = await (await gateway.post('/v1/chat/completions', body)).text()
    const pieces = [...text.matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g)]
    expect(pieces.map(([, piece = '']) => JSON.parse(piece) as string).join('')).toBe(odd)
    expect(text).toContain('"completion_tokens":7')
  })

  it('in the tools of a caller beside those of a persona', async () => {
    const { gateway, sent } = await gatewayFor('OpenAI', json(200, completion('ok')))
    const persona = { 'x-fairlead-persona': 'helpful' }
    await gateway.post(
      '/v1/chat/completions',
      `${question},"tools":[${tool}],"vendor":${odd}}`,
      persona,
    )
    expect(sent()).toContain(schema)
    expect(sent()).toContain(`"vendor":${odd}`)
    expect(sent()).toContain('"temperature":1.0')
  })

  it.each(['OpenAI', 'Anthropic'] as const)('in a conversation with %s', async (type) => {
    const answer =
      type === 'Anthropic'
        ? message
        : JSON.stringify(
            completion('x', {
              choices: [
                {
                  index: 0,
                  finish_reason: 'tool_calls',
                  message: {
                    tool_calls: [{ id: 't1', function: { name: 'f', arguments: odd } }],
                  },
                },
              ],
            }),
          )
    const { gateway, sent } = await gatewayFor(type, json(200, answer))
    const headers = { 'x-fairlead-conversation': 'mine', 'x-fairlead-persona': 'helpful' }
    const ask = (messages: string, context: string) =>
      gateway.post(
        '/v1/chat/completions',
        `{"model":"m","messages":[${messages}],"tools":[${tool}],"context":${context}}`,
        headers,
      )
    await (await ask('{"role":"user","content":"hi"}', '{}')).text()
    const result = '{"role":"tool","tool_call_id":"t1","content":"r"}'
    const second = await ask(result, '{"expected_revision":1.0}')
    expect(second.status).toBe(200)
    await second.text()
    expect(sent()).toContain(schema)
    expect(sent()).toContain(type === 'Anthropic' ? `"input":${odd}` : JSON.stringify(odd))
  })

  it('in an item that a conversation is given', async () => {
    const { gateway } = await gatewayFor('OpenAI', json(200, completion('x')))
    const tools = `[{"name":"t","input_schema":${odd}}]`
    const item = `{"type":"mcp_list_tools","id":"mcpl_1","server_label":"s","tools":${tools}}`
    const made = await gateway.post('/v1/conversations', `{"items":[${item}]}`)
    const { id } = (await made.json()) as { id: string }
    const items = await fetch(`${gateway.url}/v1/conversations/${id}/items`)
    expect(await items.text()).toContain(tools)
  })

  it.each(['/ask', '/prompts/default/ask'])(
    'in the parameters of a prompt, at %s',
    async (path) => {
      const { gateway, sent } = await gatewayFor('OpenAI', json(200, completion('ok')))
      await gateway.post(path, '{"id":12345678901234567890,"list":[1.0,2,1e5]}')
      expect(sent()).toContain('About 12345678901234567890 and [1.0,2,1e5], 7.')
    },
  )

  it('in what a caller gives beside the parameters of a prompt', async () => {
    const { gateway, sent } = await gatewayFor('OpenAI', json(200, completion('ok')))
    await gateway.post(
      '/ask',
      `{"parameters":{"id":1.0,"list":[]},"tools":[${tool}],"vendor":${odd}}`,
    )
    expect(sent()).toContain('About 1.0 and [], 7.')
    expect(sent()).toContain(schema)
    expect(sent()).toContain(`"vendor":${odd}`)
  })

  it('checks parameters as numbers', async () => {
    const { gateway } = await gatewayFor('OpenAI', json(200, completion('ok')))
    expect((await gateway.post('/ask', '{"id":1.50}')).status).toBe(400)
  })
})
