/** A request to who gives tokens. */
export interface IdentityRequest {
  readonly method: 'GET' | 'POST' | 'PUT'
  readonly url: URL
  /** Flat list: name, value, name, value. */
  readonly headers: readonly string[]
  /** Defaults to none. */
  readonly body?: string
  /**
   * `Network`: a server like any other, at addresses that the configuration allows, through the provider's
   * proxy if it has one. `Machine`: a service for this machine or pod alone, at the link-local addresses
   * that clouds have for it or at a loopback address, without a proxy.
   */
  readonly reach: 'Network' | 'Machine'
}

export interface IdentityAnswer {
  readonly status: number
  readonly text: string
  /** The header of that name. */
  readonly cacheControl?: string | undefined
}

/** How tokens are asked for. */
export interface IdentityClient {
  /** Rejects with an IdentityError if there is no answer, or with the signal's reason. */
  send(request: IdentityRequest, signal: AbortSignal): Promise<IdentityAnswer>
}
