import type { CreateCallPolicy } from './call-policy.ts'
import { concurrency } from './concurrency/concurrency.ts'
import { guards } from './guards/guards.ts'
import { usage } from './usage/usage.ts'

/** In the order in which calls pass them, within each stage. */
export const callPolicies: readonly CreateCallPolicy[] = [
  // First of all, so that a call that is refused has not cost memory for its body.
  concurrency,
  // Before all that reads what is asked.
  guards,
  // Last, so that a call that another policy refuses has claimed nothing.
  usage,
]
