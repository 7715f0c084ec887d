import type { ServerResponse } from 'node:http'

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
    return this.#response.headersSent
  }

  start(status: number, headers: readonly string[]): void {
    if (!this.#gone) this.#response.writeHead(status, headers as string[])
  }

  /** Undefined if more can be written at once; otherwise resolves when it can. */
  write(bytes: Uint8Array | string): Promise<void> | undefined {
    if (this.#gone || this.#response.write(bytes)) return undefined
    return this.#drained()
  }

  end(bytes?: Uint8Array | string): void {
    if (this.#gone) return
    if (bytes === undefined) this.#response.end()
    else this.#response.end(bytes)
  }

  /** Closes the connection of a response whose declared length can no longer be met. */
  destroy(): void {
    this.#response.destroy()
  }

  get #gone(): boolean {
    return this.#response.destroyed
  }

  #drained(): Promise<void> {
    const response = this.#response
    return new Promise((resolve) => {
      const done = () => {
        response.off('drain', done)
        response.off('close', done)
        resolve()
      }
      response.on('drain', done)
      response.on('close', done)
    })
  }
}
