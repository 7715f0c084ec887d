import type { LookupAddress, LookupOptions } from 'node:dns'
import { isIP } from 'node:net'
import type { Clock } from '@fairlead/base'
import { type Connect, connectorTo } from '@fairlead/http1'
import { denialOf } from './address-rules.ts'
import type { ResolveHost } from './resolve-host.ts'

/** The configuration does not allow a connection to this address. */
export class EgressDenied extends Error {
  override readonly name = 'EgressDenied'
}

/**
 * Connects to an origin, only at addresses that the configuration allows. The addresses that are
 * checked are those that are connected to: no second lookup could return others.
 */
export function egressConnector(options: {
  readonly origin: string
  readonly allowPrivate: boolean
  readonly resolveHost: ResolveHost
  readonly clock: Clock
  readonly timeoutMs: number
}): Connect {
  const { origin, allowPrivate, clock, timeoutMs } = options
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
  const host = new URL(origin).hostname.replace(/^\[|\]$/g, '')
  // An address is not looked up.
  const denial = isIP(host) === 0 ? undefined : denialOf(host, allowPrivate)
  if (denial === undefined) return connectorTo({ origin, clock, timeoutMs, lookup })
  return () => Promise.reject(new EgressDenied(denialMessage(host, [host], denial)))
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
