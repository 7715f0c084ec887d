import type { Cancellation } from '@fairlead/base'
import type { HeaderFields } from '@fairlead/http1'

export interface UpstreamRequest {
  /** Defaults to POST. */
  readonly method?: string
  readonly path: string
  /** Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
}

export interface CollectedBody {
  readonly bytes: Buffer
  /** Whether there are no more. */
  readonly complete: boolean
}

/** One response from an upstream, whose body is read piece by piece. */
export interface Exchange {
  readonly status: number
  readonly headers: HeaderFields
  /**
   * The next bytes, or undefined at the end. Rejects with the error that broke the body off. Bytes
   * that are not read put backpressure on the upstream. Only one call at a time.
   */
  next(): Promise<Buffer | undefined>
  /**
   * All bytes, or as many as have come once they are more than `bytesMax`; then `next` gives the
   * others. Rejects as `next` does. `onProgress` is called whenever bytes come that are not blank.
   */
  collect(bytesMax: number, onProgress: () => void): Promise<CollectedBody>
  /** Ends the exchange at once: unread bytes are dropped, and `next` rejects with the reason. */
  abort(reason: Error): void
}

/** A way to reach an upstream. */
export interface Transport {
  /**
   * Resolves when the status of the response is known. Rejects with EgressDenied, with the
   * network's error, or with the reason of the cancellation, which covers the whole
   * exchange, body included.
   */
  open(request: UpstreamRequest, cancellation: Cancellation): Promise<Exchange>
}
