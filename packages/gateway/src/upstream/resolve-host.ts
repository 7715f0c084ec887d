import type { LookupAddress } from 'node:dns'

/** Resolves a host name to all its addresses, as `dns.promises.lookup(host, {all: true})` does. */
export type ResolveHost = (hostname: string) => Promise<readonly LookupAddress[]>
