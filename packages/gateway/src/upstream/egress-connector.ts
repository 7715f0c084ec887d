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
 * Connects only to addresses that the configuration allows. The addresses that are checked are
 * those that are connected to: no second lookup could return others.
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
    void resolve().then(({ addresses, error }) => completeLookup(addresses, error, wanted, done))
  }
  const connect = buildConnector({
    allowH2: false,
    timeout: options.connectTimeoutMs,
    // node:net and node:tls take `lookup`; undici's connector passes its options on to them.
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
