import { describeCounterStoreContract } from '../test-support/counter-store-contract.ts'
import { openCountersInMemory } from './open-counters.ts'
import { ProcessCounterStore } from './process-counter-store.ts'

describeCounterStoreContract({
  name: 'process',
  open: (clock) =>
    Promise.resolve(new ProcessCounterStore({ open: () => openCountersInMemory(clock), clock })),
})
