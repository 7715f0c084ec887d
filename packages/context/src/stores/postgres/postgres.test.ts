import { afterAll, beforeAll } from 'vitest'
import type { ContextStore } from '../context-store.ts'
import { describeAnswerStoreContract } from '../test-support/answer-store-contract.ts'
import { describeFactorStoreContract } from '../test-support/factor-store-contract.ts'
import { describeRecordBoundContract } from '../test-support/record-store-contract.ts'
import { describeResponseStoreContract } from '../test-support/response-store-contract.ts'
import { describeStoreContract } from '../test-support/store-contract.ts'
import type { PostgresStoreOptions } from './postgres-store.ts'
import { PostgresBench } from './test-support/postgres-bench.ts'

let bench: PostgresBench
beforeAll(async () => {
  bench = await PostgresBench.start()
}, 60_000)
afterAll(() => bench[Symbol.asyncDispose]())

const schema = 'contract'
const clocks = new WeakMap<ContextStore, Pick<PostgresStoreOptions['clock'], 'now'>>()

const subject = {
  name: 'PostgreSQL',
  async open(
    options: Pick<PostgresStoreOptions, 'ttlMs'> & {
      readonly clock: Pick<PostgresStoreOptions['clock'], 'now'>
    },
  ) {
    await bench.empty(schema)
    const store = await bench.open({ schema, ...options })
    clocks.set(store, options.clock)
    return store
  },
  async forgetErasures() {
    await bench.ask(`UPDATE "${schema}".erasures SET erased_at = erased_at - interval '2 hours'`)
  },
  async successor(store: ContextStore) {
    await bench.kill(schema, 'one')
    const clock = clocks.get(store) ?? { now: () => 0 }
    return bench.open({ schema, member: 'two', clock })
  },
}
describeStoreContract(subject)
describeResponseStoreContract(subject)
describeFactorStoreContract(subject)
describeAnswerStoreContract(subject)
describeRecordBoundContract(subject)
