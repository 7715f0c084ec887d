import { microTimestamp, timestamp, type KubernetesObject } from '@fairlead/kube-core'

import type { NewObject } from './cluster.ts'

/** What a controller tells of an object. */
export interface ClusterEvent {
  readonly type: 'Normal' | 'Warning'
  readonly reason: string
  readonly message: string
  /** The part of the object that it is about, such as `spec.containers{main}`. */
  readonly fieldPath?: string
  /** Of those that record in the newer form: what was done. */
  readonly action?: string
}

/** Who records events. */
export interface EventSource {
  readonly component: string
  /** Of kubelets: the node. */
  readonly host?: string
  /** The scheduler records in the form of `events.k8s.io`, all others in that of core. */
  readonly form?: 'events.k8s.io'
}

/** A single event, as it is stored. As makeEvent in client-go's recorders. */
export function eventObject(
  about: KubernetesObject,
  event: ClusterEvent,
  source: EventSource,
  moment: { readonly nowMs: number; readonly suffix: string },
): NewObject {
  const { name = '', namespace, uid, resourceVersion } = about.metadata
  const { type, reason, message, fieldPath, action } = event
  return {
    metadata: { name: `${name}.${moment.suffix}`, namespace: namespace || 'default' },
    involvedObject: {
      kind: about.kind,
      ...(namespace === undefined ? {} : { namespace }),
      name,
      uid,
      apiVersion: about.apiVersion,
      resourceVersion,
      ...(fieldPath === undefined ? {} : { fieldPath }),
    },
    reason,
    message,
    type,
    ...(action === undefined ? {} : { action }),
    ...reported(source, moment.nowMs),
  }
}

/** What changes in an event that happens again. */
export function countedFields(
  { form }: EventSource,
  again: { readonly nowMs: number; readonly count: number; readonly message: string },
): object {
  const { nowMs, count, message } = again
  return form === 'events.k8s.io'
    ? { series: { count, lastObservedTime: microTimestamp(nowMs) } }
    : { count, lastTimestamp: timestamp(nowMs), message }
}

function reported({ component, host = '', form }: EventSource, nowMs: number): object {
  if (form === 'events.k8s.io') {
    return {
      eventTime: microTimestamp(nowMs),
      reportingComponent: component,
      reportingInstance: `${component}-fairlead`,
    }
  }
  return {
    source: { component, ...(host === '' ? {} : { host }) },
    firstTimestamp: timestamp(nowMs),
    lastTimestamp: timestamp(nowMs),
    count: 1,
    reportingComponent: component,
    reportingInstance: host,
  }
}
