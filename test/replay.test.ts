import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { readMessage, readStream, type Reading } from './support/anthropic-reading.ts'
import { startFairlead, type FairleadProcess } from './support/fairlead-process.ts'
import { provider, route, secret } from './support/manifests.ts'
import {
  corpusRecordings,
  messagesOf,
  ownRecordings,
  type Recording,
} from './support/recordings.ts'
import { openaiSdk, post } from './support/sdk.ts'
import {
  anthropicStream,
  eventStream,
  json,
  openaiStream,
  startUpstream,
  type Upstream,
} from './support/upstream.ts'
import { waitFor } from './support/wait-for.ts'

const recordings = {
  openai: [...ownRecordings('openai'), ...corpusRecordings('openai/chat')],
  anthropic: [...ownRecordings('anthropic'), ...corpusRecordings('anthropic')],
}
const whole = (all: readonly Recording[]) =>
  all.filter(({ body }) => body !== undefined).map((each) => [each.name, each.body ?? ''] as const)
const streamed = (all: readonly Recording[]) =>
  all.filter(({ body }) => body === undefined).map((each) => [each.name, each.payloads] as const)

let fairlead: FairleadProcess
let upstream: Upstream
beforeAll(async () => {
  ;[fairlead, upstream] = await Promise.all([startFairlead(), startUpstream(json({}))])
  const { kubectl } = fairlead
  for (const [name, type] of [
    ['replay-openai', 'OpenAI'],
    ['replay-anthropic', 'Anthropic'],
  ] as const) {
    await kubectl.apply(secret(`${name}-key`, 'api-key', 'sk-replay'))
    await kubectl.apply(provider(name, type, `${upstream.url}/v1`))
    await kubectl.apply(route(name, name, name))
  }
  await waitFor('the routes', async () => (await call('replay-anthropic', false)).status !== 404)
}, 90_000)
afterAll(async () => {
  await Promise.all([fairlead[Symbol.asyncDispose](), upstream.stop()])
})

const messages = [{ role: 'user' as const, content: 'hi' }]
/** Asks for the usage of a stream, as whoever recorded it did: it is hidden from others. */
const call = (model: string, stream: boolean) =>
  post(fairlead.endpoints, '/v1/chat/completions', {
    model,
    messages,
    stream,
    ...(stream ? { stream_options: { include_usage: true } } : {}),
  })

describe('through an OpenAI provider', () => {
  it.each(whole(recordings.openai))('%s arrives byte for byte', async (name, body) => {
    const status = name.includes('error') ? 400 : 200
    upstream.answer = json(body, status)
    const response = await call('replay-openai', false)
    expect(response.status).toBe(status)
    expect(await response.text()).toBe(body)
  })

  it.each(streamed(recordings.openai))('%s arrives byte for byte', async (_name, payloads) => {
    const sent = openaiStream(payloads)
    upstream.answer = eventStream(sent, 1)
    const response = await call('replay-openai', true)
    expect(response.headers.get('content-type')).toBe('text/event-stream; charset=utf-8')
    expect(await response.text()).toBe(sent)
  })
})

describe('through an Anthropic provider', () => {
  it.each(whole(recordings.anthropic).filter(([, body]) => isMessage(body)))(
    '%s says the same to the OpenAI SDK',
    async (_name, body) => {
      upstream.answer = json(body)
      const answer = await openaiSdk(fairlead.endpoints).chat.completions.create({
        model: 'replay-anthropic',
        messages,
      })
      const [choice] = answer.choices
      expect({
        text: choice?.message.content ?? '',
        toolCalls: (choice?.message.tool_calls ?? []).map((made) => toolCall(made)),
        finishReason: choice?.finish_reason,
        promptTokens: answer.usage?.prompt_tokens,
        completionTokens: answer.usage?.completion_tokens,
      }).toEqual(readMessage(body))
    },
  )

  const streams = streamed(recordings.anthropic.flatMap(messagesOf))

  it.each(streams.filter(([, payloads]) => isSpliced(payloads)))(
    '%s, in which another answer begins before the first has ended, is an error',
    async (_name, payloads) => {
      upstream.answer = eventStream(anthropicStream(payloads), 1)
      await expect(assembled()).rejects.toThrow('second answer')
    },
  )

  it.each(streams.filter(([, payloads]) => !isSpliced(payloads)))(
    '%s streams the same to the OpenAI SDK, its bytes one at a time',
    async (_name, payloads) => {
      upstream.answer = eventStream(anthropicStream(payloads), 1)
      expect(await assembled()).toEqual(readStream(payloads))
    },
    60_000,
  )
})

/** What the official SDK assembles from the stream. */
async function assembled(): Promise<Reading> {
  const stream = openaiSdk(fairlead.endpoints).chat.completions.stream({
    model: 'replay-anthropic',
    messages,
    stream_options: { include_usage: true },
  })
  const answer = await stream.finalChatCompletion()
  const [choice] = answer.choices
  return {
    text: choice?.message.content ?? '',
    toolCalls: (choice?.message.tool_calls ?? []).map((made) => toolCall(made)),
    finishReason: choice?.finish_reason ?? '',
    promptTokens: answer.usage?.prompt_tokens ?? 0,
    completionTokens: answer.usage?.completion_tokens ?? 0,
  }
}

function toolCall(made: {
  id: string
  type: string
  function?: { name: string; arguments: string }
}) {
  return {
    id: made.id,
    name: made.function?.name ?? '',
    arguments: JSON.parse(made.function?.arguments ?? 'null') as unknown,
  }
}

/** A few recordings are not completions, such as errors of a tool's own API. */
function isMessage(body: string): boolean {
  return (JSON.parse(body) as { readonly type?: string }).type === 'message'
}

/** Whether two different messages are mixed: no interpretation can be right. */
function isSpliced(payloads: readonly string[]): boolean {
  const started = payloads
    .map((payload) => JSON.parse(payload) as { type: string; message?: { id: string } })
    .filter(({ type }) => type === 'message_start')
  return new Set(started.map(({ message }) => message?.id)).size > 1
}
