/** What the gateway itself tells piece by piece, instead of as one value. */
export class EventStream {
  readonly contentType: string
  readonly #next: (signal: AbortSignal) => Promise<string | undefined>

  /** `next` resolves to the next piece, or undefined at the end; the signal ends its waiting. */
  constructor(contentType: string, next: (signal: AbortSignal) => Promise<string | undefined>) {
    this.contentType = contentType
    this.#next = next
  }

  next(signal: AbortSignal): Promise<string | undefined> {
    return this.#next(signal)
  }
}
