import { isJsonObject, type JsonObject } from '@fairlead/base'
import type { Dialect } from '../dialects/dialect.ts'
import { ModelError } from '../errors/model-error.ts'
import type { ByteSource, FrameSource } from '../framing/frame-source.ts'
import { spliceTopLevel } from '../json/json-splice.ts'
import { uniqueFields } from '../json/unique-fields.ts'
import { readModelName, readOptional, readString } from '../json/request-field.ts'
import type { ChatFormat, StreamDecoder, StreamEncoder } from '../operations/chat/chat-format.ts'
import type { Item } from '../operations/chat/item.ts'
import { featureSupport } from '../operations/chat/request-feature.ts'
import type { ModelResponse, Usage } from '../operations/chat/model-response.ts'
import type { StreamEvent } from '../operations/chat/stream-event.ts'

/**
 * A dialect for tests of whatever uses dialects: `{"model", "say", "stream"}` is answered with
 * `{"text", "tokens": [input, output]}`, and a stream is one such object per line, without
 * server-sent events: `{"text"}` for each piece, `{"tokens"}` at the end, `{"failed"}` for an
 * error.
 */
export const lineDialect: Dialect = {
  name: 'lines',
  operations: { chat: chatFormat() },
  passage: {
    decidedFields: uniqueFields(['model', 'say', 'stream', 'context']),
    lists: { messages: [], tools: [] },
    inspect(body, options = {}) {
      const say = options.messagesOptional ? (body['say'] ?? '') : body['say']
      return {
        model: readOptional(body['model'], 'model', readModelName),
        stream: body['stream'] === true,
        includeUsage: true,
        context: body['context'] !== undefined,
        temperature: false,
        outputLimit: false,
        responseFormat: false,
        customTools: new Set(),
        deprecatedTools: false,
        textLength: readString(say, 'say').length,
        features: new Set(body['stream'] === true ? ['Streaming'] : []),
        outputTokensMax: undefined,
      }
    },
    outline: ({ say }) => ({
      system: '',
      user: typeof say === 'string' ? say : '',
      tools: [],
      hasImages: false,
    }),
    promptPrefix: (body, lengthMax) => String(body['say']).slice(0, lengthMax),
    edit(body, sent, { model, edits }) {
      if (edits.items !== undefined || edits.itemsBefore !== undefined) return undefined
      if (sent.model === model && !sent.context) return body
      return spliceTopLevel(body, { set: { model: JSON.stringify(model) }, remove: ['context'] })
    },
    requestHeaders: ['accept'],
    answerHeaders: ['content-type', 'x-line-speed'],
    isErrorBody: (body) => isJsonObject(body) && typeof body['failed'] === 'string',
    answerFailure: (answer) =>
      'text' in answer ? undefined : lineError('failed' in answer ? answer.failed : 'no answer'),
    readUsage: (answer) => usageOf('tokens' in answer ? answer.tokens : undefined),
    scanUsage: (bytes) => usageOf(parse(Buffer.from(bytes).toString())['tokens']),
    cutFrames: cutLines,
    createStreamScanner() {
      let text = ''
      const last = () => parse(text.trimEnd().split('\n').at(-1) ?? '')
      return {
        push(bytes) {
          text += Buffer.from(bytes).toString('latin1')
        },
        get usage() {
          return usageOf(last()['tokens'])
        },
        get complete() {
          return text.endsWith('\n') && last()['tokens'] !== undefined
        },
        get error() {
          const { failed } = last()
          return failed === undefined ? undefined : lineError(failed)
        },
      }
    },
    createProgressWatch: () => {
      let ended = false
      return {
        push(frames) {
          const text = Buffer.from(frames).toString()
          ended ||= text.includes('"tokens"')
          return /"(?:text|tokens)"/.test(text) ? 'Content' : 'Nothing'
        },
        get ended() {
          return ended
        },
      }
    },
    errorFrame: (error) => line({ failed: error.message }),
  },
  decodeError: ({ status, body }) =>
    new ModelError('upstream', String(isJsonObject(body) ? body['failed'] : body), { status }),
  encodeError: (error) => ({ status: error.status, body: { failed: error.message } }),
}

function chatFormat(): ChatFormat {
  return {
    support: () => featureSupport({}),
    decodeRequest(value) {
      const body = isJsonObject(value) ? value : {}
      const { items } = decodeInput(body)
      return {
        model: readModelName(body['model'], 'model'),
        items,
        tools: [],
        settings: {},
        stream: body['stream'] === true,
        includeUsage: true,
        extras: {},
      }
    },
    decodeInput,
    decodeTools: () => [],
    encodeRequest: ({ model, items, stream }) => ({
      model,
      say: items.map(textOf).join('\n'),
      ...(stream ? { stream } : {}),
    }),
    decodeResponse(body, nowMs): ModelResponse {
      const answer = isJsonObject(body) ? body : {}
      const usage = usageOf(answer['tokens'])
      return {
        id: 'line',
        model: '',
        createdAt: Math.floor(nowMs / 1000),
        output: [
          {
            type: 'message',
            role: 'assistant',
            status: 'completed',
            content: [{ type: 'output_text', text: String(answer['text']) }],
          },
        ],
        finishReason: 'stop',
        ...(usage === undefined ? {} : { usage }),
      }
    },
    encodeResponse: ({ output, usage }) => ({
      text: output.map(textOf).join(''),
      ...tokensOf(usage),
    }),
    createStreamDecoder,
    createStreamEncoder,
    streamContentType: 'application/x-ndjson',
  }
}

function decodeInput(body: JsonObject) {
  const text = typeof body['say'] === 'string' ? body['say'] : ''
  const item: Item = { type: 'message', role: 'user', content: [{ type: 'input_text', text }] }
  return { items: [item], tools: [] }
}

function createStreamDecoder(nowMs: number): StreamDecoder {
  let pending = ''
  let started = false
  let ended = false
  const utf8 = new TextDecoder()
  const read = (text: string): StreamEvent[] => {
    const { text: said, tokens, failed } = parse(text)
    const createdAt = Math.floor(nowMs / 1000)
    const start: StreamEvent[] = started
      ? []
      : [{ type: 'response-start', id: 'line', model: '', createdAt }]
    started = true
    if (typeof said === 'string') return [...start, { type: 'text-delta', text: said }]
    ended = true
    if (tokens === undefined) {
      return [...start, { type: 'error', error: new ModelError('upstream', String(failed)) }]
    }
    const usage = usageOf(tokens)
    return [
      ...start,
      ...(usage === undefined ? [] : [{ type: 'usage', usage } as const]),
      { type: 'finish', finishReason: 'stop' },
    ]
  }
  return {
    thinking: false,
    push(bytes) {
      const lines = (pending + utf8.decode(bytes, { stream: true })).split('\n')
      pending = lines.pop() ?? ''
      return lines.flatMap((text) => (ended ? [] : read(text)))
    },
    end: () =>
      ended ? [] : [{ type: 'error', error: new ModelError('upstream', 'cut between lines') }],
  }
}

function createStreamEncoder(): StreamEncoder {
  let usage: Usage | undefined
  return {
    encode(event) {
      if (event.type === 'text-delta') return line({ text: event.text })
      if (event.type === 'usage') usage = event.usage
      if (event.type === 'finish') return line({ tokens: [], ...tokensOf(usage) })
      return event.type === 'error' ? line({ failed: event.error.message }) : ''
    },
  }
}

function cutLines(source: ByteSource): FrameSource {
  let rest: Buffer = Buffer.alloc(0)
  return {
    async next() {
      for (;;) {
        const chunk = await source.next()
        if (chunk === undefined) return undefined
        const bytes = Buffer.concat([rest, chunk])
        const end = bytes.lastIndexOf(10) + 1
        rest = bytes.subarray(end)
        if (end > 0) return bytes.subarray(0, end)
      }
    },
    get rest() {
      return rest
    },
  }
}

function lineError(failed: unknown): ModelError {
  return new ModelError('upstream', String(failed), { failure: 'ServerError' })
}

function textOf(item: Item): string {
  if (item.type !== 'message') return ''
  return item.content.map((part) => ('text' in part ? part.text : '')).join('')
}

function tokensOf(usage: Usage | undefined): object {
  return usage === undefined ? {} : { tokens: [usage.inputTokens, usage.outputTokens] }
}

function usageOf(tokens: unknown): Usage | undefined {
  const [inputTokens, outputTokens] = Array.isArray(tokens) ? (tokens as unknown[]) : []
  if (typeof inputTokens !== 'number' || typeof outputTokens !== 'number') return undefined
  const none = { cachedInputTokens: 0, cacheWriteInputTokens: 0, reasoningTokens: 0 }
  return { ...none, inputTokens, outputTokens }
}

function parse(text: string): JsonObject {
  try {
    const value: unknown = JSON.parse(text)
    return isJsonObject(value) ? value : {}
  } catch {
    return {}
  }
}

function line(value: object): string {
  return `${JSON.stringify(value)}\n`
}
