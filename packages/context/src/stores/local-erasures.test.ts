import { FakeClock } from '@fairlead/base/testing'
import { expect, it } from 'vitest'
import { LocalErasures } from './local-erasures.ts'
import { erasureKeptMs } from './subject-erasures.ts'

function erasedMany(erasures: LocalErasures, count: number): void {
  for (let one = 0; one < count; one++) erasures.note('a', `other-${one}`)
}

it('what began before an erasure that is forgotten for its many followers counts as erased', () => {
  const erasures = new LocalErasures(new FakeClock(1000))
  const before = erasures.of('a', 'ada')
  expect(before).toEqual({ count: 0, agoMs: null })
  erasures.note('a', 'ada')
  erasedMany(erasures, 4000)
  expect(erasures.isErasedSince('a', 'ada', before.count)).toBe(true)
  expect(erasures.isErasedSince('a', 'bob', 0)).toBe(false)
  erasedMany(erasures, 20_000)
  expect(erasures.isErasedSince('a', 'ada', before.count)).toBe(true)
})

it('what begins after an erasure that is forgotten is stored, while further are forgotten', () => {
  const erasures = new LocalErasures(new FakeClock(1000))
  erasedMany(erasures, 12_000)
  const { count } = erasures.of('a', 'bob')
  expect(erasures.isErasedSince('a', 'bob', count)).toBe(false)
  erasedMany(erasures, 4000)
  expect(erasures.isErasedSince('a', 'bob', count)).toBe(false)
  erasures.note('a', 'bob')
  expect(erasures.isErasedSince('a', 'bob', count)).toBe(true)
})

it('nothing is in flight for as long as erasures are kept', async () => {
  const clock = new FakeClock(1000)
  const erasures = new LocalErasures(clock)
  erasedMany(erasures, 12_000)
  await clock.advance(erasureKeptMs + 1)
  expect(erasures.of('a', 'bob')).toEqual({ count: 0, agoMs: null })
  expect(erasures.isErasedSince('a', 'bob', 0)).toBe(false)
})
