/** What a server answered; the body is complete. */
export interface FetchedDocument {
  readonly status: number
  /** The value of a header by its name in lower case. */
  header(name: string): string | undefined
  readonly body: Uint8Array
}

/**
 * Gets an address, and follows no redirect. Rejects with an Error, without anything secret in its
 * message, for an address that is not allowed, after its deadline, and for a body of more than
 * `bytesMax`.
 */
export type DocumentFetch = (
  url: URL,
  init: {
    readonly headers: Readonly<Record<string, string>>
    readonly bytesMax: number
    readonly signal: AbortSignal
  },
) => Promise<FetchedDocument>
