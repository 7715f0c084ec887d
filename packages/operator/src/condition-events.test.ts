import { expect, it } from 'vitest'
import { eventsOfChange } from './condition-events.ts'

const accepted = (status: 'True' | 'False', reason: string) => ({
  type: 'Accepted',
  status,
  reason,
  message: `because ${reason}`,
  lastTransitionTime: '2026-01-01T00:00:00Z',
})
const reasons = (...changes: Parameters<typeof eventsOfChange>) =>
  eventsOfChange(...changes).map(({ reason }) => reason)

it('what is accepted and does not do all that it says is an event, once', () => {
  const shadowed = accepted('True', 'Shadowed')
  expect(eventsOfChange([], [shadowed])).toEqual([
    { type: 'Warning', reason: 'Shadowed', action: 'Accepted', note: 'because Shadowed' },
  ])
  expect(reasons([shadowed], [shadowed])).toEqual([])
  expect(reasons([shadowed], [accepted('True', 'ModelNotListed')])).toEqual(['ModelNotListed'])
  expect(reasons([shadowed], [accepted('False', 'Invalid')])).toEqual(['Invalid'])
})

it('what is as it should be is none, nor is a provider that nothing uses yet', () => {
  expect(reasons([], [accepted('True', 'Accepted'), accepted('True', 'Unused')])).toEqual([])
})
