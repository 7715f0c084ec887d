import { describe, expect, it } from 'vitest'
import { keyedProvider, personaOf, promptOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

async function start() {
  const upstream = await testUpstream(json(200, completion('ok')))
  const gateway = await testGateway({
    gateway: { limits: { ...limits, maxMessages: 3, maxTools: 2 } },
    providers: [keyedProvider('openai', { baseURL: upstream.url })],
    secrets: { openai: 'sk' },
    personas: [personaOf('p')],
    prompts: [
      promptOf('ask', [
        {
          version: '1',
          model: 'known',
          messages: [{ role: 'user', content: '{{Model}}' }],
          parameters: {
            type: 'object',
            required: ['Model'],
            properties: { Model: { type: 'string' } },
          },
        },
      ]),
    ],
  })
  return { gateway, upstream }
}

const limits = {
  maxRequestBytes: 10_000_000,
  maxBufferedBytes: 100_000_000,
  maxResponseBytes: 10_000_000,
  requestTimeoutMs: 5000,
  firstTokenTimeoutMs: 5000,
  maxMessages: 10_000,
  maxTools: 1024,
  maxDepth: 128,
  maxConcurrentRequests: 10,
}

const messages = '"messages":[{"role":"user","content":"x"}]'
const ways: readonly Readonly<Record<string, string>>[] = [
  {},
  { 'x-fairlead-persona': 'p' },
  { 'x-fairlead-conversation': 'c' },
]
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`

describe('a body that two readers could read in two ways', () => {
  it.each<[string, string, string]>([
    ['a field twice', `{"model":"a",${messages},"model":"b"}`, 'model'],
    ['an escaped name', `{"model":"a",${messages},"m\\u006fdel":"b"}`, 'model'],
    ['another case', `{"model":"a",${messages},"Model":"b"}`, 'model'],
    ['another case alone', `{"MODEL":"b",${messages}}`, 'model'],
    ['a long s', `{"model":"a",${messages},"me\u017fsages":[]}`, 'messages'],
    ['an escaped long s', `{"model":"a",${messages},"\\u017fystem":"x"}`, 'system'],
    ['a Kelvin sign', `{"model":"a",${messages},"max_to\u212aens":9}`, 'max_tokens'],
    ['a sharp s', `{"model":"a",${messages},"me\u00dfages":[]}`, 'messages'],
    ['a ligature', `{"model":"a",${messages},"\ufb06ream":true}`, 'stream'],
    ['an i without a dot', `{"model":"a",${messages},"funct\u0131ons":[]}`, 'functions'],
    ['an i with a dot', `{"model":"a",${messages},"funct\u0130ons":[]}`, 'functions'],
    ['a name that C cuts', `{"model":"a",${messages},"model\\u0000x":"b"}`, 'model'],
    ['a stream twice', `{"model":"a","stream":false,"stream":true,${messages}}`, 'stream'],
    [
      'content twice',
      `{"model":"a","messages":[{"role":"user","content":"x"},{"role":"user","content":"x","content":"y"}]}`,
      'messages[1].content',
    ],
    [
      'a role in another case',
      `{"model":"a","messages":[{"role":"user","Role":"system","content":"x"}]}`,
      'messages[0].role',
    ],
    [
      'text of a part twice',
      `{"model":"a","messages":[{"role":"user","content":[{"type":"text","text":"x","text":"y"}]}]}`,
      'messages[0].content[0].text',
    ],
    [
      'a name of a function twice',
      `{"model":"a",${messages},"tools":[{"type":"function","function":{"name":"a","name":"b"}}]}`,
      'tools[0].function.name',
    ],
    [
      'options of the stream twice',
      `{"model":"a",${messages},"stream_options":{"include_usage":false,"include_usage":true}}`,
      'stream_options.include_usage',
    ],
  ])('is refused: %s', async (_, body, param) => {
    const { gateway, upstream } = await start()
    for (const headers of ways) {
      const response = await gateway.post('/v1/chat/completions', body, headers)
      expect(response.status).toBe(400)
      expect(await response.json()).toMatchObject({ error: { code: 'duplicate_field', param } })
    }
    expect(upstream.requests).toEqual([])
  })

  it('is one whose bytes are not UTF-8, too', async () => {
    const { gateway } = await start()
    const response = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from(`{"model":"a","model\xff":"b",${messages}}`, 'latin1'),
    })
    expect(await response.json()).toMatchObject({ error: { code: 'invalid_json' } })
  })

  it('is also refused where a prompt is filled in, but not for names of its parameters', async () => {
    const { gateway, upstream } = await start()
    const path = '/prompts/default/ask'
    expect((await gateway.post(path, '{"Model":"Golf","model":"x"}')).status).toBe(200)
    expect((await gateway.post(path, '{"parameters":{"Model":"Golf"}}')).status).toBe(200)
    const refused = await gateway.post(path, '{"parameters":{"Model":"Golf"},"Model":"dear"}')
    expect(await refused.json()).toMatchObject({ error: { code: 'duplicate_field' } })
    expect(upstream.requests).toHaveLength(2)
  })

  it('is not one with names that mean nothing here, or in schemas', async () => {
    const { gateway, upstream } = await start()
    const body = `{"model":"a",${messages},"x":1,"X":2,"x":3,"__proto__":{"model":"b"},"constructor":1,"tools":[{"type":"function","function":{"name":"f","parameters":{"type":"object","properties":{"Name":{},"name":{}}}}}]}`
    expect((await gateway.post('/v1/chat/completions', body)).status).toBe(200)
    expect(upstream.requests[0]?.raw.toString()).toBe(body)
  })
})

describe('a body beyond a limit', () => {
  it.each<[string, string, string, string | null]>([
    [
      'too many messages',
      `{"model":"a","messages":[${'{"role":"user","content":"x"},'.repeat(3)}{"role":"user","content":"x"}]}`,
      'too_many_messages',
      'messages',
    ],
    [
      'too many tools',
      `{"model":"a",${messages},"tools":[1,2],"functions":[3]}`,
      'too_many_tools',
      'tools',
    ],
    ['nested too deep', `{"model":"a",${messages},"metadata":${nested(128)}}`, 'too_deep', 'body'],
    [
      'nested beyond any stack',
      `{"model":"a",${messages},"x":${nested(1_000_000)}}`,
      'too_deep',
      'body',
    ],
    ['lists without an end', `{"x":${'['.repeat(3_000_000)}`, 'invalid_json', null],
    [
      'more fields than any API has',
      `{"model":"a",${messages}${Array.from({ length: 1000 }, (_, n) => `,"f${n}":1`).join('')}}`,
      'invalid_value',
      'body',
    ],
    [
      'a long name of a model',
      `{"model":"${'m'.repeat(257)}",${messages}}`,
      'invalid_value',
      'model',
    ],
    ['half a character in it', `{"model":"\\ud83d",${messages}}`, 'invalid_value', 'model'],
    ['a control character in it', `{"model":"a\\r\\nb",${messages}}`, 'invalid_value', 'model'],
    [
      'a long name of a persona',
      `{"model":"a",${messages},"context":{"persona":"${'p'.repeat(513)}"}}`,
      'invalid_value',
      'context.persona',
    ],
  ])('is refused: %s', async (_, body, code, param) => {
    const { gateway, upstream } = await start()
    const response = await gateway.post('/v1/chat/completions', body)
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code, param } })
    expect(upstream.requests).toEqual([])
  })

  it('is not one at the limit', async () => {
    const { gateway } = await start()
    const body = `{"model":"${'🌍'.repeat(128)}",${messages},"metadata":${nested(127)}}`
    expect((await gateway.post('/v1/chat/completions', body)).status).toBe(200)
  })

  it('gets an error that is short, whatever it quotes', async () => {
    const { gateway } = await start()
    const long = 'x'.repeat(1_000_000)
    const body = `{"model":"a",${messages},"tool_choice":"${long}","context":{"${long}":1}}`
    const response = await gateway.post('/v1/chat/completions', body)
    expect(response.status).toBe(400)
    expect((await response.text()).length).toBeLessThan(6000)
  })
})
