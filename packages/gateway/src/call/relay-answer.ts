import {
  createSseParser,
  createStreamUsageScanner,
  type Dialect,
  ModelError,
  scanUsage,
  type StreamDecoder,
  type StreamEvent,
  type Usage,
} from '@fairlead/llm'
import type { TurnRecorder } from '../conversations/turn-recorder.ts'
import { gatewayError } from '../gateway-error.ts'
import type { ClientSink } from '../http/client-sink.ts'
import type { Answer } from './attempt.ts'
import type { ByteEvents, ModelEvents } from './answer-body.ts'
import type { CallRecord } from './call-record.ts'
import { ownHeaders, upstreamHeaders } from './reply-headers.ts'

export interface RelayParts {
  readonly answer: Answer
  readonly sink: ClientSink
  /** The format that callers speak. */
  readonly dialect: Dialect
  readonly record: CallRecord
  /** Keeps the answer, for a call in a conversation. */
  readonly recorder: TurnRecorder | undefined
  readonly includeUsage: boolean
  readonly signal: AbortSignal
}

/**
 * Hands an answer to the caller. An answer that is kept is stored before its last bytes go out: what
 * the caller has seen whole is not lost. A stream that breaks off ends with an error event and
 * without `[DONE]`.
 */
export async function relayAnswer(parts: RelayParts): Promise<void> {
  const { body } = parts.answer
  parts.record.firstByte()
  switch (body.type) {
    case 'bytes':
      return relayBytes(body.bytes, body.usage, parts)
    case 'long-bytes':
      return relayLongBytes(body, parts)
    case 'response': {
      await parts.recorder?.complete(body.response)
      parts.record.usage = body.response.usage
      return sendWhole(
        Buffer.from(JSON.stringify(parts.dialect.encodeResponse(body.response))),
        ['content-type', 'application/json'],
        parts,
      )
    }
    case 'byte-stream':
      return parts.recorder === undefined
        ? relayByteStream(body.events, parts)
        : relayKeptByteStream(body.events, parts.recorder, parts)
    case 'event-stream':
      return relayEventStream(body.events, parts)
  }
}

async function relayBytes(
  bytes: Buffer,
  usage: Usage | undefined,
  parts: RelayParts,
): Promise<void> {
  if (parts.recorder !== undefined) {
    await parts.recorder.complete(decodeWhole(bytes, parts))
  }
  parts.record.usage = usage
  sendWhole(bytes, upstreamHeaders(parts.answer.headers), parts)
}

async function relayLongBytes(
  body: { readonly first: Buffer; readonly exchange: { next(): Promise<Buffer | undefined> } },
  parts: RelayParts,
): Promise<void> {
  const { sink, answer } = parts
  if (parts.recorder !== undefined) {
    const bytes = await readRest(body)
    return relayBytes(bytes, scanUsage(bytes), parts)
  }
  const length = answer.headers['content-length']
  const lengthHeader = length === undefined ? [] : ['content-length', length]
  start(answer.status, [...upstreamHeaders(answer.headers), ...lengthHeader], parts)
  let tail = body.first
  await sink.write(body.first)
  try {
    for (;;) {
      const chunk = await body.exchange.next()
      if (chunk === undefined) break
      tail = chunk.length > 4096 ? chunk : Buffer.concat([tail.subarray(-4096), chunk])
      await sink.write(chunk)
    }
  } catch (error) {
    // The promised bytes will not come: only a broken connection tells the caller.
    sink.destroy()
    throw error
  }
  parts.record.usage = scanUsage(tail)
  sink.end()
}

async function readRest(body: {
  readonly first: Buffer
  readonly exchange: { next(): Promise<Buffer | undefined> }
}): Promise<Buffer> {
  const chunks = [body.first]
  for (;;) {
    const chunk = await body.exchange.next()
    if (chunk === undefined) return Buffer.concat(chunks)
    chunks.push(chunk)
  }
}

function decodeWhole(bytes: Buffer, { answer, dialect }: RelayParts) {
  try {
    return dialect.decodeResponse(JSON.parse(bytes.toString('utf8')))
  } catch (error) {
    if (error instanceof ModelError) throw error
    throw gatewayError.upstreamGarbage(answer.target.provider.key, 'no JSON object')
  }
}

async function relayByteStream(events: ByteEvents, parts: RelayParts): Promise<void> {
  const { sink, record, answer } = parts
  const scanner = createStreamUsageScanner()
  start(answer.status, upstreamHeaders(answer.headers), parts)
  try {
    for (;;) {
      const bytes = await events.next()
      if (bytes === undefined) break
      scanner.push(bytes)
      const drained = sink.write(bytes)
      if (drained !== undefined) await drained
    }
    if (events.rest.length > 0) scanner.push(events.rest)
    if (!scanner.done && !scanner.finished) throw cutError(parts)
  } catch (error) {
    record.usage = scanner.usage
    await breakOff(error, parts)
    throw error
  }
  record.usage = scanner.usage
  sink.end(events.rest.length === 0 ? undefined : events.rest)
}

/** As `relayByteStream`, but read along; the event that ends the answer waits for the store. */
async function relayKeptByteStream(
  events: ByteEvents,
  recorder: TurnRecorder,
  parts: RelayParts,
): Promise<void> {
  const { sink, answer } = parts
  const reader = createEventReader(answer.target.provider.adapter.dialect.createStreamDecoder())
  const held: Buffer[] = []
  start(answer.status, upstreamHeaders(answer.headers), parts)
  try {
    for (;;) {
      const bytes = await events.next()
      if (bytes === undefined) break
      const read = reader.push(bytes)
      const finished = record(read, recorder)
      const error = read.find(({ type }) => type === 'error')
      if (error?.type === 'error') return await passError(error.error, bytes, recorder, parts)
      if (finished || held.length > 0) held.push(bytes)
      else await sink.write(bytes)
    }
    record([...reader.push(events.rest), ...reader.end()], recorder)
    const response = await recorder.completeStream()
    parts.record.usage = response.usage
  } catch (error) {
    await breakOff(error, parts)
    throw error
  }
  sink.end(Buffer.concat([...held, events.rest]))
}

/** The upstream itself ended its stream with an error: the caller gets that one and no second. */
async function passError(
  error: ModelError,
  bytes: Buffer,
  recorder: TurnRecorder,
  parts: RelayParts,
): Promise<void> {
  await recorder.fail(error)
  parts.record.errorCode = error.code
  parts.sink.end(bytes)
}

/** Gives the events to the recorder; true when the answer is complete. */
function record(events: readonly StreamEvent[], recorder: TurnRecorder): boolean {
  for (const event of events) recorder.push(event)
  return events.some(({ type }) => type === 'finish')
}

function createEventReader(decoder: StreamDecoder) {
  const parser = createSseParser()
  return {
    push: (bytes: Buffer) => parser.push(bytes).flatMap((event) => decoder.push(event)),
    end: () => [...parser.end().flatMap((event) => decoder.push(event)), ...decoder.end()],
  }
}

async function relayEventStream(events: ModelEvents, parts: RelayParts): Promise<void> {
  const { sink, recorder } = parts
  const encoder = parts.dialect.createStreamEncoder({ includeUsage: parts.includeUsage })
  start(
    200,
    ['content-type', 'text/event-stream; charset=utf-8', 'cache-control', 'no-cache'],
    parts,
  )
  let finish: StreamEvent | undefined
  try {
    for (;;) {
      const batch = await events.next()
      if (batch === undefined) break
      let text = ''
      for (const event of batch) {
        recorder?.push(event)
        if (event.type === 'error') throw event.error
        if (event.type === 'usage') parts.record.usage = event.usage
        if (event.type === 'finish') finish = event
        else text += encoder.encode(event)
      }
      if (text !== '') await sink.write(text)
    }
    if (finish === undefined) throw cutError(parts)
    await recorder?.completeStream()
  } catch (error) {
    await breakOff(error, parts)
    throw error
  }
  sink.end(encoder.encode(finish))
}

function sendWhole(bytes: Buffer, headers: readonly string[], parts: RelayParts): void {
  start(parts.answer.status, [...headers, 'content-length', String(bytes.length)], parts)
  parts.sink.end(bytes)
}

function start(status: number, headers: readonly string[], parts: RelayParts): void {
  parts.record.status = status
  const own = ownHeaders(parts.record, parts.recorder?.turn)
  const named = headers.includes('x-request-id') ? [] : ['x-request-id', parts.record.requestId]
  parts.sink.start(status, [...headers, ...named, ...own])
}

/**
 * Ends a stream that cannot go on. The caller has status 200 already, so the error is its last
 * event; what came of the answer is stored before.
 */
async function breakOff(error: unknown, parts: RelayParts): Promise<void> {
  const reason = breakReason(error, parts)
  try {
    await parts.recorder?.fail(reason)
  } finally {
    const { body } = parts.dialect.encodeError(reason)
    parts.sink.end(`data: ${JSON.stringify(body)}\n\n`)
  }
}

function cutError(parts: RelayParts): ModelError {
  return gatewayError.upstreamCut(parts.answer.target.provider.key)
}

/** What to tell the caller: why the call was ended, or that the upstream broke off. */
function breakReason(error: unknown, parts: RelayParts): ModelError {
  const reason: unknown = parts.signal.aborted ? parts.signal.reason : error
  return reason instanceof ModelError ? reason : cutError(parts)
}
