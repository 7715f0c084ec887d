import { describe, expect, it } from 'vitest'
import { appliedFactor, countMargin, errorP95, learn, type LearntFactor } from './learnt-factor.ts'

/** What is known after prompts of 1,000 counted tokens each. */
function after(reports: readonly number[], isOwn = false): LearntFactor | undefined {
  let known: LearntFactor | undefined
  for (const reported of reports) {
    known = learn(known, { model: 'm', isOwn, counted: 1000, reported })
  }
  return known
}

const times = (count: number, reported: number) => Array.from({ length: count }, () => reported)

describe('the factor of a model', () => {
  it('is 1 until some prompts agree', () => {
    expect(appliedFactor(undefined, false)).toBe(1)
    expect(appliedFactor(after([1300, 1300]), false)).toBe(1)
    expect(appliedFactor(after([1300, 1300, 1300]), false)).toBeCloseTo(1.3)
  })

  it('follows a model that changes', () => {
    const known = after([...times(50, 1300), ...times(30, 1100)])
    expect(appliedFactor(known, false)).toBeCloseTo(1.1, 1)
  })

  it('is 1 for a model that is counted by its own tokenizer', () => {
    expect(appliedFactor(after(times(9, 1300), true), true)).toBe(1)
  })

  it('ignores reports that are of something else', () => {
    expect(after([1, 100, 6000, 0, -5, Number.NaN, Number.POSITIVE_INFINITY])).toBeUndefined()
    expect(after([1200, 9000, 10])).toEqual(after([1200]))
    expect(learn(undefined, { model: 'm', isOwn: false, counted: 0, reported: 5 })).toBeUndefined()
  })

  it('is not that of one long prompt', () => {
    let known = after(times(10, 1000))
    known = learn(known, { model: 'm', isOwn: false, counted: 1_000_000, reported: 4_000_000 })
    expect(appliedFactor(known, false)).toBeLessThan(2.1)
  })
})

describe('the error of a count', () => {
  it('is unknown until there are five', () => {
    expect(errorP95(undefined)).toBeNull()
    expect(errorP95(after(times(4, 1000)))).toBeNull()
    expect(errorP95(after(times(5, 1000)))).toBe(0)
  })

  it('is that of the figures that were told, factor included', () => {
    const known = after(times(100, 1500))
    expect(errorP95(known)).toBeLessThan(0.01)
    expect(errorP95(after(times(100, 1050), true))).toBeCloseTo(0.05)
  })

  it('is that of 95 of 100, and bounded in what it remembers', () => {
    const known = after([...times(100, 1000), 1500, 1500], true)
    expect(known?.errors).toHaveLength(64)
    expect(errorP95(known)).toBe(0)
  })
})

describe('the margin of a count', () => {
  it('is that of reports that were higher than the figures', () => {
    expect(countMargin(after(times(100, 1050), true), true)).toBeCloseTo(0.05)
    expect(countMargin(after(times(100, 900), true), true)).toBe(0)
  })

  it('is assumed of a tokenizer that is not known, and of none that is', () => {
    expect(countMargin(undefined, false)).toBe(0.3)
    expect(countMargin(undefined, true)).toBe(0)
  })

  it('makes up for a factor below 1, which short prompts have for their frames', () => {
    const known = after(times(20, 500))
    expect(appliedFactor(known, false) * (1 + countMargin(known, false))).toBeGreaterThanOrEqual(1)
  })
})
