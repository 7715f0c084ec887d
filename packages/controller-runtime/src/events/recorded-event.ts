import { microTimestamp, type TypedObject } from '@fairlead/kube-core'
import type { Event } from '@fairlead/kube-types'

const noteLimitBytes = 1024
/** Characters of the fields that are words. */
export const shortFieldLimit = 128

/** Something that users of an object should see in `kubectl describe`. */
export interface RecordedEvent {
  readonly type: 'Normal' | 'Warning'
  /** Why, as one machine-readable word: `Created`, `ProviderUnreachable`. */
  readonly reason: string
  /** The action that was taken. Defaults to the reason. */
  readonly action?: string
  /** For people; truncated at 1024 bytes. Must never contain a credential. */
  readonly note: string
  /**
   * Of events about an object with the same reason and the same text here, one is recorded, whichever
   * process records it, for as long as this one runs or the server keeps it.
   */
  readonly once?: string
}

interface EventOrigin {
  readonly component: string
  readonly instance: string
  readonly suffix: string
  readonly wallMs: number
}

/** An event as it is stored; `suffix` tells its name apart, `wallMs` is when it happened. */
export function newEvent(
  regarding: TypedObject,
  recorded: RecordedEvent,
  { component, instance, suffix, wallMs }: EventOrigin,
): Event {
  const { name = '', namespace, uid, resourceVersion } = regarding.metadata
  return {
    apiVersion: 'events.k8s.io/v1',
    kind: 'Event',
    metadata: { namespace: namespace ?? 'default', name: `${name.slice(0, 230)}.${suffix}` },
    eventTime: microTimestamp(wallMs),
    type: recorded.type,
    reason: recorded.reason.slice(0, shortFieldLimit),
    action: (recorded.action ?? recorded.reason).slice(0, shortFieldLimit),
    note: cutBytes(recorded.note, noteLimitBytes),
    regarding: {
      apiVersion: regarding.apiVersion,
      kind: regarding.kind,
      name,
      ...(namespace === undefined ? {} : { namespace }),
      ...(uid === undefined ? {} : { uid }),
      ...(resourceVersion === undefined ? {} : { resourceVersion }),
    },
    reportingController: component,
    reportingInstance: instance,
  }
}

function cutBytes(text: string, limit: number): string {
  const bytes = Buffer.from(text)
  if (bytes.length <= limit) return text
  // A character that the cut splits becomes U+FFFD, which is removed.
  return bytes
    .subarray(0, limit - 3)
    .toString('utf8')
    .replace(/\uFFFD$/, '')
    .concat('...')
}
