import type { Client, EventRecorder } from '@fairlead/controller-runtime'
import { isNotFound, type ResourceType, type TypedObject } from '@fairlead/kube-core'
import { eventsOfChange } from './condition-events.ts'
import { keyEvents } from './consumer-keys.ts'
import { thresholdEvents } from './threshold-events.ts'
import { statusOf, type OperatorStatus } from './desired-status.ts'

/** Who owns the fields that the operator writes. */
export const operatorFieldManager = 'fairlead-operator'

interface StatusWriting {
  readonly client: Client
  readonly recorder: Pick<EventRecorder, 'event'>
  /** Who owns what is written, and nothing else of the status. Defaults to the operator's. */
  readonly fieldManager?: string
}

/**
 * Writes a status by server-side apply: only the operator's own fields, so that what replicas report
 * stays theirs. An object that is gone needs no status.
 */
export async function writeStatus(
  { client, recorder, fieldManager = operatorFieldManager }: StatusWriting,
  type: ResourceType,
  object: TypedObject,
  status: OperatorStatus,
  signal: AbortSignal,
): Promise<void> {
  const { apiVersion, kind, metadata } = object
  const { name, namespace } = metadata
  const identity = {
    ...(name !== undefined && { name }),
    ...(namespace !== undefined && { namespace }),
  }
  try {
    const applied = { apiVersion, kind, metadata: identity, status }
    await client.status.apply(type, applied, { fieldManager, force: true, signal })
  } catch (error) {
    if (isNotFound(error)) return
    throw error
  }
  const before = statusOf(object)
  const events = [
    ...eventsOfChange(before.conditions ?? [], status.conditions ?? []),
    ...thresholdEvents(object, status),
    ...keyEvents(object, status),
  ]
  for (const event of events) {
    recorder.event(object, event)
  }
}
