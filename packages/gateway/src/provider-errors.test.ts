import Anthropic from '@anthropic-ai/sdk'
import { type Clock, systemClock } from '@fairlead/base'
import { ApiError, GoogleGenAI } from '@google/genai'
import { Ollama } from 'ollama'
import OpenAI from 'openai'
import { describe, expect, it } from 'vitest'
import {
  type FailingProvider,
  failingProviders,
  type Situation,
  situations,
  words,
} from './test-support/failing-providers.ts'
import { hastyClock } from './test-support/hasty-clock.ts'
import { keyedProvider } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, json } from './test-support/upstream.ts'

type Constructor = abstract new (...args: never) => Error

interface Caller {
  readonly name: string
  /** The class of error that the SDK throws, and its status. */
  readonly errors: Readonly<Record<Situation, readonly [Constructor, number]>>
  ask(url: string, stream: boolean): Promise<unknown>
  /** What its errors call the id of the call; undefined for an SDK that shows none. */
  requestIdOf(error: unknown): unknown
  /** The headers of an error; undefined for an SDK that shows none. */
  headersOf(error: unknown): Headers | undefined
  readonly retries?: (url: string) => Promise<unknown>
}

const messages = [{ role: 'user' as const, content: 'hi' }]

async function drained(stream: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of stream);
}

const openAiOf = (url: string, maxRetries = 0) =>
  new OpenAI({ baseURL: `${url}/v1`, apiKey: 'x', maxRetries })
const anthropicOf = (url: string, maxRetries = 0) =>
  new Anthropic({ baseURL: url, apiKey: 'x', maxRetries })
const asked = { model: 'm', max_tokens: 10, messages }

const openAiErrors: Caller['errors'] = {
  mistake: [OpenAI.BadRequestError, 400],
  'too long': [OpenAI.BadRequestError, 400],
  refused: [OpenAI.BadRequestError, 400],
  'no model': [OpenAI.NotFoundError, 404],
  limit: [OpenAI.RateLimitError, 429],
  overloaded: [OpenAI.InternalServerError, 503],
  broken: [OpenAI.InternalServerError, 502],
  bill: [OpenAI.InternalServerError, 502],
  key: [OpenAI.InternalServerError, 502],
}

function sameClass(kind: Constructor): Caller['errors'] {
  return Object.fromEntries(
    situations.map((situation) => [situation, [kind, openAiErrors[situation][1]]]),
  ) as unknown as Caller['errors']
}

const callers: readonly Caller[] = [
  {
    name: 'openai chat',
    errors: openAiErrors,
    ask: async (url, stream) => {
      const { completions } = openAiOf(url).chat
      if (!stream) return completions.create({ model: 'm', messages })
      return drained(await completions.create({ model: 'm', messages, stream: true }))
    },
    requestIdOf: (error) => (error as { requestID?: unknown }).requestID,
    headersOf: (error) => (error as { headers?: Headers }).headers,
    retries: (url) => openAiOf(url, 1).chat.completions.create({ model: 'm', messages }),
  },
  {
    name: 'openai legacy completions',
    errors: openAiErrors,
    ask: async (url, stream) => {
      const { completions } = openAiOf(url)
      if (!stream) return completions.create({ model: 'm', prompt: 'hi' })
      return drained(await completions.create({ model: 'm', prompt: 'hi', stream: true }))
    },
    requestIdOf: (error) => (error as { requestID?: unknown }).requestID,
    headersOf: (error) => (error as { headers?: Headers }).headers,
  },
  {
    name: 'openai responses',
    errors: openAiErrors,
    ask: async (url, stream) => {
      const { responses } = openAiOf(url)
      if (!stream) return responses.create({ model: 'm', input: 'hi', store: false })
      const input = { model: 'm', input: 'hi', store: false, stream: true } as const
      return drained(await responses.create(input))
    },
    requestIdOf: (error) => (error as { requestID?: unknown }).requestID,
    headersOf: (error) => (error as { headers?: Headers }).headers,
  },
  {
    name: 'anthropic',
    errors: {
      mistake: [Anthropic.BadRequestError, 400],
      'too long': [Anthropic.BadRequestError, 400],
      refused: [Anthropic.BadRequestError, 400],
      'no model': [Anthropic.NotFoundError, 404],
      limit: [Anthropic.RateLimitError, 429],
      overloaded: [Anthropic.InternalServerError, 529],
      broken: [Anthropic.InternalServerError, 502],
      bill: [Anthropic.InternalServerError, 502],
      key: [Anthropic.InternalServerError, 502],
    },
    ask: async (url, stream) => {
      const anthropic = anthropicOf(url)
      if (!stream) return anthropic.messages.create(asked)
      return anthropic.messages.stream(asked).finalMessage()
    },
    requestIdOf: (error) => (error as { requestID?: unknown }).requestID,
    headersOf: (error) => (error as { headers?: Headers }).headers,
    retries: (url) => anthropicOf(url, 1).messages.create(asked),
  },
  {
    name: 'google',
    errors: sameClass(ApiError),
    ask: async (url, stream) => {
      const { models } = new GoogleGenAI({ apiKey: 'x', httpOptions: { baseUrl: url } })
      const input = { model: 'm', contents: 'hi' }
      return stream
        ? drained(await models.generateContentStream(input))
        : models.generateContent(input)
    },
    requestIdOf: () => undefined,
    headersOf: () => undefined,
  },
  {
    name: 'ollama',
    errors: sameClass(Error),
    ask: async (url, stream) => {
      const ollama = new Ollama({ host: url })
      return stream
        ? drained(await ollama.chat({ model: 'm', messages, stream: true }))
        : ollama.chat({ model: 'm', messages })
    },
    requestIdOf: () => undefined,
    headersOf: () => undefined,
  },
]

async function gatewayOf(provider: FailingProvider, answer: Answer, clock: Clock = systemClock) {
  const upstream = await testUpstream(answer)
  const gateway = await testGateway({
    providers: [
      keyedProvider('provider', {
        type: provider.type,
        baseURL: upstream.url.replace('/v1', provider.path),
      }),
    ],
    secrets: { provider: 'sk-provider' },
    options: { clock },
  })
  return { gateway, upstream }
}

async function thrownBy(promise: Promise<unknown>): Promise<Error & { readonly status?: number }> {
  const outcome = await promise.then(
    () => undefined,
    (error: unknown) => error,
  )
  expect(outcome).toBeInstanceOf(Error)
  return outcome as Error
}

/** Whose bill it is and whose key was wrong is not told in the provider's words. */
const ownWords: ReadonlySet<Situation> = new Set<Situation>(['bill', 'key'])

describe.each(callers)('the SDK $name', (caller) => {
  describe.each(failingProviders)('with a provider of type $type', (provider) => {
    it.each(situations)('throws its own class of error: %s', async (situation) => {
      // A call whose key is refused waits for another.
      const clock = situation === 'key' ? hastyClock : systemClock
      const { gateway } = await gatewayOf(provider, provider.fails(situation), clock)
      const error = await thrownBy(caller.ask(gateway.url, false))
      const [kind, status] = caller.errors[situation]
      const isOllamaRefusal = provider.type === 'Ollama' && situation === 'refused'
      const told = error.status ?? (error as { status_code?: number }).status_code
      if (isOllamaRefusal) expect(told).toBe(403)
      else {
        expect(error).toBeInstanceOf(kind)
        expect(told).toBe(status)
      }
      if (ownWords.has(situation)) expect(error.message).not.toContain(words)
      else expect(error.message).toContain(words)
      const headers = caller.headersOf(error)
      if (headers === undefined) return
      const id = provider.requestId ?? headers.get('x-fairlead-request-id')
      expect(caller.requestIdOf(error)).toBe(id)
      expect(headers.get('x-request-id')).toBe(id)
      expect(headers.get('retry-after')).toBe(situation === 'limit' ? '7' : null)
      expect(headers.get('x-should-retry')).toBe(ownWords.has(situation) ? 'false' : null)
    })

    it('raises an error in mid-stream', async () => {
      const { gateway } = await gatewayOf(provider, provider.breaksOff)
      const error = await thrownBy(caller.ask(gateway.url, true))
      expect(error.message).toContain(words)
    })
  })
})

describe('an answer that is translated', () => {
  const usage = { input_tokens: 1, output_tokens: 1 }
  const message = { id: 'msg_1', type: 'message', role: 'assistant', model: 'm', usage }
  const said = {
    ...message,
    content: [{ type: 'text', text: 'hi' }],
    stop_reason: 'end_turn',
    stop_sequence: null,
  }
  const anthropic = { type: 'Anthropic', path: '/v1' } as FailingProvider
  const openAi = { type: 'OpenAI', path: '/v1' } as FailingProvider

  it("has the id and the limits of Anthropic's where OpenAI's SDK looks for them", async () => {
    const headers = {
      'request-id': 'req_anthropic',
      'anthropic-ratelimit-requests-limit': '50',
      'anthropic-ratelimit-requests-remaining': '49',
      'anthropic-ratelimit-requests-reset': '2000-01-01T00:00:00Z',
    }
    const { gateway } = await gatewayOf(anthropic, json(200, said, headers))
    const asking = openAiOf(gateway.url).chat.completions.create({ model: 'm', messages })
    const { data, response, request_id: id } = await asking.withResponse()
    expect(data.choices[0]?.message.content).toBe('hi')
    expect(id).toBe('req_anthropic')
    expect(response.headers.get('x-ratelimit-limit-requests')).toBe('50')
    expect(response.headers.get('x-ratelimit-remaining-requests')).toBe('49')
    expect(response.headers.get('x-ratelimit-reset-requests')).toBe('0ms')
    const logged = gateway.logs.find((entry) => entry.message === 'call')
    expect(logged?.fields['attempts']).toMatchObject([{ id: 'req_anthropic' }])
  })

  it("has those of OpenAI's where Anthropic's SDK looks for them, as a stream too", async () => {
    const { gateway } = await gatewayOf(openAi, (response) => {
      response.writeHead(200, {
        'content-type': 'text/event-stream',
        'x-request-id': 'req_openai',
        'x-ratelimit-remaining-tokens': '1000',
        'x-ratelimit-reset-tokens': '6m0s',
      })
      response.end(chunks(['hi']).join(''))
    })
    const stream = anthropicOf(gateway.url).messages.stream(asked)
    const { request_id: id, response } = await stream.withResponse()
    expect(await stream.finalText()).toBe('hi')
    expect(id).toBe('req_openai')
    expect(response.headers.get('anthropic-ratelimit-tokens-remaining')).toBe('1000')
    expect(response.headers.get('anthropic-ratelimit-tokens-reset')).toMatch(/^\d{4}-.*Z$/)
  })
})

describe('what a provider says of trying again', () => {
  it.each(['true', 'false'])('reaches the caller: x-should-retry: %s', async (advice) => {
    const body = { type: 'error', error: { type: 'rate_limit_error', message: words } }
    const headers = { 'x-should-retry': advice, 'retry-after-ms': '250' }
    const provider = { type: 'Anthropic', path: '/v1' } as FailingProvider
    const { gateway } = await gatewayOf(provider, json(429, body, headers))
    const response = await gateway.chat({ model: 'm', messages })
    expect(response.status).toBe(429)
    expect(response.headers.get('x-should-retry')).toBe(advice)
    expect(response.headers.get('retry-after')).toBe('1')
    expect(response.headers.get('retry-after-ms')).toBe('250')
  })

  it('passes with a refusal that passes', async () => {
    const body = { error: { message: words, type: 'invalid_request_error', code: null } }
    const headers = { 'x-should-retry': 'true', 'retry-after': '3', 'x-request-id': 'req_openai' }
    const provider = { type: 'OpenAI', path: '/v1' } as FailingProvider
    const { gateway } = await gatewayOf(provider, json(409, body, headers))
    const response = await gateway.chat({ model: 'm', messages })
    expect(await response.json()).toEqual(body)
    expect(response.headers.get('x-should-retry')).toBe('true')
    expect(response.headers.get('retry-after')).toBe('3')
    expect(response.headers.get('x-request-id')).toBe('req_openai')
  })
})

const retrying = callers.flatMap(({ name, retries }) =>
  retries === undefined ? [] : [{ name, retries }],
)

describe.each(retrying)('the SDK $name tries again', ({ retries }) => {
  it.each(failingProviders)('not what the gateway has to settle: $type', async (provider) => {
    const { gateway } = await gatewayOf(provider, provider.fails('bill'))
    await thrownBy(retries(gateway.url))
    expect(gateway.logs.filter(({ message }) => message === 'call')).toHaveLength(1)
  })
})
