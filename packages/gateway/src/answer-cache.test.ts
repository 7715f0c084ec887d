import Anthropic from '@anthropic-ai/sdk'
import { SeededRandom } from '@fairlead/base'
import OpenAI from 'openai'
import type { CachePolicySettings } from '@fairlead/snapshot'
import { describe, expect, it } from 'vitest'
import { cachePolicyOf } from './test-support/cache-policy.ts'
import { guardOf, guardrailOf } from './test-support/guardrail-policy.ts'
import {
  consumerOf,
  keyedProvider,
  snapshotOf,
  type SnapshotParts,
} from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

type Policy = Partial<CachePolicySettings>

async function cached(answer: Answer, policy: Policy = {}, parts: Partial<SnapshotParts> = {}) {
  const upstream = await testUpstream(answer)
  const provider = { type: 'OpenAICompatible', baseURL: upstream.url, models: [] } as const
  const snapshot: SnapshotParts = {
    providers: [keyedProvider('openai', provider)],
    cachePolicies: [cachePolicyOf('faq', policy)],
    ...parts,
  }
  const gateway = await testGateway({
    ...snapshot,
    secrets: { openai: 'sk', ada: 'ada', bob: 'bob', eve: 'eve' },
  })
  return { gateway, upstream, snapshot }
}

/** The same, whole or as a stream. */
const oneTwo: Answer = (response, request) => {
  const streams = request.body['stream'] === true
  const answer = streams ? sse(...chunks(['one ', 'two'])) : json(200, completion('one two'))
  answer(response, request)
}

const hello = { model: 'm', messages: [{ role: 'user', content: 'hello' }] }
const seen = (response: Response) => response.headers.get('x-fairlead-cache')

describe('an equal call', () => {
  it('gets the answer of the first, and no model is asked', async () => {
    const { gateway, upstream } = await cached(json(200, completion('Hi.')))
    const first = await gateway.chat(hello)
    expect(seen(first)).toBe('miss')
    const told = await first.json()
    const second = await gateway.chat({ messages: hello.messages, model: 'm' })
    expect([second.status, seen(second)]).toEqual([200, 'hit; age=0'])
    expect(second.headers.get('x-fairlead-replay')).toBe('stored')
    expect(await second.json()).toMatchObject({
      choices: (told as { choices: object[] }).choices,
      usage: (told as { usage: object }).usage,
    })
    expect(upstream.requests).toHaveLength(1)
    const asked = await gateway.registry.getSingleMetricAsString('fairlead_cache_requests_total')
    expect(asked).toContain('{policy="default/faq",result="hit"} 1')
    expect(asked).toContain('{policy="default/faq",result="miss"} 1')
  })

  it('gets a stream of what came whole, and a whole of what came as a stream', async () => {
    const { gateway, upstream } = await cached(oneTwo)
    await (await gateway.chat({ ...hello, stream: true })).text()
    const whole = await gateway.chat(hello)
    expect(seen(whole)).toBe('hit; age=0')
    expect(await whole.json()).toMatchObject({ choices: [{ message: { content: 'one two' } }] })
    const other = { ...hello, messages: [{ role: 'user', content: 'other' }] }
    await (await gateway.chat(other)).text()
    const stream = await gateway.chat({ ...other, stream: true })
    expect(seen(stream)).toBe('hit; age=0')
    const text = await stream.text()
    expect(text).toContain('one two')
    expect(text.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(upstream.requests).toHaveLength(2)
  })

  it('waits for one that runs', async () => {
    const release = Promise.withResolvers<void>()
    const { gateway, upstream } = await cached((response, request) => {
      void release.promise.then(() => json(200, completion('Hi.'))(response, request))
    })
    const calls = Array.from({ length: 5 }, () => gateway.chat(hello))
    await expect.poll(() => upstream.requests.length).toBe(1)
    release.resolve()
    const answers = await Promise.all(calls)
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 200, 200])
    expect(answers.filter((one) => seen(one) === 'hit; age=0')).toHaveLength(4)
    expect(upstream.requests).toHaveLength(1)
  })

  it('makes the call itself when the one that it waits for fails', async () => {
    const release = Promise.withResolvers<void>()
    let asked = 0
    const { gateway, upstream } = await cached((response, request) => {
      if (++asked > 1) return json(200, completion('Hi.'))(response, request)
      void release.promise.then(() => json(400, { error: { message: 'no' } })(response, request))
    })
    const calls = [gateway.chat(hello), gateway.chat(hello)]
    await expect.poll(() => upstream.requests.length).toBe(1)
    release.resolve()
    const answers = await Promise.all(calls)
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200, 400]))
    expect(upstream.requests).toHaveLength(2)
  })
})

describe('an equal call whose answer is not to be kept', () => {
  it('is made beside the others once it is known', async () => {
    const message = { role: 'assistant', content: 'half' }
    const cut = completion('', { choices: [{ index: 0, message, finish_reason: 'length' }] })
    const releases: (() => void)[] = []
    const { gateway, upstream } = await cached((response, request) => {
      releases.push(() => json(200, cut)(response, request))
    })
    const calls = Array.from({ length: 5 }, () => gateway.chat(hello))
    await expect.poll(() => upstream.requests.length).toBe(1)
    releases[0]?.()
    // None of them is answered yet: they are not made one after another.
    await expect.poll(() => upstream.requests.length).toBe(5)
    for (const release of releases.slice(1)) release()
    expect((await Promise.all(calls)).map(({ status }) => status)).toEqual(Array(5).fill(200))
  })
})

describe('an answer is not kept', () => {
  const message = { role: 'assistant', content: 'half' }
  const cut = completion('', { choices: [{ index: 0, message, finish_reason: 'length' }] })
  const aborted = completion('', { choices: [{ index: 0, message, finish_reason: 'abort' }] })
  it.each([
    ['that failed', json(500, { error: { message: 'no' } }), false],
    ['that ended at a limit of tokens', json(200, cut), false],
    ['that ended in a way that nobody knows', json(200, aborted), false],
    ['that says nothing', json(200, completion('', { choices: [] })), false],
    ['of a stream that broke off', sse(...chunks(['half']).slice(0, -2)), true],
  ] as const)('%s', async (_, answer, stream) => {
    const { gateway, upstream } = await cached(answer)
    await (await gateway.chat({ ...hello, stream })).text()
    const before = upstream.requests.length
    const again = await gateway.chat({ ...hello, stream })
    await again.text()
    expect(seen(again) ?? 'miss').toBe('miss')
    expect(upstream.requests.length).toBeGreaterThan(before)
  })

  it.each([
    ['tools', { tools: [{ type: 'function', function: { name: 'f' } }] }],
    ['temperature', { temperature: 1.5 }],
    ['choices', { n: 2 }],
    ['tools', { web_search_options: {} }],
    ['request', { messages: [{ role: 'user', content: [{ type: 'video_url', video_url: {} }] }] }],
  ])('of a call that is not meant: %s', async (reason, fields) => {
    const { gateway, upstream } = await cached(json(200, completion('Hi.')), {
      cacheable: { maxTemperature: 1, tools: 'Never', maxBytes: 1_048_576 },
    })
    for (let time = 0; time < 2; time++) {
      const response = await gateway.chat({ ...hello, ...fields })
      await response.text()
      expect(seen(response)).toBe(`bypass; reason=${reason}`)
    }
    expect(upstream.requests).toHaveLength(2)
  })
})

describe('several answers at once', () => {
  it.each([
    { generationConfig: { candidateCount: 2 } },
    { generation_config: { candidate_count: 2 } },
  ])('are not kept, however Gemini is asked for them: %j', async (fields) => {
    const { gateway } = await cached(json(200, completion('Hi.')))
    const contents = [{ role: 'user', parts: [{ text: 'hello' }] }]
    const path = '/v1beta/models/m:generateContent'
    const response = await gateway.post(path, { contents, ...fields })
    expect(await response.text()).not.toBe('')
    expect(seen(response)).toBe('bypass; reason=choices')
  })
})

describe('a caller', () => {
  it('says in Cache-Control what it wants', async () => {
    const { gateway, upstream } = await cached(json(200, completion('Hi.')))
    const ask = async (directives: string) => {
      const response = await gateway.chat(hello, { 'cache-control': directives })
      await response.text()
      return `${response.status} ${seen(response)}`
    }
    expect(await ask('only-if-cached')).toBe('504 miss')
    expect(await ask('no-store')).toBe('200 bypass; reason=no-store')
    expect(await ask('no-cache')).toBe('200 miss')
    expect(await ask('only-if-cached, max-age=60')).toBe('200 hit; age=0')
    expect(await ask('no-cache')).toBe('200 miss')
    expect(upstream.requests).toHaveLength(3)
  })
})

describe('what was made under another configuration', () => {
  it.each([
    [
      'provider',
      (parts: SnapshotParts, url: string) => ({
        ...parts,
        providers: [
          keyedProvider('openai', {
            type: 'OpenAICompatible',
            baseURL: `${url}/other`,
            models: [],
          }),
        ],
      }),
    ],
    [
      'policy',
      (parts: SnapshotParts) => ({
        ...parts,
        cachePolicies: [cachePolicyOf('faq', { ttlMs: 1000 })],
      }),
    ],
  ] as const)('is not given again: %s', async (_, change) => {
    const { gateway, snapshot, upstream } = await cached(json(200, completion('Hi.')))
    await (await gateway.chat(hello)).text()
    gateway.snapshots.set(snapshotOf({ ...change(snapshot, upstream.url), hash: 'sha256:later' }))
    expect(seen(await gateway.chat(hello))).toBe('miss')
  })

  it('is given again after a change that it does not depend on', async () => {
    const { gateway, snapshot } = await cached(json(200, completion('Hi.')))
    await (await gateway.chat(hello)).text()
    gateway.snapshots.set(snapshotOf({ ...snapshot, hash: 'sha256:later' }))
    expect(seen(await gateway.chat(hello))).toBe('hit; age=0')
  })

  it('goes with its policy', async () => {
    const { gateway, snapshot } = await cached(json(200, completion('Hi.')))
    await (await gateway.chat(hello)).text()
    for (const cachePolicies of [[], snapshot.cachePolicies ?? []]) {
      const hash = `sha256:${cachePolicies.length}`
      gateway.snapshots.set(snapshotOf({ ...snapshot, hash, cachePolicies }))
      await expect.poll(() => gateway.report().configHash).toBe(hash)
      await (await gateway.chat({ ...hello, model: 'other' })).text()
    }
    expect(seen(await gateway.chat(hello))).toBe('miss')
  })
})

describe('a scope', () => {
  const consumers = [
    consumerOf('ada', { groups: ['sales'] }),
    consumerOf('bob', { groups: ['sales'] }),
    consumerOf('eve', { groups: ['sales', 'admins'] }),
  ]
  it.each([
    ['Consumer', ['miss', 'miss', 'miss', 'hit; age=0']],
    ['Group', ['miss', 'hit; age=0', 'miss', 'hit; age=0']],
    ['Gateway', ['miss', 'hit; age=0', 'hit; age=0', 'hit; age=0']],
  ] as const)('says who shares answers: %s', async (scope, expected) => {
    const { gateway } = await cached(
      json(200, completion('Hi.')),
      { scope },
      { gateway: { auth: 'Required' }, consumers },
    )
    const found: (string | null)[] = []
    for (const name of ['ada', 'bob', 'eve', 'ada']) {
      const response = await gateway.chat(hello, { authorization: `Bearer ${name}` })
      await response.text()
      found.push(seen(response))
    }
    expect(found).toEqual(expected)
  })
})

describe('the scope Group', () => {
  it('shares nothing with callers that have no groups', async () => {
    const { gateway } = await cached(
      json(200, completion('Hi.')),
      { scope: 'Group' },
      { gateway: { auth: 'Required' }, consumers: [consumerOf('ada'), consumerOf('bob')] },
    )
    for (const name of ['ada', 'bob']) {
      const response = await gateway.chat(hello, { authorization: `Bearer ${name}` })
      expect(seen(response)).toBe('miss')
    }
  })
})

describe('of several policies', () => {
  it('that with the most specific target applies', async () => {
    const { gateway } = await cached(
      json(200, completion('Hi.')),
      {},
      {
        cachePolicies: [
          cachePolicyOf('wide'),
          cachePolicyOf('narrow', {
            targets: [{ kind: 'LLMProvider', key: 'default/openai', model: undefined }],
          }),
          cachePolicyOf('other', {
            targets: [{ kind: 'LLMProvider', key: 'default/else', model: undefined }],
          }),
        ],
      },
    )
    await (await gateway.chat(hello)).text()
    const asked = await gateway.registry.getSingleMetricAsString('fairlead_cache_requests_total')
    expect(asked).toContain('{policy="default/narrow",result="miss"} 1')
  })
})

describe('a guard', () => {
  it('looks at a call that the cache answers, and puts back what is the call’s own', async () => {
    const reversible = guardOf('pii', { action: { type: 'Mask', reversible: true } })
    const { gateway, upstream } = await cached(
      json(200, completion('Hi, [EMAIL_1].')),
      { scope: 'Gateway' },
      { guardrailPolicies: [guardrailOf('p', { guards: [reversible] })] },
    )
    const ask = async (address: string) => {
      const messages = [{ role: 'user', content: `I am ${address}` }]
      const response = await gateway.chat({ model: 'm', messages })
      return [seen(response), await response.text()]
    }
    expect(await ask('ada@example.com')).toEqual([
      'miss',
      expect.stringContaining('Hi, ada@example.com.'),
    ])
    expect(await ask('bob@example.com')).toEqual([
      'hit; age=0',
      expect.stringContaining('Hi, bob@example.com.'),
    ])
    expect(upstream.requests).toHaveLength(1)
  })

  it('of later rejects what was kept before', async () => {
    const { gateway, snapshot } = await cached(json(200, completion('nightfall')))
    await (await gateway.chat(hello)).text()
    const rejects = guardOf('words', {
      phases: ['Output'],
      action: { type: 'Reject' },
      look: { keywords: ['nightfall'] },
    })
    gateway.snapshots.set(
      snapshotOf({
        ...snapshot,
        hash: 'sha256:guarded',
        guardrailPolicies: [guardrailOf('p', { guards: [rejects] })],
      }),
    )
    const refused = await gateway.chat(hello)
    expect(refused.status).toBe(400)
    expect(await refused.text()).not.toContain('nightfall')
  })
})

describe('calls that differ in one thing', () => {
  it('never share an answer', async () => {
    let made = 0
    const { gateway } = await cached(
      (response, request) => json(200, completion(`answer ${++made}.`))(response, request),
      { cacheable: { maxTemperature: 2, tools: 'Exact', maxBytes: 1_048_576 } },
      {
        gateway: { auth: 'Required' },
        consumers: [consumerOf('ada'), consumerOf('bob'), consumerOf('eve')],
      },
    )
    const random = new SeededRandom(11)
    const pick = <T>(values: readonly T[]): T => random.pick(values)
    const tool = (name: string) => [
      { type: 'function', function: { name, parameters: { type: 'object' } } },
    ]
    const draw = () => ({
      model: pick(['m', 'n']),
      messages: [
        ...pick([
          [],
          [{ role: 'system', content: 'be brief' }],
          [{ role: 'system', content: 'be' }],
        ]),
        { role: 'user', content: pick(['a', 'ab']) },
      ],
      ...pick([{}, { temperature: 0 }, { max_tokens: 5 }, { max_tokens: 50 }]),
      ...pick([{}, { tools: tool('f') }, { tools: tool('g') }]),
      ...pick([{}, { response_format: { type: 'json_object' } }, { seed: 1 }, { user: 'u' }]),
    })
    const answers = new Map<string, string>()
    let hits = 0
    for (let time = 0; time < 1000; time++) {
      const body = draw()
      const headers: Record<string, string> = {
        'x-fairlead-key': pick(['ada', 'bob', 'eve']),
        ...pick<Record<string, string>>([{}, { 'openai-beta': 'a' }, { 'openai-beta': 'b' }]),
      }
      const name = JSON.stringify([headers, body])
      // Whose trace it is part of makes no difference.
      const traceparent = `00-${'0'.repeat(28)}${1000 + time}-00f067aa0ba902b7-01`
      const response = await gateway.chat(body, { ...headers, traceparent })
      const { choices } = (await response.json()) as { choices: { message: { content: string } }[] }
      const content = choices[0]?.message.content ?? ''
      const known = answers.get(name)
      expect(seen(response)).toMatch(known === undefined ? /^miss$/ : /^hit; age=\d+$/)
      if (known === undefined) expect([...answers.values()]).not.toContain(content)
      else expect(content).toBe(known)
      if (known !== undefined) hits += 1
      answers.set(name, content)
    }
    expect(hits).toBeGreaterThan(10)
  }, 60_000)
})

describe('an answer that is kept elsewhere as well', () => {
  it('is a response of its own, of each call', async () => {
    const { gateway, upstream } = await cached(json(200, completion('Hi.')))
    const ask = async () => {
      const response = await gateway.post('/v1/responses', { model: 'm', input: 'hello' })
      return [seen(response), ((await response.json()) as { id: string }).id] as const
    }
    const [first, id] = await ask()
    const [second, other] = await ask()
    expect([first, second]).toEqual(['miss', 'hit; age=0'])
    expect(other).not.toBe(id)
    for (const one of [id, other]) {
      const kept = await fetch(`${gateway.url}/v1/responses/${one}`)
      expect(await kept.json()).toMatchObject({
        id: one,
        output: [{ content: [{ text: 'Hi.' }] }],
      })
    }
    expect(upstream.requests).toHaveLength(1)
  })

  it('is given again for an Idempotency-Key, whichever call made it', async () => {
    const { gateway, upstream } = await cached(json(200, completion('Hi.')))
    await (await gateway.chat(hello)).text()
    const key = { 'idempotency-key': 'k1' }
    const answers = []
    for (let time = 0; time < 2; time++) {
      const response = await gateway.chat(hello, key)
      answers.push([seen(response), response.status])
      expect(await response.text()).toContain('Hi.')
    }
    expect(answers).toEqual([
      ['hit; age=0', 200],
      [null, 200],
    ])
    expect(upstream.requests).toHaveLength(1)
  })
})

describe('an answer that came as a stream', () => {
  const body = { messages: [{ role: 'user', content: 'hello' }] }
  it.each([
    ['/v1/messages', { model: 'm', max_tokens: 9, stream: true, ...body }, 'message_stop'],
    ['/v1/responses', { model: 'm', store: false, stream: true, input: 'a' }, 'response.completed'],
    ['/api/chat', { model: 'm', ...body }, '"done":true'],
    [
      '/v1beta/models/m:streamGenerateContent?alt=sse',
      { contents: [{ role: 'user', parts: [{ text: 'hello' }] }] },
      'finishReason',
    ],
  ] as const)('is given again with its end: %s', async (path, sent, end) => {
    const { gateway, upstream } = await cached(oneTwo)
    for (const expected of ['miss', 'hit; age=0']) {
      const response = await gateway.post(path, sent)
      expect(seen(response)).toBe(expected)
      const text = await response.text()
      expect(text).toContain('two')
      expect(text).toContain(end)
    }
    expect(upstream.requests).toHaveLength(1)
  })
})

describe('a caller that leaves', () => {
  it('lets the next make the call, and nothing is kept of what it got', async () => {
    const { gateway, upstream } = await cached((response, request) => {
      if (upstream.requests.length > 1) return oneTwo(response, request)
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['one '])[1])
    })
    const leaving = new AbortController()
    const sent = { ...hello, stream: true }
    const first = await fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(sent),
      signal: leaving.signal,
    })
    const second = gateway.chat(sent)
    expect(first.status).toBe(200)
    leaving.abort()
    const answer = await second
    expect(seen(answer)).toBe('miss')
    expect(await answer.text()).toContain('two')
    expect(upstream.requests).toHaveLength(2)
  })
})

describe('official SDKs', () => {
  it('read a replay as they read the answer', async () => {
    const { gateway, upstream } = await cached(oneTwo)
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'none', maxRetries: 0 })
    const messages = [{ role: 'user' as const, content: 'hello' }]
    const asks: readonly (() => Promise<unknown>)[] = [
      async () => {
        const { choices, usage } = await openai.chat.completions.create({ model: 'm', messages })
        return [choices[0]?.message.content, choices[0]?.finish_reason, usage?.total_tokens]
      },
      async () => {
        const stream = openai.chat.completions.stream({ model: 'm', messages })
        const { choices } = await stream.finalChatCompletion()
        return [choices[0]?.message.content, choices[0]?.finish_reason]
      },
      async () =>
        (await openai.responses.create({ model: 'm', input: 'hello', store: false })).output_text,
      async () => {
        const stream = openai.responses.stream({ model: 'm', input: 'hello', store: false })
        return (await stream.finalResponse()).output_text
      },
      async () =>
        (await anthropic.messages.create({ model: 'm', max_tokens: 9, messages })).content,
      async () => anthropic.messages.stream({ model: 'm', max_tokens: 9, messages }).finalText(),
    ]
    for (const ask of asks) expect(await ask()).toEqual(await ask())
    // One of each API.
    expect(upstream.requests).toHaveLength(3)
  })
})
