import type { Snapshot } from '@fairlead/snapshot'
import { expect, it } from 'vitest'
import { secretNamesOf } from './secret-names.ts'

it('names every Secret once, wherever a configuration refers to it', () => {
  const of = (namespace: string, name: string, key = 'k') => ({ namespace, name, key })
  const snapshot = {
    gateway: {
      namespace: 'a',
      name: 'main',
      listenerTls: { certificate: of('a', 'tls', 'tls.crt'), key: of('a', 'tls', 'tls.key') },
    },
    providers: new Map([
      ['b/p', { namespace: 'b', name: 'p', credentials: [{ secret: of('b', 'openai') }] }],
    ]),
    consumers: [
      { apiKeys: [{ source: { secret: of('a', 'consumer') } }, { source: { sha256: '0' } }] },
    ],
  } as unknown as Snapshot
  expect([...secretNamesOf(snapshot)]).toEqual([
    ['a', ['consumer', 'tls']],
    ['b', ['openai']],
  ])
  expect([...secretNamesOf(undefined)]).toEqual([])
})
