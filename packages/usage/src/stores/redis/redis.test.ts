import { type RedisServer, startRedisServer } from '@fairlead/base/testing'
import { afterAll, beforeAll } from 'vitest'
import { describeCounterStoreContract } from '../test-support/counter-store-contract.ts'
import { openStore } from './test-support/open-store.ts'

let server: RedisServer
let opened = 0

beforeAll(async () => {
  server = await startRedisServer()
})
afterAll(() => server[Symbol.asyncDispose]())

describeCounterStoreContract({
  name: 'Redis',
  open(clock) {
    const gateway = `contract/${++opened}`
    const { store } = openStore(server.url, { gateway, nowMs: () => clock.now() })
    return Promise.resolve(store)
  },
})
