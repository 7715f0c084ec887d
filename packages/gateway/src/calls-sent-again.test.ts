import Anthropic from '@anthropic-ai/sdk'
import { GoogleGenAI } from '@google/genai'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, type TestGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, type Upstream } from './test-support/upstream.ts'

interface Turn {
  readonly id: string
  readonly status: string
  readonly input: readonly { readonly content: readonly { readonly text: string }[] }[]
}

const messages = [{ role: 'user' as const, content: 'hi' }]

async function gatewayOf(answer: Answer): Promise<{ gateway: TestGateway; upstream: Upstream }> {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [keyedProvider('openai', { type: 'OpenAICompatible', baseURL: upstream.url })],
    secrets: { openai: 'sk' },
  })
  return { gateway, upstream }
}

async function turnsOf(gateway: TestGateway, id: string): Promise<readonly Turn[]> {
  const response = await fetch(`${gateway.url}/v1/conversations/${id}/turns`)
  return ((await response.json()) as { data: Turn[] }).data
}

/** Answers when it is told to, a stream piece by piece. */
function heldAnswer(words: readonly string[]) {
  const steps = words.map(() => Promise.withResolvers<void>())
  const end = Promise.withResolvers<void>()
  const answerInTime = async (...[response, request]: Parameters<Answer>) => {
    if (request.body['stream'] !== true) {
      await end.promise
      return json(200, completion(words.join('')))(response, request)
    }
    response.writeHead(200, { 'content-type': 'text/event-stream' })
    const [first = '', ...rest] = chunks(words)
    response.write(first)
    for (const [index, step] of steps.entries()) {
      await step.promise
      response.write(rest[index])
    }
    await end.promise
    response.end(rest.slice(words.length).join(''))
  }
  return {
    answer: (...parts: Parameters<Answer>) => void answerInTime(...parts),
    say: (index: number) => steps[index]?.resolve(),
    end: () => end.resolve(),
  }
}

/** What a provider that needs a while says. */
const after =
  (delayMs: number, words: readonly string[]): Answer =>
  (response, request) => {
    setTimeout(() => {
      if (request.body['stream'] !== true) {
        json(200, completion(words.join('')))(response, request)
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(chunks(words).join(''))
    }, delayMs)
  }

describe('a call in a conversation that an SDK sends again', () => {
  const impatient = (gateway: TestGateway, extra: Record<string, string> = {}) =>
    new OpenAI({
      baseURL: `${gateway.url}/v1`,
      apiKey: 'none',
      timeout: 800,
      defaultHeaders: { 'x-fairlead-conversation': 'mine', ...extra },
    })

  it('is one call of the model, and its question stands once', async () => {
    const { gateway, upstream } = await gatewayOf(after(1500, ['Hello', ' you']))
    const answer = await impatient(gateway).chat.completions.create({ model: 'm', messages })
    expect(answer.choices[0]?.message.content).toBe('Hello you')
    expect(upstream.requests).toHaveLength(1)
    expect(await turnsOf(gateway, 'mine')).toMatchObject([{ status: 'completed' }])
  })

  it('is so with streams, and in Responses and Messages', async () => {
    const { gateway, upstream } = await gatewayOf(after(1500, ['Hello', ' you']))
    const stream = impatient(gateway).chat.completions.stream({ model: 'm', messages })
    const responses = impatient(gateway, { 'x-fairlead-conversation': 'second' }).responses.create({
      model: 'm',
      input: 'hi',
    })
    const anthropic = new Anthropic({
      baseURL: gateway.url,
      apiKey: 'none',
      timeout: 800,
      defaultHeaders: { 'x-fairlead-conversation': 'third' },
    })
    const message = anthropic.messages.create({ model: 'm', max_tokens: 100, messages })
    expect(await stream.finalContent()).toBe('Hello you')
    const response = await responses
    expect(response.output_text).toBe('Hello you')
    expect((await message).content).toMatchObject([{ type: 'text', text: 'Hello you' }])
    expect(upstream.requests).toHaveLength(3)
    for (const id of ['mine', 'second', 'third']) {
      expect(await turnsOf(gateway, id)).toMatchObject([{ status: 'completed' }])
    }
    const kept = await impatient(gateway).responses.retrieve(response.id)
    expect(kept.output_text).toBe('Hello you')
  })
})

describe('a call in a conversation with the Idempotency-Key of another', () => {
  const keyed = { 'x-fairlead-conversation': 'mine', 'idempotency-key': 'k' }

  it('joins its stream at every place, streamed or whole', async () => {
    const words = ['One ', 'two ', 'three ', 'four']
    const held = heldAnswer(words)
    const { gateway, upstream } = await gatewayOf(held.answer)
    const body = { model: 'm', messages }
    const asked = gateway.chat({ ...body, stream: true }, keyed)
    await upstream.request(1)
    held.say(0)
    const first = await asked
    const joined: Promise<Response>[] = []
    for (const index of words.keys()) {
      held.say(index)
      joined.push(gateway.chat({ ...body, stream: true }, keyed), gateway.chat(body, keyed))
      const streamed = await joined.at(-2)
      expect(streamed?.headers.get('x-fairlead-replay')).toBe('joined')
    }
    held.end()
    const firstText = textOf(await first.text())
    expect(firstText).toBe(words.join(''))
    for (const response of await Promise.all(joined)) {
      const text = await response.text()
      expect(response.status).toBe(200)
      expect(text.startsWith('{') ? whole(text) : textOf(text)).toBe(firstText)
    }
    const stored = await gateway.chat(body, keyed)
    expect(stored.headers.get('x-fairlead-replay')).toBe('stored')
    expect(whole(await stored.text())).toBe(firstText)
    const other = await gateway.chat({ ...body, seed: 1 }, keyed)
    expect(other.status).toBe(409)
    await other.text()
    expect(upstream.requests).toHaveLength(1)
    expect(await turnsOf(gateway, 'mine')).toHaveLength(1)
  })

  it('ends as it ends: with its error', async () => {
    const gate = Promise.withResolvers<void>()
    const { gateway } = await gatewayOf((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['Hal'])[1])
      void gate.promise.then(() => response.destroy())
    })
    const body = { model: 'm', messages }
    const first = await gateway.chat({ ...body, stream: true }, keyed)
    const second = await gateway.chat({ ...body, stream: true }, keyed)
    const third = gateway.chat(body, keyed)
    await turnsSay(gateway, 'Hal')
    gate.resolve()
    expect(await first.text()).toContain('upstream_stream_cut')
    const joined = await second.text()
    expect(textOf(joined)).toBe('Hal')
    expect(joined).toContain('upstream_stream_cut')
    expect((await third).status).toBe(502)
    await (await third).text()
  })

  it('finds the conversation that the first began as `new`, also at the same moment', async () => {
    const held = heldAnswer(['Hello'])
    const { gateway, upstream } = await gatewayOf(held.answer)
    const call = () =>
      gateway.chat(
        { model: 'm', messages },
        { 'x-fairlead-conversation': 'new', 'idempotency-key': 'k' },
      )
    const both = [call(), call()]
    await upstream.request(1)
    held.end()
    const answers = await Promise.all(both)
    answers.push(await call())
    const ids = answers.map(({ headers }) => headers.get('x-fairlead-conversation'))
    expect(new Set(ids).size).toBe(1)
    for (const answer of answers) expect(whole(await answer.text())).toBe('Hello')
    expect(upstream.requests).toHaveLength(1)
  })

  it('gets the answer in every other dialect', async () => {
    const { gateway, upstream } = await gatewayOf(json(200, completion('Hello')))
    const headers = (id: string) => ({ 'x-fairlead-conversation': id, 'idempotency-key': 'k' })
    const anthropic = new Anthropic({ baseURL: gateway.url, apiKey: 'none', maxRetries: 0 })
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    const gemini = new GoogleGenAI({
      apiKey: 'none',
      httpOptions: { baseUrl: gateway.url, headers: headers('gemini') },
    })
    for (const round of [1, 2]) {
      const message = await anthropic.messages.create(
        { model: 'm', max_tokens: 100, messages },
        { headers: headers('anthropic') },
      )
      expect(message.content).toMatchObject([{ text: 'Hello' }])
      const response = await openai.responses.create(
        { model: 'm', input: 'hi' },
        { headers: headers('responses') },
      )
      expect(response.output_text).toBe('Hello')
      expect((await openai.responses.retrieve(response.id)).output_text).toBe('Hello')
      const generated = await gemini.models.generateContent({ model: 'm', contents: 'hi' })
      expect(generated.text).toBe('Hello')
      expect(upstream.requests, `round ${round}`).toHaveLength(3)
    }
    const stream = await gemini.models.generateContentStream({ model: 'm', contents: 'hi' })
    let text = ''
    for await (const chunk of stream) text += chunk.text ?? ''
    expect(text).toBe('Hello')
    const streamed = anthropic.messages.stream(
      { model: 'm', max_tokens: 100, messages },
      { headers: headers('anthropic') },
    )
    expect(await streamed.finalText()).toBe('Hello')
    expect(upstream.requests).toHaveLength(3)
  })
})

/** Resolves when the newest turn has this output. */
async function turnsSay(gateway: TestGateway, text: string): Promise<void> {
  await expect
    .poll(async () => JSON.stringify(await turnsOf(gateway, 'mine')), { timeout: 5000 })
    .toContain(`"text":"${text}"`)
}

function textOf(stream: string): string {
  let text = ''
  for (const line of stream.split('\n')) {
    if (!line.startsWith('data: {')) continue
    const chunk = JSON.parse(line.slice(6)) as {
      choices?: { delta: { content?: string } }[]
    }
    text += chunk.choices?.[0]?.delta.content ?? ''
  }
  return text
}

function whole(text: string): string {
  return (JSON.parse(text) as { choices: { message: { content: string } }[] }).choices[0]?.message
    .content as string
}
