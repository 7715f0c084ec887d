import OpenAI from 'openai'
import type { FormatSettings, TransformSettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { guardOf, guardrailOf } from './test-support/guardrail-policy.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

type Change = TransformSettings['change']

const schema = {
  type: 'object',
  properties: { name: { type: 'string' }, age: { type: 'integer' } },
  required: ['name', 'age'],
}
const response_format = { type: 'json_schema' as const, json_schema: { name: 'person', schema } }
const messages = [{ role: 'user' as const, content: 'Who is it?' }]

const format = (parts: Partial<FormatSettings> = {}): FormatSettings => ({
  type: 'Format',
  schema: undefined,
  repair: true,
  retries: 1,
  model: undefined,
  onFailure: 'Fail',
  ...parts,
})

async function transforming(answer: Answer, change: Change, guards = [guardOf('pii')]) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { type: 'OpenAICompatible', baseURL: upstream.url })],
    guardrailPolicies: [guardrailOf('shape', { guards, transforms: [{ name: 'it', change }] })],
    secrets: { openai: 'sk' },
  })
  const client = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1`, maxRetries: 0 })
  return { gateway, upstream, client }
}

/** Answers one after the other; the last one again. */
function inTurn(...answers: readonly Answer[]): Answer {
  let next = 0
  return (response, request) => {
    answers[Math.min(next++, answers.length - 1)]?.(response, request)
  }
}

describe('the format of an answer', () => {
  it.each([
    ['right', '{"name": "Ada", "age": 36}', '{"name": "Ada", "age": 36}'],
    ['in a fence', 'Here:\n```json\n{"name": "Ada", "age": 36}\n```', '{"name": "Ada", "age": 36}'],
    ['almost right', '{"name": "Ada", "age": 36,}', '{"name": "Ada", "age": 36}'],
  ])('is kept where it is %s, whole and streamed', async (_, given, expected) => {
    const whole = await transforming(json(200, completion(given)), format())
    const answer = await whole.client.chat.completions.create({
      model: 'm',
      messages,
      response_format,
    })
    expect(answer.choices[0]?.message.content).toBe(expected)
    expect(whole.upstream.requests).toHaveLength(1)

    const streamed = await transforming(sse(...chunks(given.split(/(?<=.)/u))), format())
    const stream = await streamed.client.chat.completions.create({
      model: 'm',
      messages,
      response_format,
      stream: true,
    })
    let text = ''
    for await (const chunk of stream) text += chunk.choices[0]?.delta.content ?? ''
    expect(text).toBe(expected)
  })

  it('is asked for once more, in a call of its own', async () => {
    const answers = inTurn(
      json(200, completion('{"name": "Ada"}')),
      json(200, completion('{"name": "Ada", "age": 36}')),
    )
    const { client, gateway, upstream } = await transforming(answers, format({ model: 'fixer' }))
    const { data: answer, response } = await client.chat.completions
      .create({ model: 'm', messages, response_format })
      .withResponse()
    expect(answer.choices[0]?.message.content).toBe('{"name": "Ada", "age": 36}')
    expect(response.status).toBe(200)
    const again = upstream.requests[1]
    expect(again?.body['model']).toBe('fixer')
    expect(again?.raw.toString()).toContain('must have the field')
    expect(again?.raw.toString()).not.toContain('Who is it?')
    expect(gateway.logs.some(({ fields }) => fields['purpose'] === 'format')).toBe(true)
  })

  it.each([
    ['Fail', 502, 'format_not_met'],
    ['Pass', 200, 'nobody'],
  ] as const)('that is never met does what %s says', async (onFailure, status, text) => {
    const { gateway, upstream } = await transforming(
      json(200, completion('It is nobody.')),
      format({ onFailure, retries: 2 }),
    )
    const response = await gateway.post('/v1/chat/completions', {
      model: 'm',
      messages,
      response_format,
    })
    expect([response.status, await response.text()]).toEqual([
      status,
      expect.stringContaining(text),
    ])
    expect(upstream.requests).toHaveLength(3)
    const verdicts = await gateway.registry.getSingleMetricAsString(
      'fairlead_guardrail_verdicts_total',
    )
    expect(verdicts).toContain(
      `{policy="default/shape",guard="it",phase="Output",action="${onFailure}"} 1`,
    )
  })

  it('that is never met ends a stream with an error, and no text', async () => {
    const answer = sse(...chunks(['It is ', 'nobody.']))
    const { gateway } = await transforming(answer, format({ retries: 0 }))
    const response = await gateway.post('/v1/chat/completions', {
      model: 'm',
      messages,
      response_format,
      stream: true,
    })
    const sent = await response.text()
    expect(sent).toContain('format_not_met')
    expect(sent).not.toContain('nobody')
  })

  it('is left alone where nobody asks for one', async () => {
    const { gateway } = await transforming(json(200, completion('It is nobody.')), format())
    const response = await gateway.chat({ model: 'm', messages })
    expect(await response.text()).toContain('It is nobody.')
  })

  it('of the policy is told to the model', async () => {
    const { gateway, upstream } = await transforming(
      json(200, completion('{"name": "Ada", "age": 36}')),
      format({ schema }),
    )
    const response = await gateway.chat({ model: 'm', messages })
    expect(response.status).toBe(200)
    expect(upstream.requests[0]?.body['response_format']).toMatchObject({
      type: 'json_schema',
      json_schema: { schema },
    })
  })

  it('is refused where it cannot be enforced', async () => {
    const { gateway, upstream } = await transforming(json(200, completion('{}')), format())
    const response = await gateway.post('/v1/chat/completions', {
      model: 'm',
      messages,
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'n', schema: { unevaluatedProperties: false } },
      },
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param: 'response_format' } })
    expect(upstream.requests).toEqual([])
  })

  it('that is not met is told without what guards do not let pass', async () => {
    const { gateway } = await transforming(
      json(200, completion('{"ada@example.com": 1}')),
      format({ retries: 0, schema: { additionalProperties: false } }),
    )
    const response = await gateway.chat({ model: 'm', messages })
    const told = await response.text()
    expect([response.status, told.includes('ada@')]).toEqual([502, false])
    expect(told).toContain('[EMAIL_1]')
  })

  it('is looked at by guards when it is met', async () => {
    const answers = inTurn(
      json(200, completion('{"name": "Ada"}')),
      json(200, completion('{"name": "ada@example.com", "age": 1}')),
    )
    const { client } = await transforming(answers, format())
    const answer = await client.chat.completions.create({ model: 'm', messages, response_format })
    expect(answer.choices[0]?.message.content).toBe('{"name": "[EMAIL_1]", "age": 1}')
  })
})

describe('the length of an answer', () => {
  it.each([
    [5, 'Hello', 'length'],
    [12, 'Hello 😀 yo', 'stop'],
    [7, 'Hello ', 'length'],
  ])('is at most %d characters', async (maxCharacters, text, reason) => {
    const change = { type: 'Length', maxCharacters } as const
    const given = 'Hello 😀 yo'
    const whole = await transforming(json(200, completion(given)), change)
    const answer = await whole.client.chat.completions.create({ model: 'm', messages })
    expect(answer.choices[0]).toMatchObject({ message: { content: text }, finish_reason: reason })

    const streamed = await transforming(sse(...chunks(given.split(/(?<=.)/u))), change)
    const stream = await streamed.client.chat.completions.create({
      model: 'm',
      messages,
      stream: true,
    })
    let sent = ''
    let ended = ''
    for await (const { choices } of stream) {
      sent += choices[0]?.delta.content ?? ''
      ended = choices[0]?.finish_reason ?? ended
    }
    expect([sent, ended]).toEqual([text, reason])
  })
})

describe('what a model thought', () => {
  const thinking = {
    type: 'message',
    id: 'msg_1',
    role: 'assistant',
    model: 'claude',
    content: [
      { type: 'thinking', thinking: 'The user is rude.', signature: 'sig' },
      { type: 'text', text: 'Hello.' },
    ],
    stop_reason: 'end_turn',
    stop_sequence: null,
    usage: { input_tokens: 1, output_tokens: 1 },
  }

  it('is left out', async () => {
    const upstream = await testUpstream(json(200, thinking))
    const gateway = await testGateway({
      providers: [keyedProvider('anthropic', { type: 'Anthropic', baseURL: upstream.url })],
      guardrailPolicies: [
        guardrailOf('shape', {
          guards: [],
          transforms: [{ name: 'quiet', change: { type: 'StripReasoning' } }],
        }),
      ],
      secrets: { anthropic: 'sk' },
    })
    const response = await gateway.post('/v1/messages', { model: 'm', max_tokens: 99, messages })
    const sent = await response.text()
    expect(sent).toContain('Hello.')
    expect(sent).not.toContain('rude')
    expect(sent).not.toContain('sig')
  })
})
