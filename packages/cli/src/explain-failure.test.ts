import { expect, it } from 'vitest'
import { isStop } from './explain-failure.ts'

it('a command that is stopped while it starts has not failed', () => {
  const controller = new AbortController()
  const reason = new Error('stopped by SIGINT')
  expect(isStop(reason, controller.signal)).toBe(false)
  controller.abort(reason)
  expect(isStop(reason, controller.signal)).toBe(true)
  expect(isStop(new Error('the disk is full'), controller.signal)).toBe(false)
})
