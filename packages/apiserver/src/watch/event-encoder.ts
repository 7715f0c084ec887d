import type { KubernetesObject } from '@fairlead/kube-core'

import type { Change } from '../storage/change.ts'
import type { WatchEvent } from './watch-event.ts'

/** Turns an event into the line that goes over the wire. */
export type EventEncoder = (event: WatchEvent) => string

/**
 * Encodes events as JSON lines. The JSON of a committed object is made once for all watchers of the
 * same API version, and forgotten with the change.
 */
export class SharedEventEncoder {
  readonly #jsonOf = new WeakMap<Change, Map<string, string>>()

  readonly encode: EventEncoder = (event) => {
    const change = 'change' in event ? event.change : undefined
    const json =
      change === undefined || event.type === 'ERROR'
        ? JSON.stringify(event.object)
        : this.#sharedJson(change, event.object)
    return eventLine(event.type, json)
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

export function eventLine(type: WatchEvent['type'], objectJson: string): string {
  return `{"type":"${type}","object":${objectJson}}\n`
}
