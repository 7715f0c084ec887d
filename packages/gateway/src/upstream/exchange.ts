import type { IncomingHttpHeaders } from 'node:http'

export interface UpstreamRequest {
  readonly path: string
  /** Names and values in turn. */
  readonly headers: readonly string[]
  readonly body: Uint8Array
}

/** One answer from an upstream, whose body is taken piece by piece. */
export interface Exchange {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  /**
   * The next bytes, or undefined at the end. Rejects with what broke the answer off. Not taking
   * the bytes stops the upstream from sending. Only one call at a time.
   */
  next(): Promise<Buffer | undefined>
  /** Ends it at once; what was not taken is dropped, and `next` rejects with the reason. */
  abort(reason: Error): void
}

/** A way to reach an upstream. */
export interface Transport {
  /**
   * Resolves when the answer's status is known. Rejects with EgressDenied, with what the network
   * said, or with the signal's reason. The signal ends the whole exchange, body included.
   */
  open(request: UpstreamRequest, signal: AbortSignal): Promise<Exchange>
}
