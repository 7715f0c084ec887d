import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP, type LookupFunction } from 'node:net'
import type { Clock } from '@fairlead/base'
import { type Connect, connectorTo, type TlsOptions } from '@fairlead/http1'
import { type AddressDenial, type AddressScope, denialOf } from './address-rules.ts'
import type { ResolveHost } from './resolve-host.ts'

/** The configuration does not allow a connection to this address. */
export class EgressDenied extends Error {
  override readonly name = 'EgressDenied'
}

/** What connections to an origin depend on. */
export interface EgressRoute {
  readonly origin: string
  /** Origin of the HTTP proxy that they go through; undefined means none. */
  readonly proxy: string | undefined
  readonly allowPrivate: boolean
  /** Whether the origin is a Service of the cluster: it may have a private address all the same. */
  readonly isClusterService: boolean
  /**
   * Whether the origin is a service for this machine or pod alone, such as the one that says who it is:
   * it must have an address of such. Defaults to false.
   */
  readonly isMachineService?: boolean
  readonly tls: TlsOptions | undefined
}

/**
 * Connects to an origin, only at addresses that the configuration allows. The addresses that are
 * checked are those that are connected to: no second lookup could return others. With a proxy these
 * are the proxy's; of the origin, whose name only the proxy resolves, an address is checked.
 */
export function egressConnector(
  options: EgressRoute & {
    readonly resolveHost: ResolveHost
    readonly clock: Clock
    readonly timeoutMs: number
  },
): Connect {
  const { origin, proxy, tls, clock, timeoutMs } = options
  const { denied, lookup } = egressGuard(options)
  if (denied !== undefined) return () => Promise.reject(denied)
  return connectorTo({
    origin,
    clock,
    timeoutMs,
    lookup,
    ...(proxy === undefined ? {} : { proxy }),
    ...(tls === undefined ? {} : { tls }),
  })
}

/** What keeps connections to an origin, or to its proxy, at allowed addresses. */
interface EgressGuard {
  /** Why no connection may be made: the origin or the proxy is an address that is not allowed. */
  readonly denied: EgressDenied | undefined
  /** Resolves a name to those of its addresses that are allowed; fails with EgressDenied if none is. */
  readonly lookup: LookupFunction
}

/** The guard for whoever connects by other means than `egressConnector`. */
export function egressGuard(
  options: Omit<EgressRoute, 'tls'> & { readonly resolveHost: ResolveHost },
): EgressGuard {
  const { origin, proxy } = options
  const scopes = scopesOf(options)
  // Who is looked up is who is connected to.
  const scope = proxy === undefined ? scopes.origin : scopes.proxy
  const who = proxy === undefined ? '' : 'the proxy '
  const lookup = (hostname: string, wanted: LookupOptions, done: LookupDone): void => {
    const resolve = async () => {
      try {
        const addresses = await allowedAddresses(hostname, who, scope, options.resolveHost)
        return { addresses, error: null }
      } catch (error) {
        return { addresses: [], error: error instanceof Error ? error : new Error(String(error)) }
      }
    }
    void resolve().then(({ addresses, error }) => completeLookup(addresses, error, wanted, done))
  }
  const denied =
    deniedAddress(origin, '', scopes.origin) ??
    (proxy === undefined ? undefined : deniedAddress(proxy, who, scopes.proxy))
  return { denied: denied === undefined ? undefined : new EgressDenied(denied), lookup }
}

/** Which addresses the origin and the proxy may have: only the origin is the named Service. */
function scopesOf({ allowPrivate, isClusterService, isMachineService }: Omit<EgressRoute, 'tls'>): {
  readonly origin: AddressScope
  readonly proxy: AddressScope
} {
  if (isMachineService === true) return { origin: 'Machine', proxy: 'Machine' }
  const proxy = allowPrivate ? 'Private' : 'Public'
  return { origin: isClusterService && !allowPrivate ? 'Cluster' : proxy, proxy }
}

/** Why an origin that names an address, which is not looked up, is denied. */
function deniedAddress(origin: string, who: string, scope: AddressScope): string | undefined {
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  const denial = isIP(host) === 0 ? undefined : denialOf(host, scope)
  return denial === undefined ? undefined : denialMessage(who, host, [host], denial)
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** Calls back in the form that Node.js asked for: all addresses, or one. */
function completeLookup(
  addresses: readonly LookupAddress[],
  error: Error | null,
  wanted: LookupOptions,
  done: LookupDone,
): void {
  const [first] = addresses
  if (error !== null || first === undefined) done(error, [])
  else if (wanted.all === true) done(null, [...addresses])
  else done(null, first.address, first.family)
}

async function allowedAddresses(
  hostname: string,
  who: string,
  scope: AddressScope,
  resolveHost: ResolveHost,
): Promise<readonly LookupAddress[]> {
  const addresses = await resolveHost(hostname)
  const allowed = addresses.filter(({ address }) => denialOf(address, scope) === undefined)
  if (allowed.length > 0) return allowed
  const first = addresses[0]
  if (first === undefined) throw new Error(`${who}${hostname} has no address`)
  const denial = denialOf(first.address, scope) ?? 'private'
  const list = addresses.map(({ address }) => address)
  throw new EgressDenied(denialMessage(who, hostname, list, denial))
}

const denialWords: Readonly<Record<AddressDenial, string>> = {
  private: 'a private address',
  'link-local-or-metadata': 'a link-local or metadata address',
  'not-of-machine': 'not the address of a service for this machine alone',
}

function denialMessage(
  who: string,
  host: string,
  addresses: readonly string[],
  denial: AddressDenial,
): string {
  const kind = denialWords[denial]
  const resolved = addresses.length === 1 && addresses[0] === host ? '' : ` (${addresses[0]})`
  return `${who}${host}${resolved} is ${kind}`
}
