import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { TimeShare } from './time-share.ts'

it('is done as long as it takes no more than a hundredth of the time', () => {
  let nowMs = 0
  const share = new TimeShare({ monotonicMs: () => nowMs })
  let done = 0
  for (let turn = 0; turn < 10_000; turn += 1) {
    nowMs += 0.9
    share.spend(() => {
      nowMs += 0.1
      done += 1
    })
  }
  expect((done * 0.1) / nowMs).toBeGreaterThan(0.009)
  expect((done * 0.1) / nowMs).toBeLessThan(0.011)
})

it('is always done if it takes no time', () => {
  const share = new TimeShare(new FakeClock())
  for (let turn = 0; turn < 1000; turn += 1) expect(share.spend(() => turn)).toBe(turn)
})
