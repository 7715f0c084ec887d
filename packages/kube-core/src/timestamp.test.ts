import { expect, it } from 'vitest'
import { microTimestamp, timestamp } from './timestamp.ts'

const nowMs = Date.UTC(2026, 1, 2, 3, 4, 5, 678)

it('writes a time in whole seconds, cut and not rounded', () => {
  expect(timestamp(nowMs)).toBe('2026-02-02T03:04:05Z')
})

it('writes a MicroTime with six digits', () => {
  expect(microTimestamp(nowMs)).toBe('2026-02-02T03:04:05.678000Z')
})
