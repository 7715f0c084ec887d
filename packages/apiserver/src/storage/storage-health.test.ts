import { silentLogger } from '@fairlead/base'
import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'

import { StorageHealth } from './storage-health.ts'

it('is red while nothing can be stored, and asks the disk once a second', async () => {
  const clock = new FakeClock()
  const told: string[] = []
  const logger = {
    ...silentLogger,
    error: (_: object, message: string) => void told.push(message),
    info: (_: object, message: string) => void told.push(message),
  }
  let isFull = false
  let probes = 0
  const storage = {
    probe() {
      probes += 1
      if (isFull) throw new Error('disk is full')
    },
  }
  const health = new StorageHealth(storage, clock, logger)
  const problems: (string | undefined)[] = []
  for (isFull of [false, true, true, false]) {
    problems.push(health.problem(), health.problem())
    await clock.advance(1_000)
  }
  const full = 'disk is full'
  expect(problems).toEqual([undefined, undefined, full, full, full, full, undefined, undefined])
  expect(probes).toBe(4)
  expect(told).toEqual(['changes cannot be stored; reading goes on', 'changes can be stored again'])
})
