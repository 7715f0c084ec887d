import { presets } from '@fairlead/llm'
import { describe, expect, it } from 'vitest'
import { keyedProvider, providerOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'

const hello = { role: 'user', content: 'hi' }
const answer = completion('ok')

/** A gateway whose one provider is a vendor of this preset, at a server of the test. */
async function vendorOf(preset: string, reply: object = answer) {
  const upstream = await testUpstream(json(200, reply))
  const gateway = await testGateway({
    providers: [
      keyedProvider('vendor', { type: 'OpenAICompatible', preset, baseURL: upstream.url }),
    ],
    secrets: { vendor: 'sk-vendor' },
  })
  return { gateway, upstream }
}

const inHeaders = [...presets.values()].filter(
  ({ authentication }) => typeof authentication === 'object',
)

describe('a provider with a preset', () => {
  it.each([
    ['lmstudio', '/v1/responses'],
    ['perplexity', '/v1/chat/completions'],
  ])('%s answers calls of Responses at %s', async (preset, path) => {
    const { gateway, upstream } = await vendorOf(preset)
    await gateway.post('/v1/responses', { model: 'm', input: 'hi' })
    expect(upstream.requests[0]?.path).toBe(path)
  })

  it('gets its key as a Bearer token', async () => {
    const { gateway, upstream } = await vendorOf('groq')
    expect((await gateway.chat({ model: 'm', messages: [hello] })).status).toBe(200)
    expect(upstream.requests[0]?.headers.authorization).toBe('Bearer sk-vendor')
  })

  it.each(inHeaders)('$name gets its key in a header of its own', async (preset) => {
    const { gateway, upstream } = await vendorOf(preset.name)
    expect((await gateway.chat({ model: 'm', messages: [hello] })).status).toBe(200)
    const headers = upstream.requests[0]?.headers
    const { header } = preset.authentication as { readonly header: string }
    expect(headers?.[header]).toBe('sk-vendor')
    expect(headers?.authorization).toBeUndefined()
  })

  it('gets the requests that its vendor takes', async () => {
    const { gateway, upstream } = await vendorOf('mistral')
    const call = {
      id: 'call_abcdefghijkl',
      type: 'function',
      function: { name: 'f', arguments: '{}' },
    }
    const response = await gateway.chat({
      model: 'm',
      max_completion_tokens: 9,
      messages: [
        { role: 'developer', content: 'be brief' },
        hello,
        { role: 'assistant', content: null, tool_calls: [call] },
        { role: 'tool', tool_call_id: call.id, content: '1' },
      ],
    })
    expect(response.status).toBe(200)
    expect(upstream.requests[0]?.body).toEqual({
      model: 'm',
      max_tokens: 9,
      messages: [
        { role: 'system', content: 'be brief' },
        hello,
        { role: 'assistant', tool_calls: [{ ...call, id: 'call00001' }] },
        { role: 'tool', tool_call_id: 'call00001', content: '1' },
      ],
    })
  })

  it('gets the reasoning of earlier turns of a conversation, if its vendor wants it', async () => {
    const message = { role: 'assistant', content: 'ok', reasoning_content: 'because' }
    const thought = { ...answer, choices: [{ index: 0, message, finish_reason: 'stop' }] }
    const more = { role: 'user', content: 'go on' }
    const asked = async (preset: string) => {
      const { gateway, upstream } = await vendorOf(preset, thought)
      for (const question of [hello, more]) {
        const ask = { model: 'm', messages: [question] }
        const response = await gateway.chat(ask, { 'x-fairlead-conversation': 'mine' })
        expect(response.status).toBe(200)
        await response.text()
      }
      return upstream.requests[1]?.body['messages']
    }
    expect(await asked('deepseek')).toEqual([hello, message, more])
    expect(await asked('moonshot')).toEqual([hello, { role: 'assistant', content: 'ok' }, more])
  })

  it('at its own address is not asked without a key', async () => {
    const { address } = presets.get('groq') ?? { address: '' }
    const gateway = await testGateway({
      providers: [
        providerOf('vendor', { type: 'OpenAICompatible', preset: 'groq', baseURL: address }),
      ],
    })
    const response = await gateway.chat({ model: 'm', messages: [hello] })
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_credentials_missing' } })
    expect(gateway.report().problems).toMatchObject([
      { kind: 'LLMProvider', name: 'vendor', reason: 'SecretKeyMissing' },
    ])
  })
})

it('a provider of type Ollama is asked as its preset says', async () => {
  const upstream = await testUpstream(json(200, answer))
  const gateway = await testGateway({
    providers: [providerOf('local', { type: 'Ollama', baseURL: upstream.url })],
  })
  const developer = { role: 'developer', content: 'be brief' }
  await gateway.chat({ model: 'm', messages: [developer, hello] })
  expect(upstream.requests[0]?.body['messages']).toEqual([{ ...developer, role: 'system' }, hello])
})
