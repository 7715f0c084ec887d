import { type Clock, DeadlineError, openScope } from '@fairlead/base'
import { type DocumentFetch, ServerSilent } from '@fairlead/knowledge'
import { EgressDenied } from '../upstream/egress-connector.ts'
import { exchangeOnce } from '../upstream/exchange-once.ts'
import { type ResolveHost, systemResolveHost } from '../upstream/resolve-host.ts'
import { UpstreamPools } from '../upstream/upstream-pools.ts'

/** For connecting, and for all of it. */
const connectMs = 5_000
const documentMs = 20_000
/** To one server: its documents are read one after the other, by each source of each base. */
const connectionsMax = 4

interface DocumentFetcherOptions {
  readonly clock: Clock
  readonly resolveHost?: ResolveHost
}

/** Gets documents of knowledge bases, only at addresses that providers could have, within 20 seconds each. */
export class DocumentFetcher {
  readonly #clock: Clock
  readonly #pools: UpstreamPools

  constructor({ clock, resolveHost = systemResolveHost }: DocumentFetcherOptions) {
    this.#clock = clock
    this.#pools = new UpstreamPools(resolveHost, clock)
  }

  /** `allowPrivate` is asked with each document. */
  fetchWith(allowPrivate: () => boolean): DocumentFetch {
    return (url, { bytesMax, headers, signal }) =>
      this.#get(url, headers, bytesMax, allowPrivate(), signal)
  }

  /** Whatever is being got fails. */
  close(): void {
    this.#pools.destroy()
  }

  async #get(
    url: URL,
    headers: Readonly<Record<string, string>>,
    bytesMax: number,
    allowPrivate: boolean,
    parent: AbortSignal,
  ): ReturnType<DocumentFetch> {
    const clock = this.#clock
    using scope = openScope({
      parents: [parent],
      clock,
      timeoutMs: documentMs,
      what: 'getting a document',
    })
    const route = {
      origin: url.origin,
      proxy: undefined,
      allowPrivate,
      isClusterService: false,
      tls: undefined,
      connectionsMax,
      connectMs,
    }
    const fixed = ['user-agent', 'fairlead', 'accept-encoding', 'identity']
    const request = {
      method: 'GET',
      path: url.pathname + url.search,
      headers: [...fixed, ...Object.entries(headers).flat()],
      body: Buffer.alloc(0),
    }
    const limits = { bytesMax, signal: scope.signal }
    const answer = await exchangeOnce(this.#pools, route, request, limits).catch(
      (error: unknown) => {
        if (parent.aborted) throw error
        throw inWords(error, url)
      },
    )
    if (answer === undefined) throw new Error(`it has more than ${bytesMax} bytes`)
    const encoding = answer.headers.get('content-encoding') ?? 'identity'
    if (encoding !== 'identity' && answer.body.length > 0) {
      throw new Error(`it is sent as ${encoding.slice(0, 100)}, which was not asked for`)
    }
    return {
      status: answer.status,
      header: (name) => answer.headers.get(name),
      body: answer.body,
    }
  }
}

function inWords(error: unknown, { host }: URL): Error {
  if (error instanceof DeadlineError) {
    return new ServerSilent(`${host} did not answer whole within ${documentMs / 1000} s`, {
      cause: error,
    })
  }
  if (error instanceof EgressDenied) {
    const permit = 'spec.egress.privateNetworks: Allow of the LLMGateway permits private ones'
    return new Error(`${error.message}, which may not be connected to: ${permit}`, { cause: error })
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const detail = code ?? (error instanceof Error ? error.message : 'unknown reason')
  return new ServerSilent(`${host} could not be reached (${detail})`, { cause: error })
}
