import Anthropic from '@anthropic-ai/sdk'
import OpenAI from 'openai'
import type { GuardrailPolicySettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { guardOf, guardrailOf } from './test-support/guardrail-policy.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

const address = 'ada@example.com'

async function guarded(answer: Answer, ...policies: readonly Partial<GuardrailPolicySettings>[]) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [
      keyedProvider('openai', { type: 'OpenAICompatible', baseURL: upstream.url, models: [] }),
    ],
    guardrailPolicies: policies.map((parts, index) => guardrailOf(`p${index + 1}`, parts)),
    secrets: { openai: 'sk' },
  })
  return { gateway, upstream }
}

const rejecting = { guards: [guardOf('no-mail', { action: { type: 'Reject' } })] }

/** The same question in every API of chats, with its address in the prompt. */
const questions: readonly (readonly [string, object])[] = [
  [
    '/v1/chat/completions',
    { model: 'm', messages: [{ role: 'user', content: `I am ${address}` }] },
  ],
  ['/v1/responses', { model: 'm', store: false, input: `I am ${address}` }],
  ['/v1/completions', { model: 'm', prompt: `I am ${address}` }],
  [
    '/v1/messages',
    { model: 'm', max_tokens: 9, messages: [{ role: 'user', content: `I am ${address}` }] },
  ],
  [
    '/v1beta/models/m:generateContent',
    { contents: [{ role: 'user', parts: [{ text: `I am ${address}` }] }] },
  ],
  [
    '/api/chat',
    { model: 'm', stream: false, messages: [{ role: 'user', content: `I am ${address}` }] },
  ],
  ['/api/generate', { model: 'm', stream: false, prompt: `I am ${address}` }],
]

describe('what a caller sends', () => {
  it.each(questions)('is masked before a provider sees it: %s', async (path, body) => {
    const { gateway, upstream } = await guarded(json(200, completion('ok')), {})
    const response = await gateway.post(path, body)
    expect([response.status, await response.text()]).toEqual([200, expect.stringContaining('ok')])
    const [seen] = upstream.requests
    expect(seen?.raw.toString()).not.toContain(address)
    expect(seen?.raw.toString()).toContain('I am [EMAIL_1]')
    expect(response.headers.get('x-fairlead-guardrails')).toBe(
      'default/p1;guard=pii;phase=Input;action=Mask;findings=1',
    )
  })

  it.each(questions)('is rejected before a provider sees it: %s', async (path, body) => {
    const { gateway, upstream } = await guarded(json(200, completion('ok')), rejecting)
    const response = await gateway.post(path, body)
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('This request was blocked by policy.')
    expect(upstream.requests).toEqual([])
    const verdicts = await gateway.registry.getSingleMetricAsString(
      'fairlead_guardrail_verdicts_total',
    )
    expect(verdicts).toContain(
      '{policy="default/p1",guard="no-mail",phase="Input",action="Reject"} 1',
    )
    expect(JSON.stringify(gateway.logs)).not.toContain(address)
  })

  it('passes as it is where nothing is found', async () => {
    const { gateway, upstream } = await guarded(json(200, completion('ok')), {
      guards: [guardOf('in', { phases: ['Input'] })],
    })
    const body =
      '{ "model": "m",  "messages": [{"role":"user","content":"h\\u0069"}], "seed": 1.0 }'
    await gateway.post('/v1/chat/completions', body)
    expect(upstream.requests[0]?.raw.toString()).toBe(body)
  })

  it('is of a phase by what it is', async () => {
    const call = {
      model: 'm',
      messages: [
        { role: 'user', content: 'one@a.example' },
        {
          role: 'assistant',
          content: null,
          tool_calls: [
            {
              id: 'call_1',
              type: 'function',
              function: { name: 'f', arguments: '{"to":"two\\u0040a.example","n":1.50}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'call_1', content: '{"from":"\\nthree@a.example"}' },
      ],
      tools: [
        {
          type: 'function',
          function: {
            name: 'f',
            description: 'asks four@a.example',
            parameters: { type: 'object', properties: { to: { type: 'string' } } },
          },
        },
      ],
    }
    const guard = (phase: GuardrailPolicySettings['guards'][number]['phases'][number]) =>
      guardOf(phase.toLowerCase(), {
        phases: [phase],
        action: { type: 'Replace', with: `<${phase}>` },
      })
    const { gateway, upstream } = await guarded(json(200, completion('ok')), {
      guards: [
        guard('Input'),
        guard('ToolArguments'),
        guard('ToolOutput'),
        guard('ToolDefinitions'),
      ],
    })
    await gateway.chat(call)
    const sent = JSON.parse(upstream.requests[0]?.raw.toString() ?? '') as typeof call
    const { messages, tools } = sent
    expect(messages[0]?.content).toBe('<Input>')
    expect(messages[1]?.tool_calls?.[0]?.function.arguments).toBe(
      '{"to":"<ToolArguments>","n":1.50}',
    )
    expect(messages[2]?.content).toBe('{"from":"\\n<ToolOutput>"}')
    expect(tools[0]?.function.description).toBe('asks <ToolDefinitions>')
  })

  it('is refused where it is tokens, which nobody can look at, unless the policy is open', async () => {
    const body = { model: 'm', prompt: [1, 2, 3] }
    const closed = await guarded(json(200, completion('ok')), {})
    expect((await closed.gateway.post('/v1/completions', body)).status).toBe(400)
    expect(closed.upstream.requests).toEqual([])
  })

  it('is only reported by a policy in Shadow, and by Annotate', async () => {
    const { gateway, upstream } = await guarded(
      json(200, completion(`to ${address}`)),
      { mode: 'Shadow' },
      { guards: [guardOf('note', { action: { type: 'Annotate' } })] },
    )
    const response = await gateway.chat({
      model: 'm',
      messages: [{ role: 'user', content: address }],
    })
    expect(await response.text()).toContain(address)
    expect(upstream.requests[0]?.raw.toString()).toContain(address)
    const told = response.headers.get('x-fairlead-guardrails')
    expect(told).toContain('default/p1;guard=pii;phase=Input;action=Shadow;findings=1')
    expect(told).toContain('default/p2;guard=note;phase=Output;action=Annotate;findings=1')
  })

  it('is looked at by all policies, in their order', async () => {
    const { gateway, upstream } = await guarded(
      json(200, completion('ok')),
      { guards: [guardOf('a', { action: { type: 'Replace', with: 'nightfall' } })] },
      {
        guards: [
          guardOf('b', {
            look: { keywords: ['nightfall'] },
            action: { type: 'Replace', with: '***' },
          }),
        ],
      },
    )
    await gateway.chat({ model: 'm', messages: [{ role: 'user', content: `x ${address}` }] })
    expect(upstream.requests[0]?.raw.toString()).toContain('x ***')
  })
})

/** Where each API of chats answers with a stream. */
const streams: readonly (readonly [string, object])[] = [
  [
    '/v1/chat/completions',
    { model: 'm', stream: true, messages: [{ role: 'user', content: 'x' }] },
  ],
  ['/v1/responses', { model: 'm', stream: true, store: false, input: 'x' }],
  ['/v1/completions', { model: 'm', stream: true, prompt: 'x' }],
  [
    '/v1/messages',
    { model: 'm', stream: true, max_tokens: 9, messages: [{ role: 'user', content: 'x' }] },
  ],
  [
    '/v1beta/models/m:streamGenerateContent?alt=sse',
    { contents: [{ role: 'user', parts: [{ text: 'x' }] }] },
  ],
  ['/api/chat', { model: 'm', messages: [{ role: 'user', content: 'x' }] }],
]

const said = `Write to ${address} at once`

/** What is said, cut into two at each place, and into single characters. */
const cuts = [
  said.split(''),
  ...Array.from({ length: said.length - 1 }, (_, at) => [
    said.slice(0, at + 1),
    said.slice(at + 1),
  ]),
]

describe('a streamed answer', () => {
  it.each(streams)('has no byte of what is masked, however it is cut: %s', async (path, body) => {
    const { gateway, upstream } = await guarded(json(200, {}), {})
    for (const words of cuts) {
      upstream.answer = telling(words)
      const text = await (await gateway.post(path, body)).text()
      const told = textOf(text)
      expect(told).toContain('Write to [EMAIL_1] at once')
      expect(told).not.toContain('@')
      expect(text).not.toMatch(/\bada\b|@e|example/)
    }
  })

  it.each(streams)('has no byte of what is rejected: %s', async (path, body) => {
    const { gateway, upstream } = await guarded(json(200, {}), rejecting)
    for (const words of cuts) {
      upstream.answer = telling(words)
      const text = await (await gateway.post(path, body)).text()
      expect(textOf(text)).not.toMatch(/ada|@|example/)
      expect(text).not.toMatch(/\bada\b|@e|example|at once/)
      expect(text).toContain('This request was blocked by policy.')
    }
  })

  it('has no byte of what is masked in the arguments of tools', async () => {
    const given = '{"to":"ada\\u0040example.com","b":[1,"x ada@example.com"]}'
    const { gateway, upstream } = await guarded(sse(), {})
    for (let at = 1; at < given.length; at++) {
      upstream.answer = sse(...toolChunks([given.slice(0, at), given.slice(at)]))
      const response = await gateway.chat({
        model: 'm',
        stream: true,
        messages: [{ role: 'user', content: 'x' }],
      })
      const text = await response.text()
      expect(text).not.toMatch(/ada|example/)
      const told = Array.from(text.matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g), ([, one = '']) =>
        String(JSON.parse(one)),
      ).join('')
      expect(JSON.parse(told)).toEqual({ to: '[EMAIL_1]', b: [1, 'x [EMAIL_1]'] })
    }
  })

  it('is a plain error where it is buffered and rejected', async () => {
    const { gateway } = await guarded(sse(...chunks(['a', said])), {
      ...rejecting,
      stream: { mode: 'Buffer', window: 1024 },
    })
    const response = await gateway.chat({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { code: 'content_rejected' } })
  })

  it('is told as a stream where it is buffered and masked', async () => {
    const { gateway } = await guarded(sse(...chunks(['a ', said])), {
      stream: { mode: 'Buffer', window: 1024 },
    })
    const response = await gateway.chat({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    })
    const text = await response.text()
    expect(textOf(text)).toContain('a Write to [EMAIL_1] at once')
    expect(text).toContain('[DONE]')
  })

  it('leaves at once with RejectOnly, and ends where something is found', async () => {
    const { gateway } = await guarded(sse(...chunks(['Hi ', 'ada', '@example.com ', 'bye'])), {
      ...rejecting,
      stream: { mode: 'RejectOnly', window: 1024 },
    })
    const response = await gateway.chat({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    })
    const text = await response.text()
    expect(text).toContain('ada')
    expect(text).not.toContain('bye')
    expect(text).toContain('content_rejected')
  })
})

describe('a whole answer', () => {
  it('is masked, rejected and told in every API', async () => {
    const masking = await guarded(whole(said), {})
    const refusing = await guarded(whole(said), rejecting)
    const harmless = (body: object) =>
      JSON.parse(JSON.stringify(body).replaceAll(address, 'Ada')) as object
    for (const [path, body] of questions) {
      const masked = await masking.gateway.post(path, harmless(body))
      expect(await masked.text()).toContain('Write to [EMAIL_1] at once')
      expect(masked.headers.get('x-fairlead-guardrails')).toContain('phase=Output;action=Mask')
      const refused = await refusing.gateway.post(path, harmless(body))
      const text = await refused.text()
      expect(refused.status).toBe(400)
      expect(text).toContain('This request was blocked by policy.')
      expect(text).not.toMatch(/ada@|example/)
    }
  })

  it('has the values of the caller put back, where that is wanted', async () => {
    const policy = {
      guards: [guardOf('pii', { action: { type: 'Mask', reversible: true } as const })],
    }
    const words = ['I wrote to [EM', 'AIL_1] and [EMAIL_2] and bob@b.example']
    const { gateway, upstream } = await guarded(json(200, completion(words.join(''))), policy)
    const ask = async (stream: boolean) =>
      (
        await gateway.chat({
          model: 'm',
          stream,
          messages: [{ role: 'user', content: `Write to ${address}, not [EMAIL_2]` }],
        })
      ).text()
    const expected = `I wrote to ${address} and [EMAIL_2] and [EMAIL_3]`
    expect(await ask(false)).toContain(expected)
    upstream.answer = sse(...chunks(words))
    expect(textOf(await ask(true))).toContain(expected)
    expect(upstream.requests[1]?.raw.toString()).not.toContain(address)
  })

  it('has them put back in the arguments of tools, escaped as JSON wants it', async () => {
    const policy = {
      guards: [
        guardOf('names', {
          phases: ['Input'],
          look: { patterns: ['"Ada"'] },
          action: { type: 'Mask', reversible: true },
        }),
      ],
    } as const
    const given = '{"to":"[PATTERN_1], [PATTERN_2]","n":1}'
    for (let at = 1; at < given.length; at++) {
      const { gateway } = await guarded(
        sse(...toolChunks([given.slice(0, at), given.slice(at)])),
        policy,
      )
      const response = await gateway.chat({
        model: 'm',
        stream: true,
        messages: [{ role: 'user', content: 'I am "Ada"' }],
      })
      const text = await response.text()
      const told = Array.from(text.matchAll(/"arguments":("(?:[^"\\]|\\.)*")/g), ([, one = '']) =>
        String(JSON.parse(one)),
      ).join('')
      expect(JSON.parse(told)).toEqual({ to: '"Ada", [PATTERN_2]', n: 1 })
      await gateway.drain(0)
    }
  })

  it.each([
    ['/v1/chat/completions', { n: 2, messages: [{ role: 'user', content: 'x' }] }],
    [
      '/v1beta/models/m:generateContent',
      {
        contents: [{ role: 'user', parts: [{ text: 'x' }] }],
        generationConfig: { candidateCount: 2 },
      },
    ],
  ])('is one: guards look at no others: %s', async (path, body) => {
    const { gateway } = await guarded(json(200, completion('ok')), {})
    const response = await gateway.post(
      path,
      path.includes('beta') ? body : { model: 'm', ...body },
    )
    expect(response.status).toBe(400)
    expect(await response.text()).toContain('guards look at one answer')
  })
})

describe('conversations', () => {
  it('keep what was masked, and nothing of what was rejected', async () => {
    const { gateway, upstream } = await guarded(json(200, completion('ok')), {
      guards: [
        guardOf('no-keys', { look: { detectors: ['Secret'] }, action: { type: 'Reject' } }),
        guardOf('pii'),
      ],
    })
    const ask = (content: string, conversation: string) =>
      gateway.chat(
        { model: 'm', messages: [{ role: 'user', content }] },
        {
          'x-fairlead-conversation': conversation,
        },
      )
    const first = await ask(`I am ${address}`, 'new')
    const id = first.headers.get('x-fairlead-conversation') ?? ''
    await first.text()
    expect((await ask('key AKIAIOSFODNN7EXAMPLE', id)).status).toBe(400)
    await (await ask('Who am I?', id)).text()
    const log = await (await fetch(`${gateway.url}/v1/conversations/${id}/items`)).text()
    expect(log).toMatch(/I am \[EMAIL_\d+\]/)
    expect(log).not.toMatch(/ada@|AKIA/)
    expect(upstream.requests).toHaveLength(2)
    expect(upstream.requests[1]?.raw.toString()).not.toMatch(/ada@|AKIA/)
  })

  it('go on after a turn whose history a guard rejected', async () => {
    const { gateway } = await guarded(json(200, completion(`Write to ${address}.`)), {
      guards: [guardOf('no-mail', { phases: ['Input'], action: { type: 'Reject' } })],
    })
    const ask = (conversation: string, content: string) =>
      gateway.chat(
        { model: 'm', messages: [{ role: 'user', content }] },
        { 'x-fairlead-conversation': conversation },
      )
    const first = await ask('new', 'Whom do I ask?')
    await first.text()
    const id = first.headers.get('x-fairlead-conversation') ?? ''
    for (const content of ['Thanks.', 'Who else?']) {
      expect((await ask(id, content)).status).toBe(400)
    }
  })
})

describe('a message', () => {
  const message = { role: 'user', type: 'tool_use', content: `I am ${address}` }
  it.each([
    ['/v1/chat/completions', { model: 'm', messages: [message] }],
    ['/v1/messages', { model: 'm', max_tokens: 9, messages: [message] }],
  ])('is what its role says, whatever type it gives itself: %s', async (path, body) => {
    const { gateway, upstream } = await guarded(json(200, completion('ok')), {
      guards: [guardOf('no-mail', { phases: ['Input'], action: { type: 'Reject' } })],
    })
    expect((await gateway.post(path, body)).status).toBe(400)
    expect(upstream.requests).toEqual([])
  })
})

describe('official SDKs', () => {
  it('read refusals', async () => {
    const { gateway } = await guarded(sse(...chunks(said.split(''))), rejecting)
    const openai = new OpenAI({ apiKey: 'x', baseURL: `${gateway.url}/v1`, maxRetries: 3 })
    const messages = [{ role: 'user' as const, content: address }]
    await expect(openai.chat.completions.create({ model: 'm', messages })).rejects.toMatchObject({
      status: 400,
      code: 'content_rejected',
    })
    const anthropic = new Anthropic({ apiKey: 'x', baseURL: gateway.url })
    const asked = { model: 'm', max_tokens: 9, messages: [{ role: 'user' as const, content: 'x' }] }
    await expect(anthropic.messages.create({ ...asked, messages })).rejects.toMatchObject({
      status: 400,
      message: expect.stringContaining('blocked by policy'),
    })
    await expect(anthropic.messages.stream(asked).finalMessage()).rejects.toThrow(
      'blocked by policy',
    )
    const stream = await openai.chat.completions.create({
      model: 'm',
      stream: true,
      messages: [{ role: 'user', content: 'x' }],
    })
    await expect(
      (async () => {
        for await (const _ of stream);
      })(),
    ).rejects.toThrow('blocked by policy')
  })
})

/** A stream that says these words, in the API that was asked. */
function telling(words: readonly string[]): Answer {
  return (response, request) => {
    const told = chunks(words).map((chunk) =>
      request.path === '/v1/completions'
        ? chunk
            .replace(
              /"delta":\{(?:"role":"assistant",)?(?:"content":("(?:[^"\\]|\\.)*"))?\}/,
              '"text":$1',
            )
            .replace('"text":,', '"text":"",')
        : chunk,
    )
    sse(...told)(response, request)
  }
}

/** The same as one value. */
function whole(text: string): Answer {
  return (response, request) => {
    const choice = { index: 0, text, finish_reason: 'stop' }
    const other = request.path === '/v1/completions' ? { choices: [choice] } : {}
    json(200, completion(text, other))(response, request)
  }
}

/** All text of a stream in any of the APIs. */
function textOf(stream: string): string {
  return Array.from(
    stream.matchAll(/"(?:content|text|delta)": ?("(?:[^"\\]|\\.)*")/g),
    ([, one = '']) => String(JSON.parse(one)),
  ).join('')
}

function toolChunks(pieces: readonly string[]): string[] {
  const [first = '', ...rest] = chunks(['?'])
  const call = (delta: object) =>
    (rest[0] ?? '').replace('{"content":"?"}', () => JSON.stringify({ tool_calls: [delta] }))
  return [
    first,
    call({ index: 0, id: 'call_1', type: 'function', function: { name: 'f', arguments: '' } }),
    ...pieces.map((piece) => call({ index: 0, function: { arguments: piece } })),
    ...rest.slice(1),
  ]
}
