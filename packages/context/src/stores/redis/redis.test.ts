import { afterAll, beforeAll } from 'vitest'
import type { ContextStore } from '../context-store.ts'
import { describeAnswerStoreContract } from '../test-support/answer-store-contract.ts'
import { describeFactorStoreContract } from '../test-support/factor-store-contract.ts'
import { describeRecordBoundContract } from '../test-support/record-store-contract.ts'
import { describeResponseStoreContract } from '../test-support/response-store-contract.ts'
import { describeStoreContract } from '../test-support/store-contract.ts'
import { describeStoreMembersContract } from '../test-support/store-members-contract.ts'
import { RedisBench, type BenchOptions } from './test-support/redis-bench.ts'

let bench: RedisBench
beforeAll(async () => {
  bench = await RedisBench.start()
})
afterAll(() => bench[Symbol.asyncDispose]())

const subject = {
  name: 'Redis',
  open: (options: BenchOptions) => bench.open(options),
  forgetErasures: (store: ContextStore) => bench.forgetErasures(store, 'a', 'ada'),
  async successor(store: ContextStore): Promise<ContextStore> {
    await bench.die(store)
    return bench.join(store, 'successor')
  },
}
describeStoreContract(subject)
describeResponseStoreContract(subject)
describeFactorStoreContract(subject)
describeAnswerStoreContract(subject)
describeRecordBoundContract(subject)

describeStoreMembersContract({
  name: 'Redis',
  open() {
    const shared = bench.shared({ clock: { now: () => 1000 }, ttlMs: undefined })
    return {
      join: (member) => shared.join(member),
      die: (store) => bench.die(store),
      interrupt: (store) => bench.interrupt(store),
      close: () => shared.close(),
    }
  },
})
