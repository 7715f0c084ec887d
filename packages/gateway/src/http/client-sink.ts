import type { ServerResponse } from '@fairlead/http1'

/**
 * Where an answer's bytes go. Once the caller has disconnected, bytes are dropped: an answer that
 * is kept in a conversation is still read to its end.
 */
export class ClientSink {
  readonly #response: ServerResponse
  #isDetached = false
  #startedDetached = false

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get started(): boolean {
    return this.#isDetached ? this.#startedDetached : this.#response.started
  }

  /** The caller has been answered: the bytes of the answer itself are dropped. */
  detach(): void {
    this.#isDetached = true
  }

  start(status: number, headers: readonly string[]): void {
    if (this.#isDetached) this.#startedDetached = true
    else this.#response.start(status, headers)
  }

  /** Undefined if more can be written at once; otherwise resolves when it can. */
  write(bytes: Uint8Array | string): Promise<void> | undefined {
    return this.#isDetached ? undefined : this.#response.write(bytes)
  }

  /** Trailers, a flat list, follow a body whose length the head does not tell. */
  end(bytes: Uint8Array | string = '', trailers: readonly string[] = []): void {
    if (!this.#isDetached) this.#response.end(bytes, trailers)
  }

  /** Closes the connection of a response whose declared length can no longer be met. */
  destroy(): void {
    if (!this.#isDetached) this.#response.destroy()
  }
}
