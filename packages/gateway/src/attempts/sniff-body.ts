import type { Exchange } from '../upstream/exchange.ts'
import { collectBody } from '../upstream/collect-body.ts'

/** Beginnings of a stream of server-sent events. */
const streamBeginning = /^\s*(?:data|event|id|retry)?:/

/** Whether a body whose Content-Type says nothing is a stream, by its first bytes. */
export async function sniffBody(
  exchange: Exchange,
): Promise<{ readonly exchange: Exchange; readonly isStream: boolean }> {
  const first = await exchange.next()
  const beginning = first?.toString('latin1', 0, 64) ?? ''
  return {
    exchange: first === undefined ? exchange : new BegunExchange(exchange, first),
    isStream: streamBeginning.test(beginning),
  }
}

/** An exchange of which some bytes have been read, and are read again. */
class BegunExchange implements Exchange {
  readonly #exchange: Exchange
  #first: Buffer | undefined

  constructor(exchange: Exchange, first: Buffer) {
    this.#exchange = exchange
    this.#first = first
  }

  get status(): number {
    return this.#exchange.status
  }

  get headers(): Exchange['headers'] {
    return this.#exchange.headers
  }

  next(): Promise<Buffer | undefined> {
    const first = this.#first
    this.#first = undefined
    return first === undefined ? this.#exchange.next() : Promise.resolve(first)
  }

  collect(bytesMax: number, onProgress: () => void): ReturnType<Exchange['collect']> {
    return collectBody(this, bytesMax, onProgress)
  }

  abort(reason: Error): void {
    this.#exchange.abort(reason)
  }
}
