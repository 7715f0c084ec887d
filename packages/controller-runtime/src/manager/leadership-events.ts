import type { EventRecorder } from '../events/event-recorder.ts'
import type { Election } from '../leader-election/election.ts'

/** Says in an event about the Lease who began or ceased to lead, in the words of Go's client. */
export function recordLeadership(
  recorder: Pick<EventRecorder, 'event'>,
  { identity, object }: Pick<Election, 'identity' | 'object'>,
  what: 'became leader' | 'stopped leading',
): void {
  if (object === undefined) return
  const note = `${identity} ${what}`
  recorder.event(object, { type: 'Normal', reason: 'LeaderElection', note })
}
