import type { TypedObject } from '@fairlead/kube-core'
import type { WatchEvent } from '../client/client.ts'
import { WatchStreamError } from '../client/line-splitter.ts'
import { keyOf, keyText } from '../object-key.ts'

const initialEventsEnd = 'k8s.io/initial-events-end'

/** A list in the making, which comes as the first events of a watch. */
export class StreamedList<T extends TypedObject, Kept> {
  readonly #keep: (object: T) => Kept
  readonly #items = new Map<string, Kept>()

  constructor(keep: (object: T) => Kept) {
    this.#keep = keep
  }

  get items(): Iterable<Kept> {
    return this.#items.values()
  }

  /** Takes an event; the version of the list if that was its end. Throws WatchStreamError. */
  take({ type, object }: WatchEvent<T>): string | undefined {
    if (type !== 'BOOKMARK') {
      const key = keyText(keyOf(object))
      // Objects may change while their list is on its way.
      if (type === 'DELETED') this.#items.delete(key)
      else this.#items.set(key, this.#keep(object))
      return undefined
    }
    if (object.metadata.annotations?.[initialEventsEnd] === 'true') {
      return object.metadata.resourceVersion
    }
    throw new WatchStreamError('the server does not say where the list in a watch ends')
  }
}
