import { CounterBook } from '../../counters/counter-book.ts'
import { describeCounterStoreContract } from '../test-support/counter-store-contract.ts'
import { ProcessCounterStore } from './process-counter-store.ts'

describeCounterStoreContract({
  name: 'process',
  open: (clock) =>
    Promise.resolve(new ProcessCounterStore({ book: new CounterBook({ clock }), clock })),
})
