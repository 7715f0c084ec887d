import type { KubernetesObject } from '@fairlead/kube-core'
import type { WatchEvent } from './watch-event.ts'

/** Encodes an event as one part of the stream. The bytes may be shared and must not be changed. */
export type EventEncoder = (event: WatchEvent) => Buffer

/** Of encoded changes that are kept for watchers which are a little behind. */
const sharedBytesMax = 4 * 1024 * 1024

/** Writes an event whose object is already in the form that the watcher wants. */
export type EventWriter = (type: WatchEvent['type'], object: unknown) => Buffer

/**
 * Encodes events of one storage for several watchers. A committed change is encoded once for all watchers that see it in
 * the same way; the most recent ones are kept, up to 4 MiB.
 */
export class SharedEventEncoder {
  readonly write: EventWriter
  /** By the revision of the change, so that its objects do not stay in memory. The oldest first. */
  readonly #lines = new Map<number, Map<string, Buffer>>()
  #bytes = 0

  constructor(write: EventWriter) {
    this.write = write
  }

  readonly encode: EventEncoder = (event) => {
    if (event.type === 'BOOKMARK' || event.type === 'ERROR' || event.change === undefined) {
      return this.write(event.type, event.object)
    }
    const { revision } = event.change
    const lines = this.#lines.get(revision) ?? new Map<string, Buffer>()
    const form = `${event.type} ${event.object.apiVersion}`
    const known = lines.get(form)
    if (known !== undefined) return known
    const line = this.write(event.type, event.object)
    lines.set(form, line)
    this.#lines.set(revision, lines)
    this.#bytes += line.length
    this.#dropOldest()
    return line
  }

  #dropOldest(): void {
    for (const [revision, lines] of this.#lines) {
      if (this.#bytes <= sharedBytesMax) return
      this.#lines.delete(revision)
      for (const { length } of lines.values()) this.#bytes -= length
    }
  }
}

/** Encodes events whose objects are sent in another form, such as a one-row Table. */
export function presentingEncoder(
  write: EventWriter,
  present: (object: KubernetesObject) => unknown,
): EventEncoder {
  return (event) => write(event.type, event.type === 'ERROR' ? event.object : present(event.object))
}

/** An event as a line of JSON. */
export const jsonEventLine: EventWriter = (type, object) => {
  return Buffer.from(`{"type":"${type}","object":${JSON.stringify(object)}}\n`)
}
