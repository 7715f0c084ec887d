import { HeaderFields } from '@fairlead/http1'
import {
  bedrockErrorBody,
  type BedrockStream,
  createBedrockStream,
  createConverseStream,
} from '@fairlead/llm'
import { parseJsonOrUndefined } from '@fairlead/base'
import { collectBody } from '../upstream/collect-body.ts'
import type { CollectedBody, Exchange } from '../upstream/exchange.ts'

const eventStreamType = 'application/vnd.amazon.eventstream'
/** As much of an error as is read. */
const errorBytesMax = 64 * 1024

/**
 * An answer of a Claude model on Bedrock as the Messages API has it: its stream as server-sent events,
 * its errors in Anthropic's form. A whole answer is already one.
 */
export function bedrockAnswer(exchange: Exchange): Exchange {
  const { headers, status } = exchange
  if (status >= 400) return new BedrockError(exchange)
  if (!isEventStream(headers)) return exchange
  return new ReframedExchange(exchange, createBedrockStream(), 'text/event-stream; charset=utf-8')
}

/** An answer of Converse: its stream as lines of its events. All else is as its dialect has it. */
export function converseAnswer(exchange: Exchange): Exchange {
  if (!isEventStream(exchange.headers)) return exchange
  return new ReframedExchange(exchange, createConverseStream(), 'application/x-ndjson')
}

function isEventStream(headers: HeaderFields): boolean {
  return (headers.get('content-type') ?? '').includes(eventStreamType)
}

/** What both have in common: bytes that are made of those of another exchange. */
abstract class AdaptedExchange implements Exchange {
  readonly status: number
  readonly headers: HeaderFields
  protected readonly exchange: Exchange

  constructor(exchange: Exchange, contentType: string) {
    this.exchange = exchange
    this.status = exchange.status
    this.headers = headersWith(exchange.headers, contentType)
  }

  abstract next(): Promise<Buffer | undefined>

  collect(bytesMax: number, onProgress: () => void): Promise<CollectedBody> {
    return collectBody(this, bytesMax, onProgress)
  }

  abort(reason: Error): void {
    this.exchange.abort(reason)
  }
}

/** A stream whose frames are made of those that come. */
class ReframedExchange extends AdaptedExchange {
  readonly #stream: BedrockStream

  constructor(exchange: Exchange, stream: BedrockStream, contentType: string) {
    super(exchange, contentType)
    this.#stream = stream
  }

  async next(): Promise<Buffer | undefined> {
    for (;;) {
      const chunk = await this.exchange.next()
      if (chunk === undefined) return undefined
      const events = this.#stream.push(chunk)
      if (events.length > 0) return events
    }
  }
}

class BedrockError extends AdaptedExchange {
  #body: Promise<Buffer> | undefined

  constructor(exchange: Exchange) {
    super(exchange, 'application/json')
  }

  async next(): Promise<Buffer | undefined> {
    if (this.#body !== undefined) return undefined
    this.#body = this.#read()
    return this.#body
  }

  async #read(): Promise<Buffer> {
    const { bytes, complete } = await this.exchange.collect(errorBytesMax, () => {})
    if (!complete) this.exchange.abort(new Error('the error response is too long'))
    const text = bytes.toString('utf8')
    const exception = this.exchange.headers.get('x-amzn-errortype')
    return Buffer.from(JSON.stringify(bedrockErrorBody(exception, parseJsonOrUndefined(text))))
  }
}

function headersWith(headers: HeaderFields, contentType: string): HeaderFields {
  const kept = headers.without(['content-type', 'content-length'])
  return HeaderFields.from({ ...kept.toRecord(), 'content-type': contentType })
}
