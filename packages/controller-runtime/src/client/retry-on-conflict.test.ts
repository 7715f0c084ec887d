import { FakeClock } from '@fairlead/base/testing'
import { StatusError } from '@fairlead/kube-core'
import { expect, it } from 'vitest'
import { retryOnConflict } from './retry-on-conflict.ts'

const failure = (reason: string, code: number) =>
  new StatusError({
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    reason,
    code,
    message: reason,
  })

/** Fails as often as there are errors, then gives the number of calls. */
function failing(...errors: readonly Error[]) {
  let calls = 0
  const change = async () => {
    const error = errors[calls]
    calls += 1
    if (error !== undefined) throw error
    return calls
  }
  return { change, calls: () => calls }
}

const conflict = failure('Conflict', 409)

it('tries a change again after a conflict, ten milliseconds later', async () => {
  const clock = new FakeClock()
  const { change, calls } = failing(conflict, conflict)
  const result = retryOnConflict(change, { clock, random: () => 0.5 })
  await clock.advance(10.4)
  expect(calls()).toBe(1)
  await clock.advance(0.1)
  expect(calls()).toBe(2)
  await clock.advance(10.5)
  expect(await result).toBe(3)
})

it('gives the conflict after the last attempt', async () => {
  const clock = new FakeClock()
  const { change, calls } = failing(...Array<Error>(9).fill(conflict))
  const result = retryOnConflict(change, { clock, random: () => 0 }).catch((e: unknown) => e)
  await clock.advance(1000)
  expect(await result).toBe(conflict)
  expect(calls()).toBe(5)
})

it('tries nothing else again', async () => {
  const exists = failure('AlreadyExists', 409)
  const { change, calls } = failing(exists)
  await expect(retryOnConflict(change, { clock: new FakeClock() })).rejects.toBe(exists)
  expect(calls()).toBe(1)
})

it('ends with the signal', async () => {
  const stop = new AbortController()
  const { change } = failing(conflict)
  const result = retryOnConflict(change, { clock: new FakeClock(), signal: stop.signal })
  stop.abort(new Error('enough'))
  await expect(result).rejects.toThrow('enough')
})
