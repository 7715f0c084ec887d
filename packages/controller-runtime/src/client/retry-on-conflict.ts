import { isConflict } from '@fairlead/kube-core'
import { type Clock, type Random, sleep, systemClock, systemRandom } from '@fairlead/base'

export interface RetryOnConflictOptions {
  /** How often it is tried at most. Defaults to 5. */
  readonly attempts?: number
  readonly signal?: AbortSignal
  readonly clock?: Pick<Clock, 'setTimer'>
  /** Between 0 and 1; defaults to the machine's randomness. */
  readonly random?: Random
}

/** The delay between attempts, which jitter lengthens by up to a tenth. client-go's values. */
const delayMs = 10
const jitter = 0.1

/**
 * Calls `change` again when it fails with a conflict: somebody else wrote the object in between.
 * `change` must read the object anew each time, from the API server. After the last attempt the
 * conflict is thrown; any other error at once. Within a reconciler, throwing the conflict is
 * simpler and right; server-side apply needs no retry at all.
 */
export async function retryOnConflict<T>(
  change: () => Promise<T>,
  options: RetryOnConflictOptions = {},
): Promise<T> {
  const { attempts = 5, signal, clock = systemClock, random = systemRandom } = options
  for (let attempt = 1; ; attempt += 1) {
    signal?.throwIfAborted()
    try {
      return await change()
    } catch (error) {
      if (!isConflict(error) || attempt >= attempts) throw error
    }
    await sleep(clock, delayMs * (1 + jitter * random()), signal)
  }
}
