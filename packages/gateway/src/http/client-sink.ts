import type { ServerResponse } from '@fairlead/http1'

/**
 * Where an answer's bytes go. Once the caller has disconnected, bytes are dropped: an answer that
 * is kept in a conversation is still read to its end.
 */
export class ClientSink {
  readonly #response: ServerResponse

  constructor(response: ServerResponse) {
    this.#response = response
  }

  get started(): boolean {
    return this.#response.started
  }

  start(status: number, headers: readonly string[]): void {
    this.#response.start(status, headers)
  }

  /** Undefined if more can be written at once; otherwise resolves when it can. */
  write(bytes: Uint8Array | string): Promise<void> | undefined {
    return this.#response.write(bytes)
  }

  end(bytes: Uint8Array | string = ''): void {
    this.#response.end(bytes)
  }

  /** Closes the connection of a response whose declared length can no longer be met. */
  destroy(): void {
    this.#response.destroy()
  }
}
