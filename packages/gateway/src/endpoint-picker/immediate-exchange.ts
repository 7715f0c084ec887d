import { HeaderFields } from '@fairlead/http1'
import { collectBody } from '../upstream/collect-body.ts'
import type { CollectedBody, Exchange } from '../upstream/exchange.ts'

/** An answer that the endpoint picker gives instead of a server, such as 429 for a call that it sheds. */
export class ImmediateExchange implements Exchange {
  readonly status: number
  readonly headers: HeaderFields
  #bytes: Buffer | undefined

  /** `headers` is a flat list: name in lower case, value, name, value. */
  constructor(status: number, headers: readonly string[], body: Buffer) {
    this.status = status
    this.headers = new HeaderFields(headers)
    this.#bytes = body
  }

  next(): Promise<Buffer | undefined> {
    const bytes = this.#bytes
    this.#bytes = undefined
    return Promise.resolve(bytes)
  }

  collect(bytesMax: number, onProgress: () => void): Promise<CollectedBody> {
    return collectBody(this, bytesMax, onProgress)
  }

  abort(): void {
    this.#bytes = undefined
  }
}
