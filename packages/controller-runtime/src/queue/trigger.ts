import type { Clock } from '@fairlead/base'
import { keyText } from '../object-key.ts'

/** What causes an item to be queued; the queue adds when. */
export interface Cause {
  /** `create`, `update`, `delete`, `generic`, or `requeueAfter`, `error`, `conflict`, or any text. */
  readonly verb: string
  /** The kind of the object that an event is about. */
  readonly kind?: string | undefined
  readonly namespace?: string | undefined
  readonly name?: string | undefined
  readonly resourceVersion?: string | undefined
  /** Which fields an update changed, at most eight; absent if they were not compared. */
  readonly changedFields?: readonly string[] | undefined
  /** Who wrote last, as the object's managed fields tell. */
  readonly fieldManager?: string | undefined
  /** Wall time in milliseconds since the epoch. Defaults to when the item is queued. */
  readonly atMs?: number
}

/** Why and when an item was queued. */
export interface Trigger extends Cause {
  readonly atMs: number
}

/** The cause with its time; as it is, if it has one. */
export function triggerOf(cause: Cause, clock: Pick<Clock, 'now'>): Trigger {
  return isTrigger(cause) ? cause : { ...cause, atMs: clock.now() }
}

function isTrigger(cause: Cause): cause is Trigger {
  return cause.atMs !== undefined
}

/** Whether two causes are of one kind: the same event of the same version of an object. */
export function isSameCause(a: Cause, b: Cause): boolean {
  return (
    a.verb === b.verb &&
    a.resourceVersion === b.resourceVersion &&
    a.name === b.name &&
    a.namespace === b.namespace &&
    a.kind === b.kind
  )
}

/** `update Pod shop/web@5: changed spec.replicas by kubectl`. */
export function describeCause(cause: Cause): string {
  const version = cause.resourceVersion === undefined ? '' : `@${cause.resourceVersion}`
  return describe(cause, version)
}

/** The same without the version: what a loop's events have in common. */
export function describeRepeated(cause: Cause): string {
  return describe(cause, '')
}

function describe(cause: Cause, version: string): string {
  const { verb, kind, namespace, name, changedFields, fieldManager } = cause
  const object =
    name === undefined ? '' : keyText(namespace === undefined ? { name } : { namespace, name })
  const what = [verb, kind, object === '' ? '' : object + version]
    .filter((part) => part !== undefined && part !== '')
    .join(' ')
  if (changedFields === undefined) return what
  const fields = changedFields.length === 0 ? 'nothing' : changedFields.join(', ')
  return `${what}: changed ${fields}${fieldManager === undefined ? '' : ` by ${fieldManager}`}`
}
