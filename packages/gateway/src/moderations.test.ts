import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { keyedProvider, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, json } from './test-support/upstream.ts'

const path = '/v1/moderations'

const verdicts = {
  id: 'modr-1',
  model: 'omni-moderation-latest',
  results: [
    {
      flagged: true,
      categories: { violence: true, hate: false },
      category_scores: { violence: 0.97, hate: 0.01 },
      category_applied_input_types: { violence: ['text'], hate: ['text'] },
    },
  ],
}

async function before(answer: Answer) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('main', { baseURL: upstream.url })],
    secrets: { main: 'sk' },
  })
  return { gateway, upstream }
}

describe('POST /v1/moderations', () => {
  it('passes bytes between parties of one dialect', async () => {
    const { gateway, upstream } = await before(json(200, verdicts))
    const sent = '{"model":"omni-moderation-latest",  "input": "I will attack them"}'
    const response = await gateway.post(path, sent)
    expect(await response.json()).toEqual(verdicts)
    expect(JSON.parse(upstream.requests[0]?.raw.toString() ?? '')).toEqual(JSON.parse(sent))
    expect(upstream.requests[0]?.path).toBe('/v1/moderations')
    expect(gateway.logs.at(-1)?.fields).toMatchObject({ operation: 'moderation', status: 200 })
    expect(await gateway.registry.metrics()).toContain('gen_ai_operation_name="moderation"')
  })

  it('is what the SDK of OpenAI calls, without a model and with images', async () => {
    const { gateway, upstream } = await before(json(200, verdicts))
    const client = new OpenAI({ apiKey: 'none', baseURL: `${gateway.url}/v1` })
    const input = [
      { type: 'text' as const, text: 'what is this?' },
      { type: 'image_url' as const, image_url: { url: 'https://example.com/image.png' } },
    ]
    const { results } = await client.moderations.create({ input })
    expect(results[0]?.category_scores.violence).toBe(0.97)
    expect(upstream.requests[0]?.body).toEqual({ model: 'omni-moderation-latest', input })
  })

  it.each([
    ['no input', {}, 'input'],
    ['an empty list', { input: [] }, 'input'],
    ['a number', { input: [1] }, 'input[0]'],
    ['another type of part', { input: [{ type: 'audio' }] }, 'input[0].type'],
    ['too many texts', { input: Array.from({ length: 2049 }, () => 'a') }, 'input'],
  ])('refuses %s', async (_, body, param) => {
    const { gateway, upstream } = await before(json(200, verdicts))
    const response = await gateway.post(path, { model: 'm', ...body })
    expect(response.status).toBe(400)
    expect(await response.json()).toMatchObject({ error: { param } })
    expect(upstream.requests).toEqual([])
  })

  it('is not asked of a model that is made for something else', async () => {
    const { gateway } = await before(json(200, verdicts))
    const response = await gateway.post(path, { model: 'gpt-4o', input: 'a' })
    expect(await response.json()).toMatchObject({ error: { code: 'no_capable_target' } })
  })

  it('is answered by the Simulator, for each text', async () => {
    const gateway = await testGateway({ providers: [simulatorOf('sim')] })
    const response = await gateway.post(path, { input: ['a kind word', 'I hate you'] })
    const { results } = (await response.json()) as typeof verdicts
    expect(results.map(({ flagged }) => flagged)).toEqual([false, true])
  })
})
