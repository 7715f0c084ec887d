import type { Fault } from './fault.ts'
import { answerFaults } from './faults/answers.ts'
import { connectionFaults } from './faults/connections.ts'
import { statusFaults } from './faults/statuses.ts'
import { streamFaults } from './faults/streams.ts'

/** All that providers are known to do wrong. */
export const faults: readonly Fault[] = [
  ...connectionFaults,
  ...answerFaults,
  ...streamFaults,
  ...statusFaults,
]
