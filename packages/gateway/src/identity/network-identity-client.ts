import { EgressDenied } from '../upstream/egress-connector.ts'
import { exchangeOnce } from '../upstream/exchange-once.ts'
import type { UpstreamPools } from '../upstream/upstream-pools.ts'
import type { IdentityAnswer, IdentityClient, IdentityRequest } from './identity-client.ts'
import { IdentityError } from './identity-error.ts'

/** A token and what comes with it are a few kilobytes. */
const tokenBytesMax = 256 * 1024
const connectMs = 5_000

/** What the configuration says of connections to servers on the network. */
interface IdentityEgress {
  readonly allowPrivate: boolean
  /** Origin of the HTTP proxy; undefined means none. */
  readonly proxy: string | undefined
}

/**
 * Asks for tokens, or the keys that verify them, over HTTP. Each request has a connection of its own, as there is one an hour. A
 * redirect is an answer like any other.
 */
export function networkIdentityClient(
  pools: UpstreamPools,
  egress: IdentityEgress,
  answerBytesMax = tokenBytesMax,
  /** To one server at once. One suffices for a token an hour. */
  connectionsMax = 1,
): IdentityClient {
  return {
    async send(request: IdentityRequest, signal: AbortSignal): Promise<IdentityAnswer> {
      const { url } = request
      const isMachineService = request.reach === 'Machine'
      const route = {
        origin: url.origin,
        proxy: isMachineService ? undefined : egress.proxy,
        allowPrivate: egress.allowPrivate,
        isClusterService: false,
        isMachineService,
        tls: undefined,
        connectionsMax,
        connectMs,
      }
      const sent = {
        method: request.method,
        path: url.pathname + url.search,
        headers: ['user-agent', 'fairlead', ...request.headers],
        body: Buffer.from(request.body ?? ''),
      }
      const limits = { bytesMax: answerBytesMax, signal }
      const answer = await exchangeOnce(pools, route, sent, limits).catch((error: unknown) => {
        throw signal.aborted ? error : asIdentityError(error, url)
      })
      if (answer === undefined) {
        throw new IdentityError('Connect', `${url.origin} answered with too many bytes`)
      }
      const { body, headers, status } = answer
      return { status, text: body.toString('utf8'), cacheControl: headers.get('cache-control') }
    },
  }
}

function asIdentityError(error: unknown, { origin }: URL): IdentityError {
  if (error instanceof EgressDenied) {
    return new IdentityError('Misconfigured', `${error.message}, which may not be connected to`)
  }
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  const detail = code ?? (error instanceof Error ? error.message : 'unknown reason')
  return new IdentityError('Connect', `${origin} could not be reached (${detail})`, {
    cause: error,
  })
}
