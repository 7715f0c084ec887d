import type { Clock } from '@fairlead/base'
import {
  type Counters,
  LeasedCounters,
  openCountersInMemory,
  ProcessCounterStore,
} from '@fairlead/usage'

/** Borrowed ahead at a time: nobody else wants it. */
const percent = 50

/** Counters of this process alone, which forgets them when it ends. */
export function ownCounters(clock: Clock): Counters {
  const store = new ProcessCounterStore({ open: () => openCountersInMemory(clock), clock })
  return new LeasedCounters({ store, holder: 'own', percent, clock })
}
