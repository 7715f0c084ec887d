import type { CreateCallPolicy } from './call-policy.ts'
import { concurrency } from './concurrency/concurrency.ts'

/** In the order in which calls pass them, within each stage. */
export const callPolicies: readonly CreateCallPolicy[] = [
  // First of all: a call that is not let in has cost no memory for its body yet.
  concurrency,
]
