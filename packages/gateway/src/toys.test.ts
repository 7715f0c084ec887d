import { FakeClock } from '@fairlead/base/testing'
import type { StreamEvent } from '@fairlead/llm'
import { lineDialect } from '@fairlead/llm/testing'
import { describe, expect, it } from 'vitest'
import {
  answerOf,
  type AnswerStream,
  type AnswerTransform,
  type AnswerTransformer,
  answerTransformers,
  bearerRequest,
  type CallOutcome,
  callPolicies,
  CallRequest,
  type CreateCallPolicy,
  EventAnswer,
  gatewayError,
  parseJsonObject,
  type ProviderApi,
  type ProviderType,
  providerTypes,
  readCallContext,
  type RoutingStrategy,
  routingStrategies,
  type Surface,
  surfaces,
} from './index.ts'
import { describeStrategyContract } from './routing/test-support/strategy-contract.ts'
import { keyedProvider, providerOf, routeOf, simulatorOf } from './test-support/snapshot.ts'
import { testGateway, testUpstream } from './test-support/test-gateway.ts'
import { type Answer, chunks, completion, json, sse } from './test-support/upstream.ts'

// A toy for each kind of alternative in the gateway, added by its list alone, with what the package
// exports.

const linesSurface: Surface = {
  name: 'lines',
  dialect: lineDialect,
  routes: [
    {
      method: 'POST',
      path: '/lines/{model}',
      reader:
        (call, { model }) =>
        (body) => {
          const fields = { ...parseJsonObject(body), model }
          return new CallRequest({
            body: Buffer.from(JSON.stringify(fields)),
            fields,
            context: readCallContext(call.http.request.headers, undefined),
            rendered: undefined,
            sent: call.dialect.passage.inspect(fields),
            defaultModel: undefined,
          })
        },
    },
    { method: 'GET', path: '/lines', answer: ({ caller }) => ({ caller: caller.name }) },
  ],
}

const linesApi: ProviderApi = {
  dialect: lineDialect,
  encoding: {},
  // Path and headers may depend on the request, and preparing them may be asynchronous.
  prepare: async (request, credential) => {
    await Promise.resolve()
    return bearerRequest(request, `/${request.model}?stream=${request.stream}`, credential)
  },
}

const linesProvider: ProviderType = {
  type: 'Lines',
  remote: true,
  address: undefined,
  versionPath: undefined,
  presets: new Map(),
  telemetryName: 'lines',
  needsCredential: false,
  apisOf: () => [linesApi],
}

const lineAnswer: Answer = (response, { body }) => {
  const isStream = body['stream'] === true
  response.writeHead(200, {
    'content-type': isStream ? 'application/x-ndjson' : 'application/json',
    'x-line-speed': '9600',
  })
  const said = `you said ${String(body['say'])}`
  response.end(
    isStream ? `{"text":  "${said}"}\n{"tokens":[5,2]}\n` : `{"text":  "${said}","tokens":[5,2]}`,
  )
}

async function startWithLines() {
  const lines = await testUpstream(lineAnswer)
  const openai = await testUpstream((response, request) => {
    const answer = request.body['stream'] === true ? sse(...chunks(['he', 'llo'])) : undefined
    ;(answer ?? json(200, completion('hello')))(response, request)
  })
  const gateway = await testGateway({
    providers: [
      providerOf('lines', { type: 'Lines', baseURL: lines.url }),
      keyedProvider('openai', { baseURL: openai.url }),
    ],
    routes: [
      routeOf('openai', [{ provider: 'openai' }], { match: { models: ['gpt'] } }),
      routeOf('lines', [{ provider: 'lines' }]),
    ],
    secrets: { openai: 'sk' },
    options: {
      surfaces: [...surfaces, linesSurface],
      providerTypes: [...providerTypes, linesProvider],
    },
  })
  return { gateway, lines, openai }
}

describe('a toy surface, dialect and provider type', () => {
  it('let bytes pass between parties of one dialect, whole and streamed', async () => {
    const { gateway, lines } = await startWithLines()
    const whole = await gateway.post('/lines/m1', { say: 'hi', unknown: 1 })
    expect(await whole.text()).toBe('{"text":  "you said hi","tokens":[5,2]}')
    expect(whole.headers.get('x-line-speed')).toBe('9600')
    const streamed = await gateway.post('/lines/m1', { say: 'hi', stream: true })
    expect(await streamed.text()).toBe('{"text":  "you said hi"}\n{"tokens":[5,2]}\n')
    expect(lines.requests.map(({ path }) => path)).toEqual([
      '/v1/m1?stream=false',
      '/v1/m1?stream=true',
    ])
    expect(lines.requests[0]?.body).toEqual({ say: 'hi', unknown: 1, model: 'm1' })
    const calls = gateway.logs.filter(({ message }) => message === 'call')
    expect(calls.map(({ fields }) => fields['outputTokens'])).toEqual([2, 2])
  })

  it('translate between dialects in both directions', async () => {
    const { gateway } = await startWithLines()
    const chat = (stream: boolean) =>
      gateway.chat({ model: 'any', stream, messages: [{ role: 'user', content: 'hi' }] })
    expect(await (await chat(false)).json()).toMatchObject({
      choices: [{ message: { content: 'you said hi' } }],
      usage: { prompt_tokens: 5, completion_tokens: 2 },
    })
    expect(await (await chat(true)).text()).toContain('"content":"you said hi"')
    const lines = await gateway.post('/lines/gpt', { say: 'hi' })
    expect(await lines.json()).toEqual({ text: 'hello', tokens: [12, 3] })
    const streamed = await gateway.post('/lines/gpt', { say: 'hi', stream: true })
    expect(await streamed.text()).toBe('{"text":"he"}\n{"text":"llo"}\n{"tokens":[]}\n')
  })

  it('report errors in the format of the dialect that was called', async () => {
    const { gateway } = await startWithLines()
    const wrong = await gateway.post('/lines/m1', { say: 1 })
    expect(wrong.status).toBe(400)
    expect(await wrong.json()).toEqual({ failed: expect.stringContaining("'say'") as string })
    const method = await fetch(`${gateway.url}/lines/m1`)
    expect([method.status, method.headers.get('allow')]).toEqual([405, 'POST'])
    expect(await method.json()).toEqual({ failed: expect.stringContaining('POST') as string })
    const own = await fetch(`${gateway.url}/lines`)
    expect(await own.json()).toEqual({ caller: '' })
  })
})

const lastFirst: RoutingStrategy = { type: 'LastFirst', order: (targets) => targets.toReversed() }

describeStrategyContract(lastFirst)

describe('a toy routing strategy', () => {
  it('orders the targets of the routes that name it', async () => {
    const upstream = await testUpstream(json(200, completion('ok')))
    const providers = ['one', 'two'].map((name) =>
      providerOf(name, { type: 'OpenAICompatible', baseURL: upstream.url }),
    )
    const gateway = await testGateway({
      providers,
      routes: [routeOf('r', [{ provider: 'one' }, { provider: 'two' }], { strategy: 'LastFirst' })],
      options: { routingStrategies: [...routingStrategies, lastFirst] },
    })
    const response = await gateway.chat({ model: 'm', messages: [{ role: 'user', content: 'x' }] })
    expect(response.headers.get('x-fairlead-provider')).toBe('default/two')
  })
})

describe('a toy policy', () => {
  it('rejects a call, answers one itself, and is settled once for each call', async () => {
    const upstream = await testUpstream(json(200, completion('from the provider')))
    const outcomes: Pick<CallOutcome, 'status' | 'errorCode' | 'usage'>[] = []
    const toy: CreateCallPolicy = () => ({
      name: 'toy',
      stage: 'admission',
      enter({ request, route }) {
        if (request.model === 'forbidden') throw gatewayError.featureNotAllowed(route.label)
        const said = { type: 'output_text', text: 'canned' } as const
        const output = [{ type: 'message', role: 'assistant', content: [said] }] as const
        const canned = { id: 'c', model: 'c', createdAt: 1, output, finishReason: 'stop' } as const
        return {
          ...(request.model === 'canned' ? { answer: answerOf(canned, !request.sent.stream) } : {}),
          settle: ({ status, errorCode, usage }) =>
            void outcomes.push({ status, errorCode, usage }),
        }
      },
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
      options: { policies: [...callPolicies, toy] },
    })
    const ask = (model: string, more: object = {}) =>
      gateway.chat({ model, messages: [{ role: 'user', content: 'x' }], ...more })
    expect((await ask('forbidden')).status).toBe(403)
    expect(await (await ask('plain')).json()).toMatchObject({
      choices: [{ message: { content: 'from the provider' } }],
    })
    expect(await (await ask('canned')).json()).toMatchObject({
      choices: [{ message: { content: 'canned' } }],
    })
    expect(await (await ask('canned', { stream: true })).text()).toContain('"content":"canned"')
    expect(upstream.requests).toHaveLength(1)
    expect(outcomes.map(({ status }) => status)).toEqual([200, 200, 200])
    expect(outcomes[0]?.usage?.outputTokens).toBe(3)
  })
})

describe('an alternative that fails', () => {
  const ask = { model: 'm', messages: [{ role: 'user', content: 'x' }] }

  it('a provider type whose request is never ready is under the deadline of the call', async () => {
    const clock = new FakeClock()
    const asked = Promise.withResolvers<AbortSignal>()
    const waiting: ProviderType = {
      ...linesProvider,
      apisOf: () => [
        {
          ...linesApi,
          prepare({ signal }) {
            asked.resolve(signal)
            return new Promise<never>(() => {})
          },
        },
      ],
    }
    const gateway = await testGateway({
      providers: [providerOf('lines', { type: 'Lines', baseURL: 'http://127.0.0.1:9' })],
      options: { clock, providerTypes: [waiting] },
    })
    const response = gateway.chat(ask)
    const signal = await asked.promise
    await clock.advance(24 * 60 * 60 * 1000)
    expect(signal.aborted).toBe(true)
    expect((await response).status).toBe(504)
  })

  it('a transform that ends before its provider does releases the connection', async () => {
    const upstream = await testUpstream((response) => {
      response.writeHead(200, { 'content-type': 'text/event-stream' })
      response.write(chunks(['a']).slice(0, 2).join(''))
    })
    const brief: AnswerTransform = {
      name: 'brief',
      takes: 'events',
      apply(answer) {
        let ended = false
        return new EventAnswer(answer.isWhole, async () => {
          if (ended) return undefined
          ended = true
          const piece = await answer.next()
          return [...(piece?.events() ?? []), { type: 'finish', finishReason: 'stop' }]
        })
      },
    }
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
      options: { transformers: [{ name: 'brief', transformFor: () => brief }] },
    })
    const response = await gateway.chat({ ...ask, stream: true })
    expect((await response.text()).trimEnd().endsWith('data: [DONE]')).toBe(true)
    await upstream.requests[0]?.aborted
  })

  it('a permit that cannot be settled harms neither the call nor the other permits', async () => {
    const settled: string[] = []
    const permit =
      (name: string, settle: () => void): CreateCallPolicy =>
      () => ({ name, stage: 'arrival', enter: () => ({ settle }) })
    const gateway = await testGateway({
      providers: [simulatorOf('simulator')],
      options: {
        policies: [
          permit('bad', () => {
            throw new Error('boom')
          }),
          permit('good', () => void settled.push('good')),
        ],
      },
    })
    const response = await gateway.chat(ask)
    expect(response.status).toBe(200)
    expect(await response.json()).toMatchObject({ object: 'chat.completion' })
    await gateway.drain(60_000)
    expect(settled).toEqual(['good'])
    expect(gateway.logs.map(({ message }) => message)).toContain(
      'a policy failed to settle a call that has ended',
    )
  })

  it('a transformer that throws ends the turn of the conversation', async () => {
    const gateway = await testGateway({
      providers: [simulatorOf('simulator')],
      options: {
        transformers: [
          {
            name: 'broken',
            transformFor() {
              throw new Error('boom')
            },
          },
        ],
      },
    })
    const response = await gateway.chat(ask, { 'x-fairlead-conversation': 'mine' })
    expect(response.status).toBe(500)
    const turns = await fetch(`${gateway.url}/v1/conversations/mine/turns`)
    expect(await turns.json()).toMatchObject({ data: [{ status: 'failed' }] })
  })

  it.each([false, true])('a transform that refuses keeps its error, stream: %s', async (stream) => {
    const error = gatewayError.featureNotAllowed('m')
    const refusing: AnswerTransform = {
      name: 'refusing',
      takes: 'events',
      apply: ({ isWhole }) =>
        new EventAnswer(isWhole, () => Promise.resolve([{ type: 'error', error }])),
    }
    const gateway = await testGateway({
      providers: [simulatorOf('simulator')],
      options: { transformers: [{ name: 'refuser', transformFor: () => refusing }] },
    })
    expect(await (await gateway.chat({ ...ask, stream })).text()).toContain(error.code)
  })
})

const loud: AnswerTransform = {
  name: 'loud',
  takes: 'events',
  apply: (answer) =>
    new EventAnswer(answer.isWhole, async () => {
      const piece = await answer.next()
      return piece
        ?.events()
        .map((event): StreamEvent =>
          event.type === 'text-delta' ? { ...event, text: event.text.toUpperCase() } : event,
        )
    }),
}

const shortened: AnswerTransform = {
  name: 'shortened',
  takes: 'bytes',
  apply: (answer) => new Shortened(answer),
}

/** The answer with single spaces; its length is known only at its end. */
class Shortened implements AnswerStream {
  readonly dialect: AnswerStream['dialect']
  readonly status: number
  readonly headers: AnswerStream['headers']
  readonly isWhole: boolean
  readonly byteLength = undefined
  readonly #answer: AnswerStream

  constructor(answer: AnswerStream) {
    this.dialect = answer.dialect
    this.status = answer.status
    this.headers = answer.headers
    this.isWhole = answer.isWhole
    this.#answer = answer
  }

  async next() {
    const piece = await this.#answer.next()
    if (piece === undefined) return undefined
    const bytes = Buffer.from(piece.bytes.toString().replaceAll('  ', ' '))
    return { bytes, events: () => piece.events() }
  }

  get rest() {
    return this.#answer.rest
  }

  get usage() {
    return this.#answer.usage
  }

  get isComplete() {
    return this.#answer.isComplete
  }

  response() {
    return this.#answer.response()
  }
}

const toyTransformer: AnswerTransformer = {
  name: 'toy',
  transformFor({ request }) {
    if (request.model === 'loud') return loud
    return request.model === 'short' ? shortened : undefined
  },
}

describe('a toy transform', () => {
  it('changes the text, whole and streamed, and leaves other calls alone', async () => {
    const upstream = await testUpstream((response, request) => {
      const streams = request.body['stream'] === true
      const answer = streams ? sse(...chunks(['he', 'llo'])) : json(200, completion('hello'))
      answer(response, request)
    })
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
      options: { transformers: [...answerTransformers, toyTransformer] },
    })
    const ask = (model: string, stream: boolean) =>
      gateway.chat({ model, stream, messages: [{ role: 'user', content: 'x' }] })
    expect(await (await ask('loud', false)).json()).toMatchObject({
      choices: [{ message: { content: 'HELLO' }, finish_reason: 'stop' }],
      usage: { completion_tokens: 3 },
    })
    const streamed = await (await ask('loud', true)).text()
    expect(contentOf(streamed)).toBe('HELLO')
    expect(streamed.trimEnd().endsWith('data: [DONE]')).toBe(true)
    expect(contentOf(await (await ask('plain', true)).text())).toBe('hello')
  })

  it('of bytes changes an answer that passes through, without having it decoded', async () => {
    const upstream = await testUpstream(json(200, '{"choices":  [], "usage":  null}'))
    const gateway = await testGateway({
      providers: [keyedProvider('openai', { baseURL: upstream.url })],
      secrets: { openai: 'sk' },
      options: { transformers: [toyTransformer] },
    })
    const ask = { model: 'short', messages: [{ role: 'user', content: 'x' }] }
    const response = await gateway.chat(ask)
    expect(await response.text()).toBe('{"choices": [], "usage": null}')
  })
})

/** The text of all chunks of a stream. */
function contentOf(stream: string): string {
  return stream
    .split('\n')
    .filter((line) => line.startsWith('data: {'))
    .map((line) => {
      const chunk = JSON.parse(line.slice(6)) as { choices: { delta?: { content?: unknown } }[] }
      const content = chunk.choices[0]?.delta?.content
      return typeof content === 'string' ? content : ''
    })
    .join('')
}
