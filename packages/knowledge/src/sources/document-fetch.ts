/** What a server answered; the body is complete. */
export interface FetchedDocument {
  readonly status: number
  /** The value of a header by its name in lower case. */
  header(name: string): string | undefined
  readonly body: Uint8Array
}

/** A server cannot be reached, or did not answer in time: nor will it for its other documents. */
export class ServerSilent extends Error {
  override readonly name = 'ServerSilent'
}

/**
 * Gets an address, and follows no redirect. Rejects with an Error, without anything secret in its
 * message, for an address that is not allowed and for a body of more than `bytesMax`, and with
 * ServerSilent after its deadline.
 */
export type DocumentFetch = (
  url: URL,
  init: {
    readonly headers: Readonly<Record<string, string>>
    readonly bytesMax: number
    readonly signal: AbortSignal
  },
) => Promise<FetchedDocument>
