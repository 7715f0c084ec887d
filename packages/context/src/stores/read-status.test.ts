import { expect, it } from 'vitest'
import { readResponseStatus, readTurnStatus } from './read-status.ts'

it('reads the statuses that this program knows, and says what to do about others', () => {
  expect(readTurnStatus('failed')).toBe('failed')
  expect(readResponseStatus('queued')).toBe('queued')
  for (const status of ['paused', 'queued', null]) {
    expect(() => readTurnStatus(status)).toThrow(
      `a turn with the unknown status "${status}": start the program version that wrote it`,
    )
  }
})
