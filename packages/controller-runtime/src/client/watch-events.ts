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
 * an event; a stream that ends inside a line throws WatchStreamError after yielding the events before.
 */
export async function* decodeWatchEvents<T extends TypedObject>(
  body: AsyncIterable<Uint8Array>,
  onActivity: () => void = () => {},
  formed?: (object: T) => T,
): AsyncGenerator<WatchEvent<T>> {
  const splitter = new LineSplitter()
  for await (const chunk of body) {
    onActivity()
    for (const line of splitter.push(chunk)) {
      const event = parseEvent<T>(line)
      yield formed === undefined || event.type === 'ERROR'
        ? event
        : { ...event, object: formed(event.object) }
    }
  }
  if (splitter.end() !== '') throw new WatchStreamError('the watch ended inside an event')
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
