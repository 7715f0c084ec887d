import type { HeaderFields } from '@fairlead/http1'
import type { PickerStream } from './picker-stream.ts'
import { responseBodyMessage, responseHeadersMessage } from './processing-request.ts'

/** A picker that reads more slowly than the answer comes hears no more of it. */
const bufferedBytesMax = 1024 * 1024

/**
 * Tells a picker which endpoint answered, and what: it counts tokens and learns how long servers take.
 * The answer waits for none of this, and is not changed by the picker.
 */
export class ServedReport {
  readonly #stream: PickerStream

  constructor(stream: PickerStream) {
    this.#stream = stream
  }

  answered(status: number, headers: HeaderFields, endpoint: string): void {
    const fields = Object.entries(headers.toRecord()).flat()
    this.#stream.send(responseHeadersMessage([':status', String(status), ...fields], endpoint))
  }

  piece(bytes: Uint8Array): void {
    if (this.#stream.bufferedBytes > bufferedBytesMax) return this.#stream.end()
    this.#stream.send(responseBodyMessage(bytes, false))
  }

  ended(): void {
    this.#stream.send(responseBodyMessage(new Uint8Array(0), true))
    this.#stream.end()
  }

  cancelled(): void {
    this.#stream.cancel()
  }
}
