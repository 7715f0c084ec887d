import { describe, expect, it } from 'vitest'
import type { CallTarget } from '../routing/call-target.ts'
import { byAvailability, passedOver } from './available-targets.ts'

const nowMs = 1_000

/** A target that is back after so many milliseconds, or is not away. */
function target(
  name: string,
  backInMs = 0,
  parts: { percent?: number; keysBackInMs?: number[] } = {},
) {
  const { percent = 100, keysBackInMs = [] } = parts
  const availableAtMs = backInMs === 0 ? 0 : nowMs + backInMs
  const credentials = keysBackInMs.map((ms) => ({ state: { availableAtMs: () => nowMs + ms } }))
  const state = { availableAtMs, maxEjectedPercent: percent, message: 'It failed.' }
  return {
    name,
    model: 'm',
    provider: { key: `default/${name}`, credentials, state },
  } as unknown as CallTarget
}

const orderOf = (...targets: readonly CallTarget[]) =>
  byAvailability(targets, nowMs).targets.map(({ name }) => name)

describe('targets that are away', () => {
  it('come last, the one that is back first in front', () => {
    expect(orderOf(target('a', 9), target('b'), target('c', 5), target('d'))).toEqual([
      'b',
      'd',
      'c',
      'a',
    ])
  })

  it('are the same list if there are none', () => {
    const targets = [target('a'), target('b')]
    expect(byAvailability(targets, nowMs).targets).toBe(targets)
  })

  it.each([
    [100, ['c', 'd', 'b', 'a']],
    [25, ['b', 'c', 'd', 'a']],
    [24, ['a', 'b', 'c', 'd']],
    [0, ['a', 'b', 'c', 'd']],
  ])(
    'keep their places beyond %i percent of all, those that are back soonest',
    (percent, order) => {
      const away = [target('a', 9, { percent }), target('b', 5, { percent })]
      const all = [...away, target('c'), target('d')]
      expect(orderOf(...all)).toEqual(order)
      const passed = Math.min(2, Math.floor((percent * 4) / 100))
      expect(byAvailability(all, nowMs).passed).toHaveLength(passed)
    },
  )

  it('are away while every key is, and say so', () => {
    const one = target('a', 0, { keysBackInMs: [7, 0] })
    const all = target('b', 0, { keysBackInMs: [7, 3] })
    expect(orderOf(all, one)).toEqual(['a', 'b'])
    expect(byAvailability([all, one], nowMs).passed).toEqual([all])
    expect(passedOver(all, nowMs).reason).toBe('Resting for 3 ms more. None of its keys is usable.')
    expect(passedOver(target('c', Infinity), nowMs).reason).toBe(
      'Resting until a probe succeeds. It failed.',
    )
  })
})
