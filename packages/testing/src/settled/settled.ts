import { abortReason, type Clock, DeadlineError, openScope, systemClock } from '@fairlead/base'
import type { Manager } from '@fairlead/controller-runtime'

import { CurrentInformers } from './current-informers.ts'
import { begunReconciles, unfinishedWork, type WorkOptions } from './unfinished-work.ts'

/** How long, and for what, `settled` waits. */
export interface SettledOptions extends WorkOptions {
  /** Ends the wait, with its reason. */
  readonly signal?: AbortSignal
  /** Defaults to 10 s. */
  readonly timeoutMs?: number
  /**
   * What the timeout is measured with. Defaults to the system's clock, also for a manager whose own
   * clock stands still until a test moves it.
   */
  readonly clock?: Clock
}

/** Thrown when a manager is still at work after the timeout; the message says with what. */
export class NotSettledError extends Error {
  override readonly name = 'NotSettledError'
}

/**
 * Resolves when the manager has nothing left to do: every controller has started, no request is
 * queued or being reconciled, and every informer has told its handlers all that the API servers had
 * when the last reconcile was over. Nothing is polled. Not counted: delayed requests (see the
 * options), runnables that are no controllers, and what the API server itself has still to do, such
 * as collecting garbage.
 * @throws NotSettledError after the timeout; an Error when the manager does not run
 */
export async function settled(manager: Manager, options: SettledOptions = {}): Promise<void> {
  const { signal, timeoutMs = 10_000, clock = systemClock } = options
  using life = openScope({ parents: [signal], clock, timeoutMs, what: 'the manager to settle' })
  let unseen: readonly string[] = []
  try {
    for (;;) {
      await whenIdle(manager, options, life.signal)
      const begun = begunReconciles(manager)
      using informers = new CurrentInformers(manager)
      try {
        await informers.caughtUp(life.signal)
      } finally {
        unseen = informers.describe()
      }
      // Whatever they have told is queued by now, and what a reconcile wrote is yet to be told.
      if (begun === begunReconciles(manager) && unfinishedWork(manager, options).length === 0) {
        return
      }
    }
  } catch (error) {
    if (!life.signal.aborted || !(abortReason(life.signal) instanceof DeadlineError)) throw error
    const left = [...unfinishedWork(manager, options), ...unseen]
    const what = left.join('; ') || 'reconciles follow one another without an end'
    throw new NotSettledError(`not settled after ${timeoutMs} ms: ${what}`, { cause: error })
  }
}

function whenIdle(manager: Manager, options: WorkOptions, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void): void => {
      stopListening()
      signal.removeEventListener('abort', fail)
      settle()
    }
    const fail = (): void => end(() => reject(abortReason(signal)))
    const check = (): void => {
      try {
        if (manager.state !== 'running') throw new Error(notRunning[manager.state])
        if (unfinishedWork(manager, options).length === 0) end(resolve)
      } catch (error) {
        end(() => reject(error instanceof Error ? error : new Error(String(error))))
      }
    }
    const stopListening = manager.onWork(check)
    signal.addEventListener('abort', fail, { once: true })
    if (signal.aborted) fail()
    else check()
  })
}

const notRunning = {
  new: 'the manager has not been started, so it never settles: call `start` first',
  stopped: 'the manager has stopped: what it had still to do is not known',
} as const
