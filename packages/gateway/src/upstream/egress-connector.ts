import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP } from 'node:net'
import { buildConnector } from 'undici'
import type { ResolveHost } from './resolve-host.ts'
import { denialOf } from './address-rules.ts'

/** The configuration does not allow a connection to this address. */
export class EgressDenied extends Error {
  override readonly name = 'EgressDenied'
}

/**
 * Connects only to addresses that the configuration allows. The addresses that are checked are the
 * ones that are connected to: there is no second lookup that could answer differently.
 */
export function egressConnector(options: {
  readonly allowPrivate: boolean
  readonly resolveHost: ResolveHost
  readonly connectTimeoutMs: number
}): buildConnector.connector {
  const lookup = (hostname: string, wanted: LookupOptions, done: LookupDone): void => {
    const resolve = async () => {
      try {
        const addresses = await allowedAddresses(hostname, options)
        return { addresses, error: null }
      } catch (error) {
        return { addresses: [], error: error instanceof Error ? error : new Error(String(error)) }
      }
    }
    void resolve().then(({ addresses, error }) => tellLookup(addresses, error, wanted, done))
  }
  const connect = buildConnector({
    allowH2: false,
    timeout: options.connectTimeoutMs,
    // node:net and node:tls take `lookup`; undici's connector hands its options on to them.
    ...({ lookup } as object),
  })
  return (target, done) => {
    const host = target.hostname.replace(/^\[|\]$/g, '')
    const denial = isIP(host) === 0 ? undefined : denialOf(host, options.allowPrivate)
    if (denial === undefined) return connect(target, done)
    done(new EgressDenied(denialMessage(host, [host], denial)), null)
  }
}

type LookupDone = (error: Error | null, address: string | LookupAddress[], family?: number) => void

/** In the two forms in which Node.js asks: for all addresses, or for one. */
function tellLookup(
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
  options: { readonly allowPrivate: boolean; readonly resolveHost: ResolveHost },
): Promise<readonly LookupAddress[]> {
  const addresses = await options.resolveHost(hostname)
  const allowed = addresses.filter(
    ({ address }) => denialOf(address, options.allowPrivate) === undefined,
  )
  if (allowed.length > 0) return allowed
  const first = addresses[0]
  if (first === undefined) throw new Error(`${hostname} has no address`)
  const denial = denialOf(first.address, options.allowPrivate) ?? 'private'
  const list = addresses.map(({ address }) => address)
  throw new EgressDenied(denialMessage(hostname, list, denial))
}

function denialMessage(host: string, addresses: readonly string[], denial: string): string {
  const kind = denial === 'private' ? 'a private address' : 'a link-local or metadata address'
  const resolved = addresses.length === 1 && addresses[0] === host ? '' : ` (${addresses[0]})`
  return `${host}${resolved} is ${kind}`
}
