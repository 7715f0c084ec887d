import type { FakeClock } from '@fairlead/base/testing'

/** Turns of the event loop in which sockets of this process carry what has been written. */
const turnsPerStep = 12
const stepMs = 250

/**
 * Lets time pass until the work is done: between two steps everything that is on its way arrives.
 */
export async function moveClockUntil<T>(work: Promise<T>, clock: FakeClock): Promise<T> {
  let isDone = false
  const noted = work.finally(() => {
    isDone = true
  })
  noted.catch(() => {})
  for (;;) {
    for (let turn = 0; turn < turnsPerStep && !isDone; turn += 1) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    if (isDone) return noted
    await clock.advance(stepMs)
  }
}
