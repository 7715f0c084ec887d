import { HeaderFields } from '@fairlead/http1'
import { type Dialect, readRequestId, type Usage, valueFormatOf } from '@fairlead/llm'
import { gatewayError } from '../errors/gateway-error.ts'
import type { AnswerPiece, AnswerStream } from './answer-stream.ts'
import { type AnswerSource, collectOrCut, tooLargeToHold } from './answer-source.ts'

const noBytes = Buffer.alloc(0)

/** Of a longer one only the ends are looked at: it passes as it is. */
const parsedBytesMax = 32 * 1024

/**
 * Receives an answer that is one value, in the dialect of the caller who sent `request`: the provider's
 * bytes where they are in it, as was asked, and otherwise written anew. Rejects with a ModelError for
 * what is no answer, or longer than may be held.
 */
export async function receiveValue(
  source: AnswerSource,
  dialect: Dialect,
  request: unknown,
): Promise<AnswerStream> {
  const { exchange, use } = source
  const { bytes, complete } = await collectOrCut(source, use.heldBytesMax)
  if (!complete) {
    exchange.abort(new Error('the answer is too long'))
    throw tooLargeToHold(use.heldBytesMax, exchange.status)
  }
  const format = valueFormatOf(dialect)
  if (source.dialect.name === dialect.name && format.isAsAsked(bytes, request)) {
    const usage = usageIn(bytes, source)
    return new ValueAnswer(dialect, exchange.headers, bytes, usage)
  }
  const value = parsed(bytes, source)
  const failure = source.dialect.passage.answerFailure(value)
  if (failure !== undefined) throw failure
  const answer = valueFormatOf(source.dialect).decodeResponse(value, request)
  const named = answer.model === '' ? { ...answer, model: source.model } : answer
  const written = Buffer.from(JSON.stringify(format.encodeResponse(named, request)))
  const id = readRequestId(exchange.headers)
  const fields = [
    'content-type',
    'application/json',
    ...(id === undefined ? [] : ['x-request-id', id]),
  ]
  return new ValueAnswer(dialect, new HeaderFields(fields), written, answer.usage)
}

function usageIn(bytes: Buffer, source: AnswerSource): Usage | undefined {
  const { passage } = source.dialect
  if (bytes.length > parsedBytesMax) {
    const head = bytes.toString('latin1', 0, 64).trimStart()
    const tail = bytes.toString('latin1', bytes.length - 64).trimEnd()
    if (!head.startsWith('{') || !tail.endsWith('}')) throw notAnObject(source)
    return passage.scanUsage(bytes)
  }
  const value = parsed(bytes, source)
  const failure = passage.answerFailure(value)
  if (failure !== undefined) throw failure
  return passage.readUsage(value)
}

/** Only numbers are read of it that JavaScript writes as others do. */
function parsed(bytes: Buffer, source: AnswerSource): object {
  try {
    const value: unknown = JSON.parse(bytes.toString('utf8'))
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value
  } catch {
    // Reported below, like JSON that is not an object.
  }
  throw notAnObject(source)
}

function notAnObject({ provider }: AnswerSource): Error {
  return gatewayError.upstreamInvalidResponse(provider, 'not a JSON object')
}

/** One value, which has come whole. */
class ValueAnswer implements AnswerStream {
  readonly dialect: Dialect
  readonly status = 200
  readonly headers: HeaderFields
  readonly isWhole = true
  readonly byteLength: number
  readonly rest = noBytes
  readonly usage: Usage | undefined
  /** No model writes it. */
  readonly estimatedOutputTokens = 0
  readonly isComplete = true
  #bytes: Buffer | undefined

  constructor(dialect: Dialect, headers: HeaderFields, bytes: Buffer, usage: Usage | undefined) {
    this.dialect = dialect
    this.headers = headers
    this.byteLength = bytes.length
    this.usage = usage
    this.#bytes = bytes
  }

  next(): Promise<AnswerPiece | undefined> {
    const bytes = this.#bytes
    this.#bytes = undefined
    return Promise.resolve(bytes && { bytes, events: noEvents })
  }

  response(): never {
    throw new Error('a single value is no chat')
  }
}

function noEvents(): readonly [] {
  return []
}
