import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change } from '../storage/change.ts'
import type { WatchEvent } from './watch-event.ts'

/** Encodes an event as one line of the stream. */
export type EventEncoder = (event: WatchEvent) => string

/**
 * Encodes events as JSON lines. The JSON of a committed object is computed once for all watchers of
 * the same API version and dropped with the change.
 */
export class SharedEventEncoder {
  readonly #jsonOf = new WeakMap<Change, Map<string, string>>()

  readonly encode: EventEncoder = (event) => {
    if (event.type === 'BOOKMARK' || event.type === 'ERROR' || event.change === undefined) {
      return eventLine(event.type, JSON.stringify(event.object))
    }
    return eventLine(event.type, this.#sharedJson(event.change, event.object))
  }

  #sharedJson(change: Change, object: KubernetesObject): string {
    const byVersion = this.#jsonOf.get(change) ?? new Map<string, string>()
    this.#jsonOf.set(change, byVersion)
    const known = byVersion.get(object.apiVersion)
    if (known !== undefined) return known
    const json = JSON.stringify(object)
    byVersion.set(object.apiVersion, json)
    return json
  }
}

/** Encodes events whose objects are sent in another form, such as a one-row Table. */
export function presentingEncoder(present: (object: KubernetesObject) => unknown): EventEncoder {
  return (event) =>
    eventLine(
      event.type,
      JSON.stringify(event.type === 'ERROR' ? event.object : present(event.object)),
    )
}

function eventLine(type: WatchEvent['type'], objectJson: string): string {
  return `{"type":"${type}","object":${objectJson}}\n`
}
