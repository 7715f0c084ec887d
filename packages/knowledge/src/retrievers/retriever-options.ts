/** Sends a request and resolves with the answer, whatever its status; bounded in size by who gives it. */
export type Fetch = (
  url: URL,
  init: {
    readonly method: 'GET' | 'POST'
    readonly headers: Readonly<Record<string, string>>
    readonly body?: string
    readonly signal: AbortSignal
  },
) => Promise<{ readonly status: number; readonly text: string }>

export interface RetrieverOptions {
  readonly url: string
  /** Which of its knowledge bases or vector stores is searched. */
  readonly knowledgeId: string
  /** Sent as a bearer token; undefined: none is. */
  readonly key: string | undefined
  readonly fetch: Fetch
}
