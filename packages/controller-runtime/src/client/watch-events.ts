import { isJsonObject } from '@fairlead/base'
import { isStatus, StatusError } from '@fairlead/kube-core'
import type { TypedObject } from '@fairlead/kube-core'
import type { WatchEvent } from './client.ts'
import { LineSplitter, WatchStreamError } from './line-splitter.ts'

const eventTypes: ReadonlySet<unknown> = new Set([
  'ADDED',
  'MODIFIED',
  'DELETED',
  'BOOKMARK',
  'ERROR',
])

/**
 * Decodes the body of a watch into events, whose objects `formed` completes. Every complete line is
 * an event; a body that ends inside a line is a WatchStreamError. It is no generator, of which each
 * that an event passes through costs several turns of the microtask queue.
 */
export class WatchDecoder<T extends TypedObject> {
  readonly #splitter = new LineSplitter()
  readonly #formed: ((object: T) => T) | undefined

  constructor(formed?: (object: T) => T) {
    this.#formed = formed
  }

  /** The events that the chunk completes. A malformed line throws when its turn comes. */
  *push(chunk: Uint8Array): Generator<WatchEvent<T>> {
    for (const line of this.#splitter.push(chunk)) {
      const event = parseEvent<T>(line)
      yield this.#formed === undefined || event.type === 'ERROR'
        ? event
        : { ...event, object: this.#formed(event.object) }
    }
  }

  /** Must be called at the end of the body. Throws WatchStreamError. */
  end(): void {
    if (this.#splitter.end() === '') return
    throw new WatchStreamError('the watch ended inside an event')
  }
}

/** The error carried by an ERROR event. */
export function watchEventError(event: WatchEvent): Error {
  return isStatus(event.object)
    ? new StatusError(event.object)
    : new WatchStreamError('the watch sent an ERROR event without a Status')
}

function parseEvent<T extends TypedObject>(line: string): WatchEvent<T> {
  let value: unknown
  try {
    value = JSON.parse(line)
  } catch (cause) {
    throw new WatchStreamError('the watch sent a line that is not JSON', { cause })
  }
  if (!isWatchEvent<T>(value))
    throw new WatchStreamError('the watch sent a line that is not an event')
  return value
}

function isWatchEvent<T extends TypedObject>(value: unknown): value is WatchEvent<T> {
  return isJsonObject(value) && eventTypes.has(value['type']) && isJsonObject(value['object'])
}
