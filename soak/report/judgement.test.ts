import { describe, expect, it } from 'vitest'
import { residentMemory } from '../samples/figure.ts'
import { judge } from './judgement.ts'

const seriesOf = (value: (minute: number) => number) => ({
  figure: residentMemory,
  of: 'primary',
  points: Array.from({ length: 100 }, (_, index) => ({
    minute: index / 10,
    value: value(index / 10),
  })),
})

describe('judge', () => {
  it.each([
    ['what stays', () => 100, false],
    ['what grows in the warm-up only', (minute: number) => 100 + 50 * Math.min(minute, 2), false],
    ['what grows less than is tolerated', (minute: number) => 100 + minute, false],
    ['what grows more', (minute: number) => 100 + 5 * minute, true],
    ['what shrinks', (minute: number) => 100 - 10 * minute, false],
  ])('%s', (_, value, isGrowing) => {
    expect(judge(seriesOf(value)).isGrowing).toBe(isGrowing)
  })
})
