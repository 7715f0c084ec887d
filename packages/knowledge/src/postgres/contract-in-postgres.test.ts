import { systemClock } from '@fairlead/base'
import { type PostgresServer, startPostgresServer } from '@fairlead/base/testing'
import { afterAll, beforeAll } from 'vitest'
import { describeKnowledgeIndexContract } from '../test-support/knowledge-index-contract.ts'
import { openPostgresIndex } from './open-postgres-index.ts'

let server: PostgresServer
let bases = 0
beforeAll(async () => {
  server = await startPostgresServer()
}, 60_000)
afterAll(() => server[Symbol.asyncDispose]())

describeKnowledgeIndexContract({
  name: 'PostgreSQL',
  open: (options) =>
    openPostgresIndex({
      url: server.url,
      name: `base-${bases++}`,
      bytesMax: 1e9,
      clock: systemClock,
      ...options,
    }),
})
