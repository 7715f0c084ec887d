import { HeaderFields } from '@fairlead/http1'
import type { SimulatorSettings } from '@fairlead/snapshot'
import {
  type ChatFormat,
  chatFormatOf,
  ModelError,
  type ModelRequest,
  type ModelResponse,
  openAiChat,
} from '@fairlead/llm'
import {
  type Cancellation,
  type Clock,
  type JsonObject,
  objectOrEmpty,
  parseJson,
  sleep,
} from '@fairlead/base'
import { collectBody } from '../../upstream/collect-body.ts'
import type {
  CollectedBody,
  Exchange,
  Transport,
  UpstreamRequest,
} from '../../upstream/exchange.ts'
import { simulatedAnswer } from './simulated-answer.ts'
import { simulatedRanks } from './simulated-ranks.ts'
import { simulatedVectors } from './simulated-vectors.ts'
import { simulatedVerdicts } from './simulated-verdicts.ts'
import { streamPieces } from './stream-pieces.ts'

/**
 * A provider inside the process that answers in OpenAI's format without a network, so that
 * everything around the call works as for a real one.
 */
export function createSimulatorTransport(
  settings: SimulatorSettings,
  parts: {
    readonly clock: Clock
    /** Counts this provider's calls for as long as the process runs. */
    readonly counter: { calls: number }
  },
): Transport {
  const { clock, counter } = parts
  const format = chatFormatOf(openAiChat)
  return {
    async open(upstreamRequest, cancellation) {
      counter.calls += 1
      const number = counter.calls
      await pause(clock, settings.latencyMs, cancellation)
      const { failure } = settings
      const fails = failure !== undefined && number % failure.everyNth === 0
      if (fails && failure.afterWords === undefined) return failedExchange(failure)
      const cutAfterWords = fails ? failure.afterWords : undefined
      if (upstreamRequest.path !== '/chat/completions') {
        return valueExchange(upstreamRequest, cutAfterWords)
      }
      const request = readRequest(upstreamRequest, format)
      if (request instanceof ModelError) return refusal(request)
      const answer = simulatedAnswer(request, settings, {
        id: `chatcmpl-sim-${number}`,
        createdAt: Math.floor(clock.now() / 1000),
      })
      if (!request.stream) return wholeExchange(format, answer, cutAfterWords)
      const pieces = streamPieces(format, request, answer, cutAfterWords)
      return streamExchange(pieces, { clock, delayMs: settings.wordDelayMs, cancellation })
    },
  }
}

/** The request, or what is wrong in it. */
function readRequest(request: UpstreamRequest, format: ChatFormat): ModelRequest | ModelError {
  try {
    return format.decodeRequest(parseJson(Buffer.from(request.body).toString('utf8')))
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
}

/** As a provider refuses a request: with an answer, which says nothing about its health. */
function refusal(error: ModelError): Exchange {
  const { status, body } = openAiChat.encodeError(error)
  return new PreparedExchange(status, { 'content-type': 'application/json' }, [
    Buffer.from(JSON.stringify(body)),
  ])
}

function failedExchange(failure: NonNullable<SimulatorSettings['failure']>): Exchange {
  const body = {
    error: { message: failure.message, type: 'simulated_error', param: null, code: null },
  }
  const retryAfter = failure.retryAfterSeconds
  return new PreparedExchange(
    failure.status,
    {
      'content-type': 'application/json',
      ...(retryAfter === undefined ? {} : { 'retry-after': String(retryAfter) }),
    },
    [Buffer.from(JSON.stringify(body))],
  )
}

function wholeExchange(
  format: ChatFormat,
  answer: ModelResponse,
  cutAfterWords: number | undefined,
): Exchange {
  return jsonExchange(format.encodeResponse(answer), cutAfterWords)
}

const values: ReadonlyMap<string, (fields: JsonObject) => object> = new Map([
  ['/embeddings', simulatedVectors],
  ['/moderations', simulatedVerdicts],
  ['/rerank', simulatedRanks],
])

/** Vectors, ranks and verdicts come whole. */
function valueExchange(
  { body, path }: UpstreamRequest,
  cutAfterWords: number | undefined,
): Exchange {
  try {
    const fields = objectOrEmpty(parseJson(Buffer.from(body).toString('utf8')))
    const value = values.get(path)?.(fields) ?? {}
    return jsonExchange(value, cutAfterWords)
  } catch (error) {
    if (error instanceof ModelError) return refusal(error)
    throw error
  }
}

function jsonExchange(value: unknown, cutAfterWords: number | undefined): Exchange {
  const body = Buffer.from(JSON.stringify(value))
  const headers = { 'content-type': 'application/json', 'content-length': String(body.length) }
  if (cutAfterWords === undefined) return new PreparedExchange(200, headers, [body])
  return new PreparedExchange(200, headers, [
    body.subarray(0, body.length >> 1),
    new Error('the simulated connection was cut'),
  ])
}

function streamExchange(
  pieces: readonly (Buffer | Error)[],
  pace: { readonly clock: Clock; readonly delayMs: number; readonly cancellation: Cancellation },
): Exchange {
  const headers = {
    'content-type': 'text/event-stream; charset=utf-8',
    'cache-control': 'no-cache',
  }
  return new PreparedExchange(200, headers, pieces, pace)
}

/** An exchange with a prepared body, returned piece by piece. */
class PreparedExchange implements Exchange {
  readonly status: number
  readonly headers: HeaderFields
  readonly #pieces: readonly (Buffer | Error)[]
  readonly #pace: { clock: Clock; delayMs: number; cancellation: Cancellation } | undefined
  #position = 0
  #aborted: Error | undefined

  constructor(
    status: number,
    headers: Readonly<Record<string, string>>,
    pieces: readonly (Buffer | Error)[],
    pace?: { clock: Clock; delayMs: number; cancellation: Cancellation },
  ) {
    this.status = status
    this.headers = HeaderFields.from(headers)
    this.#pieces = pieces
    this.#pace = pace
  }

  async next(): Promise<Buffer | undefined> {
    if (this.#pace !== undefined && this.#position > 0 && this.#position < this.#pieces.length) {
      await pause(this.#pace.clock, this.#pace.delayMs, this.#pace.cancellation)
    }
    if (this.#aborted !== undefined) throw this.#aborted
    this.#pace?.cancellation.throwIfCancelled()
    const piece = this.#pieces[this.#position]
    this.#position += 1
    if (piece instanceof Error) throw piece
    return piece
  }

  collect(bytesMax: number): Promise<CollectedBody> {
    return collectBody(this, bytesMax)
  }

  abort(reason: Error): void {
    this.#aborted ??= reason
  }
}

async function pause(clock: Clock, delayMs: number, cancellation: Cancellation): Promise<void> {
  if (delayMs > 0) await sleep(clock, delayMs, cancellation.signal)
  else cancellation.throwIfCancelled()
}
