import type { LookupAddress } from 'node:dns'
import { lookup } from 'node:dns/promises'

/** Resolves a host name to all its addresses, as `dns.promises.lookup(host, {all: true})` does. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>

/** As the operating system resolves it. */
export const systemResolveHost: ResolveHost = (hostname) => lookup(hostname, { all: true })
