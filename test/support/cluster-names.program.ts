import type { LookupAddress } from 'node:dns'
import promises from 'node:dns/promises'
import { syncBuiltinESMExports } from 'node:module'

// Preloaded into programs that run outside of a cluster: the names of its Services are this machine's.
const { lookup } = promises

async function lookupService(name: string, options: object): Promise<LookupAddress[]> {
  if (name.endsWith('.svc')) return [{ address: '127.0.0.1', family: 4 }]
  return lookup(name, { ...options, all: true })
}

Object.assign(promises, { lookup: lookupService })
syncBuiltinESMExports()
