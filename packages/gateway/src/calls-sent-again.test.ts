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

/** Answers once the SDK has given up waiting, and sends the call again. */
function afterRetry(words: readonly string[]) {
  const retried = Promise.withResolvers<void>()
  let sent = 0
  const answer: Answer = (response, request) => {
    void retried.promise.then(() => {
      if (request.body['stream'] !== true) {
        json(200, completion(words.join('')))(response, request)
        return
      }
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(chunks(words).join(''))
    })
  }
  const countingFetch: typeof fetch = (...parts) => {
    sent += 1
    const answered = fetch(...parts)
    if (sent === 2) retried.resolve()
    return answered
  }
  return { answer, fetch: countingFetch }
}

describe('a call in a conversation that an SDK sends again', () => {
  const inChat = { 'x-fairlead-conversation': 'mine' }

  async function bench() {
    const { answer, fetch: sdkFetch } = afterRetry(['Hello', ' you'])
    const { gateway, upstream } = await gatewayOf(answer)
    const options = { apiKey: 'none', timeout: 800, fetch: sdkFetch, defaultHeaders: inChat }
    return {
      gateway,
      upstream,
      openai: new OpenAI({ ...options, baseURL: `${gateway.url}/v1` }),
      anthropic: new Anthropic({ ...options, baseURL: gateway.url }),
    }
  }
  type Bench = Awaited<ReturnType<typeof bench>>

  it.each<[string, (bench: Bench) => Promise<unknown>]>([
    [
      'a whole answer',
      async ({ openai }) =>
        (await openai.chat.completions.create({ model: 'm', messages })).choices[0]?.message
          .content,
    ],
    [
      'a stream',
      ({ openai }) => openai.chat.completions.stream({ model: 'm', messages }).finalContent(),
    ],
    [
      'a response that is kept',
      async ({ openai }) => {
        const { id, output_text: text } = await openai.responses.create({ model: 'm', input: 'hi' })
        expect((await openai.responses.retrieve(id)).output_text).toBe(text)
        return text
      },
    ],
    [
      'a message',
      async ({ anthropic }) => {
        const { content } = await anthropic.messages.create({
          model: 'm',
          max_tokens: 100,
          messages,
        })
        return content.map((block) => (block.type === 'text' ? block.text : '')).join('')
      },
    ],
    [
      'a stream of a message',
      ({ anthropic }) =>
        anthropic.messages.stream({ model: 'm', max_tokens: 100, messages }).finalText(),
    ],
  ])('is one call of the model, and its question stands once: %s', async (_, ask) => {
    const opened = await bench()
    expect(await ask(opened)).toBe('Hello you')
    expect(opened.upstream.requests).toHaveLength(1)
    expect(await turnsOf(opened.gateway, 'mine')).toMatchObject([{ status: 'completed' }])
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

describe('the stream of a turn', () => {
  const keyed = { 'x-fairlead-conversation': 'mine' }
  const streamOf = (gateway: TestGateway, turn = '') =>
    fetch(`${gateway.url}/v1/conversations/mine/turns/${turn}/stream`)

  it('has all that came so far and what comes, without a key, while it runs and after', async () => {
    const held = heldAnswer(['One ', 'two'])
    const { gateway, upstream } = await gatewayOf(held.answer)
    const asked = gateway.chat({ model: 'm', messages, stream: true }, keyed)
    await upstream.request(1)
    held.say(0)
    await asked
    const [turn] = await turnsOf(gateway, 'mine')
    const running = await streamOf(gateway, 'last')
    held.say(1)
    held.end()
    await (await asked).text()
    const after = await streamOf(gateway, turn?.id)
    expect(after.headers.get('content-type')).toContain('text/event-stream')
    for (const text of [await running.text(), await after.text()]) {
      expect(text).toContain('event: response.created')
      expect(text).toContain('"text":"One two"')
      expect(text).toContain('event: response.completed')
    }
  })

  it('ends with an error where the turn did', async () => {
    const { gateway } = await gatewayOf((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.end(chunks(['Hal'])[1])
    })
    await (await gateway.chat({ model: 'm', messages, stream: true }, keyed)).text()
    const [turn] = await turnsOf(gateway, 'mine')
    const text = await (await streamOf(gateway, turn?.id)).text()
    expect(text).toContain('"delta":"Hal"')
    expect(text).toContain('event: response.failed')
  })

  it('says that the turn was cancelled, while it runs and after', async () => {
    const held = heldAnswer(['One ', 'two'])
    const { gateway, upstream } = await gatewayOf(held.answer)
    const asked = gateway.chat({ model: 'm', messages, stream: true }, keyed)
    await upstream.request(1)
    held.say(0)
    await asked
    const [turn] = await turnsOf(gateway, 'mine')
    const running = await streamOf(gateway, turn?.id)
    await fetch(`${gateway.url}/v1/conversations/mine/cancel`, { method: 'POST' })
    const after = await streamOf(gateway, turn?.id)
    for (const text of [await running.text(), await after.text()]) {
      expect(text).toContain('"delta":"One "')
      expect(text).toContain('"code":"turn_cancelled"')
    }
  })

  it('is not found for a turn that is not there', async () => {
    const { gateway } = await gatewayOf(json(200, completion('Hello')))
    await (await gateway.chat({ model: 'm', messages }, keyed)).text()
    expect((await streamOf(gateway, 'turn_none')).status).toBe(404)
    const [turn] = await turnsOf(gateway, 'mine')
    expect((await streamOf(gateway, `${turn?.id}/stream?starting_after=1#`)).status).toBe(400)
  })
})

describe('a call without a conversation with the Idempotency-Key of another', () => {
  const keyed = { 'idempotency-key': 'k' }
  const body = { model: 'm', messages }

  it('joins it while it is made, streamed or whole, though its caller has left', async () => {
    const words = ['One ', 'two ', 'three']
    const held = heldAnswer(words)
    const { gateway, upstream } = await gatewayOf(held.answer)
    const left = new AbortController()
    const first = fetch(`${gateway.url}/v1/chat/completions`, {
      method: 'POST',
      signal: left.signal,
      headers: { 'content-type': 'application/json', ...keyed },
      body: JSON.stringify({ ...body, stream: true }),
    })
    await upstream.request(1)
    held.say(0)
    await first
    left.abort()
    const streamed = await gateway.chat({ ...body, stream: true }, keyed)
    const joined = gateway.chat(body, keyed)
    expect(streamed.headers.get('x-fairlead-replay')).toBe('joined')
    held.say(1)
    held.say(2)
    held.end()
    expect(textOf(await streamed.text())).toBe(words.join(''))
    expect(whole(await (await joined).text())).toBe(words.join(''))
    expect(upstream.requests).toHaveLength(1)
  })

  it('gets it again as it was: finish reason, usage, logprobs and fields of its own', async () => {
    const choice = {
      index: 0,
      message: { role: 'assistant', content: 'Hel' },
      finish_reason: 'length',
      logprobs: {
        content: [{ token: 'Hel', logprob: -0.5, bytes: [72, 101, 108], top_logprobs: [] }],
        refusal: null,
      },
    }
    const given = completion('', { choices: [choice], system_fingerprint: 'fp_1' })
    const { gateway, upstream } = await gatewayOf(json(200, given))
    const asked = { ...body, logprobs: true }
    const first = (await (await gateway.chat(asked, keyed)).json()) as object
    const again = await gateway.chat(asked, keyed)
    expect(again.headers.get('x-fairlead-replay')).toBe('stored')
    expect(again.headers.get('x-fairlead-provider')).toBeNull()
    expect(await again.json()).toMatchObject(first)
    expect(upstream.requests).toHaveLength(1)
    expect((await gateway.chat({ ...asked, seed: 1 }, keyed)).status).toBe(409)
    await (await gateway.chat(body)).text()
    expect(upstream.requests).toHaveLength(2)
  })

  it('is a call of its own after an error', async () => {
    const { gateway, upstream } = await gatewayOf(json(400, { error: { message: 'no' } }))
    expect((await gateway.chat(body, keyed)).status).toBe(400)
    upstream.answer = json(200, completion('Hello'))
    const again = await gateway.chat(body, keyed)
    expect(again.headers.get('x-fairlead-replay')).toBeNull()
    expect(whole(await again.text())).toBe('Hello')
  })

  it('is told the same response, in the background too', async () => {
    const { gateway, upstream } = await gatewayOf(json(200, completion('Hello')))
    const openai = new OpenAI({ baseURL: `${gateway.url}/v1`, apiKey: 'none', maxRetries: 0 })
    for (const background of [false, true]) {
      const headers = { 'idempotency-key': `k-${background}` }
      const create = () =>
        openai.responses.create({ model: 'm', input: 'hi', background }, { headers })
      const first = await create()
      await expect
        .poll(async () => (await openai.responses.retrieve(first.id)).status)
        .toBe('completed')
      const again = await create()
      expect(again).toMatchObject({ id: first.id, output_text: 'Hello', status: 'completed' })
    }
    expect(upstream.requests).toHaveLength(2)
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
