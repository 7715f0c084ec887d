import { join } from 'node:path'
import type { Clock, Logger } from '@fairlead/base'
import type { Client } from '../client/client.ts'
import type { Metrics } from '../metrics/metrics.ts'
import type { Runnable } from '../runnable.ts'
import { AccessReviews } from './access-reviews.ts'
import { type BindAddress, parseBindAddress } from './bind-address.ts'
import { CertificateFiles } from './certificate-files.ts'
import type { CertificateSource } from './certificate-source.ts'
import { GeneratedCertificate } from './generated-certificate.ts'
import type { ServingTls } from './http-server.ts'
import { type RequestFilter, withAuthenticationAndAuthorization } from './request-filter.ts'

/** A directory with a certificate and its key, watched as `CertificateFiles` says. */
export interface CertificateDirectory {
  readonly directory: string
  /** Defaults to `tls.crt`. */
  readonly certName?: string
  /** Defaults to `tls.key`. */
  readonly keyName?: string
}

/** What the servers of a manager have in common. */
export interface ServingOptions {
  /** `host:port`, `:port` for all addresses of the machine, `0` for no server. */
  readonly bindAddress?: string
  /** Serves HTTPS. Defaults to false. */
  readonly secure?: boolean
  /**
   * Needs `secure`. Without it, one is made that nobody trusts, as in Go. A source that is a
   * Runnable, as `CertificateFiles` is, runs with the server.
   */
  readonly certificate?: CertificateDirectory | CertificateSource
  /**
   * Who may ask. `none`, the default, is everybody. `kubernetes`, which needs `secure`, is whoever
   * the API server knows and allows: see `withAuthenticationAndAuthorization`.
   */
  readonly authentication?: 'none' | 'kubernetes' | RequestFilter
}

/** What servers get from their manager. */
export interface ServingEnvironment {
  readonly client: Pick<Client, 'create'>
  readonly metrics: Metrics
  readonly logger: Logger
  readonly clock: Clock
}

/** The options as a server needs them. */
interface Serving {
  readonly address: BindAddress
  readonly tls?: ServingTls
  readonly filter: RequestFilter
  /** What must run beside the server. */
  readonly runnables: readonly Runnable[]
}

/**
 * Undefined if nothing is to be served.
 * @throws an Error for options that contradict each other
 */
export function resolveServing(
  name: string,
  options: ServingOptions & { readonly bindAddress: string },
  environment: ServingEnvironment,
): Serving | undefined {
  const address = parseBindAddress(options.bindAddress)
  if (address === undefined) return undefined
  const { secure = false, certificate, authentication = 'none' } = options
  if (!secure && certificate !== undefined) {
    throw new Error(`the ${name} has a certificate but is not secure: set secure to true`)
  }
  if (!secure && authentication === 'kubernetes') {
    throw new Error(`the ${name} would receive tokens without encryption: set secure to true`)
  }
  const filter = filterOf(authentication, environment)
  if (!secure) return { address, filter, runnables: [] }
  const source = certificateOf(certificate, environment)
  return { address, filter, tls: { certificate: source }, runnables: runnablesOf(source) }
}

function filterOf(
  authentication: NonNullable<ServingOptions['authentication']>,
  { client, clock, logger }: ServingEnvironment,
): RequestFilter {
  if (typeof authentication === 'function') return authentication
  if (authentication === 'none') return (handler) => handler
  return withAuthenticationAndAuthorization(new AccessReviews(client, clock), logger)
}

function certificateOf(
  certificate: ServingOptions['certificate'],
  { metrics, clock, logger }: ServingEnvironment,
): CertificateSource {
  if (certificate === undefined) return new GeneratedCertificate(clock)
  if (!('directory' in certificate)) return certificate
  const { directory, certName = 'tls.crt', keyName = 'tls.key' } = certificate
  return new CertificateFiles({
    certFile: join(directory, certName),
    keyFile: join(directory, keyName),
    metrics,
    logger,
    clock,
  })
}

function runnablesOf(source: CertificateSource): Runnable[] {
  return isRunnable(source) ? [source] : []
}

function isRunnable(source: CertificateSource): source is CertificateSource & Runnable {
  return 'start' in source && typeof source.start === 'function'
}
