import { describe, expect, it } from 'vitest'
import { keyedProvider, routeOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { completion, json } from './test-support/upstream.ts'
import { limitOf, usagePolicyOf } from './test-support/usage-policy.ts'

const messages = [{ role: 'user', content: 'hi' }]
const model = {
  name: 'gpt-test',
  aliases: [],
  contextWindow: 100_000,
  maxOutputTokens: 1000,
  capabilities: [],
  price: undefined,
}

/** What calls would claim of a limit that has room for none of them. */
async function claims(measure: 'InputTokens' | 'OutputTokens', models = [model]) {
  const upstream = await testUpstream(json(200, completion('x')))
  const gateway = await testGateway({
    providers: [{ ...keyedProvider('openai', { baseURL: upstream.url }), models }],
    secrets: { openai: 'sk' },
    usagePolicies: [usagePolicyOf('none', { limits: [limitOf('none', { measure })] })],
  })
  return async (body: string | object, path = '/v1/chat/completions') => {
    const text =
      typeof body === 'string' ? body : JSON.stringify({ model: 'gpt-test', messages, ...body })
    const answer = await fetch(`${gateway.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: text,
    })
    expect(answer.status).toBe(429)
    const [limit] = (gateway.logs.at(-1)?.fields['limits'] ?? []) as { readonly wanted: string }[]
    return Number(limit?.wanted)
  }
}

describe('the output that a call claims', () => {
  const sent = (rest: string) =>
    `{"model":"gpt-test","max_tokens":10,"messages":${JSON.stringify(messages)},${rest}}`

  it('is as often the longest as answers are asked for, however that is written', async () => {
    const wanted = await claims('OutputTokens')
    expect(await wanted(sent('"n":7'))).toBe(70)
    expect(await wanted(sent('"n":7.0'))).toBe(70)
    expect(await wanted(sent(String.raw`"\u006e":7`))).toBe(70)
    expect(await wanted(sent('"n":"7"'))).toBe(70)
    const gemini = async (config: object) =>
      wanted(
        JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }], ...config }),
        '/v1beta/models/gpt-test:generateContent',
      )
    expect(await gemini({ generationConfig: { maxOutputTokens: 10, candidateCount: 7 } })).toBe(70)
    expect(await gemini({ generation_config: { max_output_tokens: 10, candidate_count: 7 } })).toBe(
      70,
    )
  })

  it('is a number that can be counted, whatever is asked for', async () => {
    const wanted = await claims('OutputTokens', [])
    for (const rest of ['"n":1e12', '"n":1e999', '"n":-1', '"n":0', '"n":[9]', '"n":null']) {
      expect(await wanted(sent(rest))).toBeGreaterThanOrEqual(10)
    }
    for (const max of ['1e12', '1e999', '-1', '"many"', '9007199254740993', '0.5']) {
      const body = sent(`"n":1000000000000`).replace('"max_tokens":10', `"max_tokens":${max}`)
      expect(await wanted(body)).toBeGreaterThan(1000)
    }
  })

  it('is that of one answer for a prompt of tokens', async () => {
    const wanted = await claims('OutputTokens')
    const body = { model: 'gpt-test', max_tokens: 10 }
    const completions = (prompt: unknown) =>
      wanted(JSON.stringify({ ...body, prompt }), '/v1/completions')
    expect(await completions([1, 2, 3])).toBe(10)
    expect(await completions(['a', 'b', 'c'])).toBe(30)
  })
})

describe('the input that a call claims', () => {
  const image = { type: 'image_url', image_url: { url: 'https://x.test/a.png' } }

  it('has the images that are only named, however that is written', async () => {
    const wanted = await claims('InputTokens')
    const one = await wanted({ messages: [{ role: 'user', content: [image] }] })
    const two = await wanted({ messages: [{ role: 'user', content: [image, image] }] })
    const escaped = JSON.stringify({
      model: 'gpt-test',
      messages: [{ role: 'user', content: [image, image] }],
    }).replaceAll('image', String.raw`\u0069mage`)
    expect(two - one).toBeGreaterThan(1000)
    expect(await wanted(escaped)).toBeGreaterThanOrEqual(two)
    const text = { type: 'text', text: 'image '.repeat(50) }
    const said = await wanted({ messages: [{ role: 'user', content: [text, image] }] })
    expect(said - one).toBeLessThan(500)
  })

  it('is all of the window where the provider reads what is not sent', async () => {
    const wanted = await claims('InputTokens')
    const file = { type: 'file', file: { file_id: 'file-1' } }
    const named = JSON.stringify({
      model: 'gpt-test',
      messages: [{ role: 'user', content: [file] }],
    })
    expect(await wanted(named)).toBe(100_000)
    expect(await wanted(named.replace('file_id', String.raw`file\u005fid`))).toBe(100_000)
    expect(await wanted({ web_search_options: {} })).toBe(100_000)
    const responses = (tools: object[]) =>
      wanted(JSON.stringify({ model: 'gpt-test', input: 'hi', tools }), '/v1/responses')
    expect(await responses([{ type: 'web_search' }])).toBe(100_000)
    expect(
      await responses([{ type: 'function', name: 'web_search', parameters: {} }]),
    ).toBeLessThan(2000)
    const gemini = (more: object) =>
      wanted(
        JSON.stringify({ contents: [{ parts: [{ text: 'hi' }] }], ...more }),
        '/v1beta/models/gpt-test:generateContent',
      )
    expect(await gemini({ tools: [{ googleSearch: {} }] })).toBe(100_000)
    expect(await gemini({ cachedContent: 'cachedContents/1' })).toBe(100_000)
  })

  it('is more than a file could be, where nothing is known of the model', async () => {
    const wanted = await claims('InputTokens', [])
    const file = { type: 'file', file: { file_id: 'file-1' } }
    expect(await wanted({ messages: [{ role: 'user', content: [file] }] })).toBe(131_072)
  })
})

describe('the cost that a call claims', () => {
  it('is that of the targets whose prices are known, where others have none', async () => {
    const upstream = await testUpstream(json(200, completion('x')))
    const price = {
      inputPerMillion: '1',
      cachedInputPerMillion: undefined,
      cacheWritePerMillion: undefined,
      outputPerMillion: '1',
    }
    const gateway = await testGateway({
      providers: [
        {
          ...keyedProvider('openai', { baseURL: upstream.url }),
          models: [{ ...model, price }],
        },
        keyedProvider('unpriced', { baseURL: upstream.url }),
      ],
      routes: [
        routeOf('all', [
          { provider: 'openai', model: 'gpt-test' },
          { provider: 'unpriced', model: 'mystery' },
        ]),
      ],
      secrets: { openai: 'sk', unpriced: 'sk' },
      usagePolicies: [
        usagePolicyOf('budget', {
          limits: [limitOf('month', { measure: 'Cost', amount: 1_000_000, onUnpriced: 'Allow' })],
        }),
      ],
    })
    const chat = (max: number) => gateway.chat({ model: 'gpt-test', messages, max_tokens: max })
    expect((await chat(1000)).status).toBe(429)
    expect((await chat(500)).status).toBe(200)
  })
})
