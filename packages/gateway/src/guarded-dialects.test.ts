import { describe, expect, it } from 'vitest'
import { guardOf, guardrailOf } from './test-support/guardrail-policy.ts'
import { modelUpstream } from './test-support/model-upstream.ts'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway } from './test-support/test-gateway.ts'

// Every API of callers × every API of providers × whole and streamed × every action that changes. The
// model repeats what it was told, so that only what the guards of the answer do is seen.

const said = 'Write to ada@example.com or call +1 212 555 0123 at once'

const providers = ['openai', 'anthropic', 'gemini'] as const

async function start() {
  const upstream = await modelUpstream()
  const policies = [
    guardrailOf('mask', {
      match: { ...everything, headers: [{ name: 'x-action', value: 'mask' }] },
      guards: [
        guardOf('pii', {
          phases: ['Output', 'ToolArguments'],
          look: { detectors: ['Email', 'PhoneNumber'] },
        }),
      ],
    }),
    guardrailOf('reject', {
      match: { ...everything, headers: [{ name: 'x-action', value: 'reject' }] },
      guards: [guardOf('pii', { phases: ['Output'], action: { type: 'Reject' } })],
    }),
  ]
  return testGateway({
    providers: [
      keyedProvider('openai', { baseURL: upstream.url }),
      keyedProvider('anthropic', { baseURL: upstream.url, type: 'Anthropic' }),
      keyedProvider('gemini', { baseURL: `${upstream.url}beta`, type: 'Gemini' }),
    ],
    routes: providers.map((model) =>
      routeOf(model, [{ provider: model, model: 'gpt-test' }], { match: { models: [model] } }),
    ),
    guardrailPolicies: policies,
    secrets: Object.fromEntries(providers.map((name) => [name, 'sk'])),
  })
}

const everything = { models: [], groups: [], consumers: [], headers: [], cel: '' }

const user = [{ role: 'user', content: said }]

const callers: Readonly<
  Record<string, (model: string, stream: boolean) => readonly [string, object]>
> = {
  'Chat Completions': (model, stream) => [
    '/v1/chat/completions',
    { model, stream, messages: user },
  ],
  Responses: (model, stream) => ['/v1/responses', { model, stream, store: false, input: said }],
  Messages: (model, stream) => ['/v1/messages', { model, stream, max_tokens: 99, messages: user }],
  Gemini: (model, stream) => [
    `/v1beta/models/${model}:${stream ? 'streamGenerateContent?alt=sse' : 'generateContent'}`,
    { contents: [{ role: 'user', parts: [{ text: said }] }] },
  ],
  Ollama: (model, stream) => ['/api/chat', { model, stream, messages: user }],
}

describe.each(Object.entries(callers))('a caller of %s', (_, callOf) => {
  it('gets nothing that is masked or rejected, whoever answers', async () => {
    const gateway = await start()
    for (const provider of providers) {
      for (const stream of [false, true]) {
        const what = `${provider}, ${stream ? 'streamed' : 'whole'}`
        const [path, body] = callOf(provider, stream)
        const ask = async (action: string) =>
          (await gateway.post(path, body, { 'x-action': action })).text()
        expect(await ask('none'), what).toMatch(/ada@|\bada\b/)
        const masked = await ask('mask')
        expect(masked, what).toContain('EMAIL_1')
        expect(masked, what).toContain('PHONE_NUMBER_1')
        expect(masked, what).not.toMatch(/\bada\b|@e|example|555/)
        const rejected = await ask('reject')
        expect(rejected, what).toContain('This request was blocked by policy.')
        expect(rejected, what).not.toMatch(/\bada\b|@e|example|555/)
      }
    }
  })
})
