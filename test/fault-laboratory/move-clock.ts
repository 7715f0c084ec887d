import type { FakeClock } from '@fairlead/base/testing'

const coarse = { stepMs: 250, turnsPerStep: 12 }

/**
 * Lets time pass until the work is done: between two steps everything that is on its way arrives, in
 * turns of the event loop in which the sockets of this process carry what has been written.
 */
export async function moveClockUntil<T>(
  work: Promise<T>,
  clock: FakeClock,
  { stepMs, turnsPerStep } = coarse,
): Promise<T> {
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
