import type { Condition } from '@fairlead/kube-core'
import { describe, expect, it } from 'vitest'
import { findCondition, isConditionTrue, setCondition } from './condition.ts'

const ready = { type: 'Ready', status: 'True', reason: 'Fine', message: '' } as const
const before: readonly Condition[] = [
  { ...ready, lastTransitionTime: '2026-01-01T00:00:00Z', observedGeneration: 1 },
  { ...ready, type: 'Other', lastTransitionTime: '2026-01-01T00:00:00Z' },
]
const now = new Date('2026-02-02T02:02:02.345Z')

describe('setting a condition', () => {
  it('adds it with the present time', () => {
    expect(setCondition(undefined, ready, now)).toEqual([
      { ...ready, lastTransitionTime: '2026-02-02T02:02:02Z' },
    ])
  })

  it('moves the time when the status changes, and keeps the order', () => {
    const after = setCondition(before, { ...ready, status: 'False', reason: 'Broken' }, now)
    expect(
      after.map(({ type, status, lastTransitionTime }) => [type, status, lastTransitionTime]),
    ).toEqual([
      ['Ready', 'False', '2026-02-02T02:02:02Z'],
      ['Other', 'True', '2026-01-01T00:00:00Z'],
    ])
  })

  it('does not move the time when only the reason, message or generation change', () => {
    const after = setCondition(before, { ...ready, message: 'still', observedGeneration: 2 }, now)
    expect(findCondition(after, 'Ready')).toEqual({
      ...ready,
      message: 'still',
      observedGeneration: 2,
      lastTransitionTime: '2026-01-01T00:00:00Z',
    })
  })

  it('returns the very same list when nothing changes', () => {
    expect(setCondition(before, { ...ready, observedGeneration: 1 }, now)).toBe(before)
  })

  it('can be asked for', () => {
    expect(isConditionTrue(before, 'Ready')).toBe(true)
    expect(isConditionTrue(before, 'Missing')).toBe(false)
    expect(isConditionTrue(undefined, 'Ready')).toBe(false)
  })
})
