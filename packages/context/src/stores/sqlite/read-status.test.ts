import { expect, it } from 'vitest'
import { readStatus } from './read-status.ts'

it('reads the statuses that this program knows, and says what to do about others', () => {
  expect(readStatus('failed', ['completed', 'failed'], 'turn')).toBe('failed')
  expect(() => readStatus('paused', ['completed', 'failed'], 'turn')).toThrow(
    'a turn with the unknown status "paused": start the program version that wrote it',
  )
})
