import {
  createSseParser,
  type ModelError,
  type ModelResponse,
  readUsage,
  responseEvents,
  scanUsage,
  type StreamEvent,
  type Usage,
} from '@fairlead/llm'
import { gatewayError } from '../gateway-error.ts'
import type { Exchange } from '../upstream/exchange.ts'
import { UpstreamFailure } from '../upstream/upstream-failure.ts'
import { cutAtEvents } from './event-boundary.ts'
import type { CallTarget } from './match-route.ts'

/** An answer's body, as far as it must be known before the caller gets the first byte. */
export type AnswerBody =
  /** In the caller's format, whole. */
  | { readonly type: 'bytes'; readonly bytes: Buffer; readonly usage: Usage | undefined }
  /** In the caller's format and too long to wait for: what came and what comes. */
  | { readonly type: 'long-bytes'; readonly first: Buffer; readonly exchange: Exchange }
  /** In the caller's format, event by event. */
  | { readonly type: 'byte-stream'; readonly events: ByteEvents }
  /** In another format, whole. */
  | { readonly type: 'response'; readonly response: ModelResponse }
  /** In another format, event by event. */
  | { readonly type: 'event-stream'; readonly events: ModelEvents }

/** Whole server-sent events as bytes, as many as came together. */
export interface ByteEvents {
  next(): Promise<Buffer | undefined>
  /** Bytes of an event that the end of the stream cut off. */
  readonly rest: Buffer
}

export interface ModelEvents {
  next(): Promise<readonly StreamEvent[] | undefined>
}

/** Longer answers are not held back until they are whole. */
const heldBytesMax = 1024 * 1024
const translatedBytesMax = 64 * 1024 * 1024
/** Up to here a whole answer is parsed to know that it is JSON; beyond, its first and last byte tell. */
const parsedBytesMax = 32 * 1024

/** Reads so much of an answer that it is known to have begun well. */
export async function readAnswer(
  exchange: Exchange,
  target: CallTarget,
  stream: boolean,
): Promise<AnswerBody> {
  const type = exchange.headers['content-type'] ?? ''
  const streams = stream && !type.includes('json')
  if (streams && !type.includes('text/event-stream')) {
    exchange.abort(new Error('the answer is of no use'))
    throw garbage(target, `of type "${type.slice(0, 100)}", not an event stream`)
  }
  if (target.provider.adapter.passThrough) {
    return streams ? byteStream(exchange, target) : wholeBytes(exchange, target)
  }
  return streams ? eventStream(exchange, target) : wholeResponse(exchange, target, stream)
}

async function byteStream(exchange: Exchange, target: CallTarget): Promise<AnswerBody> {
  const events = cutAtEvents(exchange)
  const first = await events.next()
  if (first === undefined) throw cut(target)
  const error = leadingError(first, target)
  if (error !== undefined) throw failureOf(error)
  let pending: Buffer | undefined = first
  return {
    type: 'byte-stream',
    events: {
      next() {
        if (pending === undefined) return events.next()
        const bytes = pending
        pending = undefined
        return Promise.resolve(bytes)
      },
      get rest() {
        return events.rest
      },
    },
  }
}

/** A stream that begins with an error is a failed call in spite of its status 200. */
function leadingError(first: Buffer, target: CallTarget): ModelError | undefined {
  const head = first.subarray(0, 512)
  if (!head.includes('"error"') && !head.includes('event: error')) return undefined
  const decoder = target.provider.adapter.dialect.createStreamDecoder()
  const event = createSseParser().push(first)[0]
  const decoded = event === undefined ? undefined : decoder.push(event)[0]
  return decoded?.type === 'error' ? decoded.error : undefined
}

async function wholeBytes(exchange: Exchange, target: CallTarget): Promise<AnswerBody> {
  const chunks: Buffer[] = []
  let length = 0
  while (length <= heldBytesMax) {
    const chunk = await nextOrCut(exchange, target)
    if (chunk === undefined) {
      const bytes =
        chunks[0] !== undefined && chunks.length === 1 ? chunks[0] : Buffer.concat(chunks)
      const encoded = exchange.headers['content-encoding'] !== undefined
      return { type: 'bytes', bytes, usage: encoded ? undefined : checkedUsage(bytes, target) }
    }
    chunks.push(chunk)
    length += chunk.length
  }
  return { type: 'long-bytes', first: Buffer.concat(chunks), exchange }
}

/** The usage that the answer tells. Throws when it is no JSON object. */
function checkedUsage(bytes: Buffer, target: CallTarget): Usage | undefined {
  if (bytes.length <= parsedBytesMax) return readUsage(parse(bytes, target))
  const head = bytes.toString('latin1', 0, 64).trimStart()
  const tail = bytes.toString('latin1', bytes.length - 64).trimEnd()
  if (!head.startsWith('{') || !tail.endsWith('}')) throw garbage(target, 'no JSON object')
  return scanUsage(bytes)
}

function parse(bytes: Buffer, target: CallTarget): object {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Told below, together with JSON that is no object.
  }
  throw garbage(target, 'no JSON object')
}

async function wholeResponse(
  exchange: Exchange,
  target: CallTarget,
  stream: boolean,
): Promise<AnswerBody> {
  const chunks: Buffer[] = []
  let length = 0
  for (;;) {
    const chunk = await nextOrCut(exchange, target)
    if (chunk === undefined) break
    chunks.push(chunk)
    length += chunk.length
    if (length > translatedBytesMax) {
      exchange.abort(new Error('the answer is too long'))
      throw garbage(target, `longer than ${translatedBytesMax} bytes`)
    }
  }
  const value = parse(Buffer.concat(chunks), target)
  const response = target.provider.adapter.dialect.decodeResponse(value)
  if (!stream) return { type: 'response', response }
  let pending: readonly StreamEvent[] | undefined = responseEvents(response)
  const next = () => {
    const events = pending
    pending = undefined
    return Promise.resolve(events)
  }
  return { type: 'event-stream', events: { next } }
}

async function eventStream(exchange: Exchange, target: CallTarget): Promise<AnswerBody> {
  const events = readModelEvents(exchange, target)
  const held: StreamEvent[] = []
  while (!held.some((event) => event.type !== 'response-start')) {
    const next = await events.next()
    if (next === undefined) throw cut(target)
    held.push(...next)
  }
  const error = held.find((event) => event.type === 'error')
  if (error !== undefined && held.every(({ type }) => isWithoutContent(type))) {
    exchange.abort(new Error('the answer is an error'))
    throw failureOf(error.error)
  }
  let pending: readonly StreamEvent[] | undefined = held
  return {
    type: 'event-stream',
    events: {
      next() {
        if (pending === undefined) return events.next()
        const first = pending
        pending = undefined
        return Promise.resolve(first)
      },
    },
  }
}

function isWithoutContent(type: StreamEvent['type']): boolean {
  return type === 'response-start' || type === 'error'
}

function readModelEvents(exchange: Exchange, target: CallTarget): ModelEvents {
  const parser = createSseParser()
  const decoder = target.provider.adapter.dialect.createStreamDecoder()
  let ended = false
  return {
    async next() {
      while (!ended) {
        const chunk = await exchange.next()
        ended = chunk === undefined
        const parsed = chunk === undefined ? parser.end() : parser.push(chunk)
        const events = parsed.flatMap((event) => decoder.push(event))
        if (ended) events.push(...decoder.end())
        if (events.length > 0) return events
      }
      return undefined
    },
  }
}

/** A whole answer that breaks off is a failure like any other: nothing has reached the caller. */
async function nextOrCut(exchange: Exchange, target: CallTarget): Promise<Buffer | undefined> {
  try {
    return await exchange.next()
  } catch (error) {
    if (error instanceof UpstreamFailure) throw error
    throw cut(target)
  }
}

function cut(target: CallTarget): UpstreamFailure {
  return new UpstreamFailure('ServerError', gatewayError.upstreamCut(target.provider.key))
}

function garbage(target: CallTarget, detail: string): UpstreamFailure {
  return new UpstreamFailure(
    'ServerError',
    gatewayError.upstreamGarbage(target.provider.key, detail),
  )
}

function failureOf(error: ModelError): UpstreamFailure {
  if (error.kind === 'rate-limited') return new UpstreamFailure('RateLimited', error)
  return new UpstreamFailure(error.retryable ? 'ServerError' : 'Final', error)
}
