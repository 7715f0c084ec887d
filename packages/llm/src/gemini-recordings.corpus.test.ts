import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { JsonObject } from '@fairlead/base'
import { describe, expect, it } from 'vitest'
import { createSseParser, formatSseEvent } from './framing/sse.ts'
import type { Item } from './operations/chat/item.ts'
import type { ModelResponse } from './operations/chat/model-response.ts'
import type { StreamEvent } from './operations/chat/stream-event.ts'
import { type AnswerSummary, summarize } from './test-support/answer-summary.ts'
import { loadOpenAiSchemas } from './test-support/openai-schema.ts'
import { readAnthropicMessage, readAnthropicStream } from './test-support/read-anthropic.ts'
import { type GeminiAnswer, readGemini } from './test-support/read-gemini.ts'
import { readChatCompletion, readChatStream } from './test-support/read-openai-chat.ts'
import { assemble, cutAt, decodeChunks, encodeEvents } from './test-support/recordings.ts'
import { grammarProblems } from './test-support/stream-grammar.ts'
import { testDialect } from './test-support/test-dialect.ts'

const corpora = process.env['FAIRLEAD_CORPORA'] ?? ''
const wire = join(corpora, 'wire')
const gemini = testDialect('gemini')
const chat = testDialect('openai-chat')
const anthropic = testDialect('anthropic-messages')

interface Recording {
  readonly name: string
  readonly stream: boolean
  readonly pieces: readonly GeminiAnswer[]
  readonly request?: JsonObject
  readonly model?: string
}

interface Exchange {
  readonly request: { readonly url: string; readonly bodySegments: readonly JsonObject[] }
  readonly response: { readonly bodySegments: readonly GeminiAnswer[] }
}

function recordings(): Recording[] {
  if (corpora === '' || !existsSync(join(wire, 'google'))) return []
  const own = readdirSync(join(wire, 'google'), { withFileTypes: true }).flatMap((file) => {
    if (!file.isFile() || file.name === 'google-429-retry-info.json') return []
    const text = readFileSync(join(wire, 'google', file.name), 'utf8')
    const stream = file.name.endsWith('.txt')
    const texts = stream ? text.split('\n').filter((line) => line.trim() !== '') : [text]
    return [
      { name: file.name, stream, pieces: texts.map((line) => JSON.parse(line) as GeminiAnswer) },
    ]
  })
  const recorded = readdirSync(join(wire, 'google-genai')).flatMap((file): Recording[] => {
    const text = readFileSync(join(wire, 'google-genai', file), 'utf8')
    const { interactions } = JSON.parse(text) as { interactions: Exchange[] }
    return interactions.flatMap(({ request, response }, index) => {
      const [body] = request.bodySegments
      if (body === undefined || !/GenerateContent|generateContent/.test(request.url)) return []
      return [
        {
          name: `${file} ${index}`,
          stream: request.url.includes('stream'),
          pieces: response.bodySegments,
          request: body,
          model: /models\/([^:]+):/.exec(request.url)?.[1] ?? '',
        },
      ]
    })
  })
  return [...own, ...recorded]
}

const all = recordings()
const streams = all.filter(({ stream }) => stream)
const asJson = (value: unknown): unknown => JSON.parse(JSON.stringify(value))

function bytesOf({ pieces }: Recording): Buffer {
  const frames = pieces.map((piece) => formatSseEvent({ event: '', data: JSON.stringify(piece) }))
  return Buffer.from(frames.join(''))
}

function payloadsOf(stream: string): string[] {
  return createSseParser()
    .push(Buffer.from(stream))
    .map(({ data }) => data)
}

describe.runIf(all.length > 0)('recordings of Gemini', () => {
  const check = all.length === 0 ? () => [] : loadOpenAiSchemas(join(corpora, 'specs/openai.json'))

  it('exist', () => {
    expect(all.length).toBeGreaterThan(40)
  })

  /** The same in every format, as its own reader sees it. */
  function expectSameEverywhere(response: ModelResponse, expected: AnswerSummary): void {
    expect(summarize(response)).toEqual(expected)
    expect(readGemini([asJson(gemini.encodeResponse(response)) as GeminiAnswer])).toEqual(expected)
    const completion = asJson(chat.encodeResponse(response))
    expect(check('CreateChatCompletionResponse', completion)).toEqual([])
    expect(readChatCompletion(completion)).toEqual(expected)
    const message = asJson(anthropic.encodeResponse(response))
    const { usage, ...rest } = expected
    const seen = readAnthropicMessage(message as Parameters<typeof readAnthropicMessage>[0])
    expect(seen).toMatchObject(rest)
    expect(seen.usage).toMatchObject(countsOf(usage))
    expect(seals(gemini.decodeResponse(asJson(gemini.encodeResponse(response))))).toEqual(
      seals(response),
    )
  }

  function expectStreamSameEverywhere(
    events: readonly StreamEvent[],
    expected: AnswerSummary,
  ): void {
    const own = payloadsOf(encodeEvents(gemini, events)).map(
      (data) => JSON.parse(data) as GeminiAnswer,
    )
    expect(readGemini(own)).toEqual(expected)
    const chunks = payloadsOf(encodeEvents(chat, events))
    expect(chunks.pop()).toBe('[DONE]')
    for (const chunk of chunks) {
      expect(check('CreateChatCompletionStreamResponse', JSON.parse(chunk))).toEqual([])
    }
    expect(readChatStream(chunks)).toEqual(expected)
    const { usage, ...rest } = expected
    const seen = readAnthropicStream(payloadsOf(encodeEvents(anthropic, events)))
    expect(seen).toMatchObject(rest)
    expect(seen.usage).toMatchObject(countsOf(usage))
  }

  it.each(streams.map((each) => [each.name, each] as const))('stream %s', (_, recording) => {
    const bytes = bytesOf(recording)
    const events = decodeChunks(gemini, [bytes])
    expect(grammarProblems(events)).toEqual([])
    const expected = readGemini(recording.pieces)
    expectSameEverywhere(assemble(events), expected)
    expectStreamSameEverywhere(events, expected)
    const again = decodeChunks(gemini, [Buffer.from(encodeEvents(gemini, events))])
    expect(seals(assemble(again))).toEqual(seals(assemble(events)))
    // Every byte of the small ones, some of the others.
    const step = bytes.length < 4000 ? 1 : 997
    for (let place = 0; place < bytes.length; place += step) {
      expect(decodeChunks(gemini, cutAt(bytes, place))).toEqual(events)
    }
  })

  const answers = all.filter(({ stream }) => !stream).map((each) => [each.name, each] as const)
  it.each(answers)('answer %s', (_, { pieces }) => {
    expectSameEverywhere(gemini.decodeResponse(pieces[0]), readGemini(pieces))
  })

  const requests = all.flatMap((each) =>
    each.request === undefined ? [] : [[each.name, each] as const],
  )
  it.each(requests)(
    'request %s is written as it was read',
    (_, { model = '', request, stream }) => {
      const decoded = gemini.decodeRequest(request, { model, stream })
      if (hasUnansweredCall(decoded.items)) {
        // The older models took it. No other format does.
        expect(() => gemini.encodeRequest(decoded)).toThrow('has no output')
        return
      }
      const { contents, generationConfig = {}, ...rest } = request ?? {}
      const config = JSON.stringify(generationConfig) === '{}' ? {} : { generationConfig }
      const { contents: written, ...others } = asJson(gemini.encodeRequest(decoded)) as JsonObject
      expect(others).toEqual({ ...rest, ...config })
      expect(written).toEqual(merged(contents as Content[]))
      expect(check('CreateChatCompletionRequest', asJson(chat.encodeRequest(decoded)))).toEqual([])
    },
  )

  it('a refusal says how long to wait', () => {
    const text = readFileSync(join(wire, 'google/google-429-retry-info.json'), 'utf8')
    expect(gemini.decodeError(429, JSON.parse(text), {})).toMatchObject({
      failure: 'RateLimited',
      retryAfterSeconds: 34.4,
      code: 'RESOURCE_EXHAUSTED',
    })
  })
})

interface Content {
  readonly role: string
  readonly parts: readonly { readonly text?: string }[]
}

/**
 * Contents as the dialect writes them: the SDK sends every piece of a streamed answer as a content of
 * its own, and texts that are empty.
 */
function merged(contents: readonly Content[]): Content[] {
  const result: Content[] = []
  for (const { role, parts } of contents) {
    const said = parts.filter(({ text }) => text !== '')
    const last = result.at(-1)
    if (last?.role === role) {
      result[result.length - 1] = { role, parts: [...last.parts, ...said] }
    } else if (said.length > 0) {
      result.push({ role, parts: said })
    }
  }
  return result.length === 0 ? [{ role: 'user', parts: [{ text: 'Continue.' }] }] : result
}

function hasUnansweredCall(items: readonly Item[]): boolean {
  const answered = new Set(
    items.flatMap((item) => (item.type === 'function_call_output' ? [item.call_id] : [])),
  )
  return items.some((item) => item.type === 'function_call' && !answered.has(item.call_id))
}

/** Anthropic has no place for the tokens of thinking in older answers. */
function countsOf(usage: AnswerSummary['usage']) {
  return { inputTokens: usage?.inputTokens, outputTokens: usage?.outputTokens }
}

/** All seals, and what stands beside them. */
function seals(response: ModelResponse) {
  return response.output.flatMap((item) =>
    item.type === 'reasoning' || item.type === 'function_call'
      ? [[item.type, item.maker, item.signature]]
      : [],
  )
}
