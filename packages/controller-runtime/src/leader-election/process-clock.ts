import { type Clock, systemClock } from '@fairlead/base'

/** The system clock, with a monotonic reading that all threads of the process share. */
export const processClock: Clock = {
  ...systemClock,
  // `performance.now()` begins anew in each thread.
  monotonicMs: () => Number(process.hrtime.bigint()) / 1e6,
}
