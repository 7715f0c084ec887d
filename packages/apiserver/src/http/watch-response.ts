import { StatusError } from '@fairlead/kube-core'

import type { StreamResponse } from '../exchange/api-response.ts'
import type { ObjectSelection } from '../resources/object-selection.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { CollectionTarget } from '../resources/resource-target.ts'
import type { EventEncoder } from '../watch/event-encoder.ts'
import type { WatchEvent } from '../watch/watch-event.ts'
import type { WatchOptions } from '../watch/watch-options.ts'
import { WatchSession } from '../watch/watch-session.ts'

/** How a watch is answered. */
interface WatchAnswer {
  readonly options: WatchOptions
  readonly encode: EventEncoder
  readonly contentType: string
  /** Of the watch session. */
  readonly listBlueprint: () => string
}

/** The response to a watch, which begins once the headers are sent. */
export function watchResponse(
  context: ResourceContext,
  target: CollectionTarget,
  selection: ObjectSelection,
  { options, encode, contentType, listBlueprint }: WatchAnswer,
): StreamResponse {
  let session: WatchSession | undefined
  return {
    contentType,
    start(stream) {
      session = new WatchSession(context, {
        target,
        selection,
        options,
        listBlueprint,
        send: (event) => {
          const chunk = encoded(event, encode)
          if (chunk !== undefined) return stream.write(chunk)
          session?.stop()
          stream.end()
          return false
        },
        end: () => stream.end(),
      })
      session.start()
    },
    resume: () => session?.resume(),
    stop: () => session?.stop(),
  }
}

/** An event whose object has not the form that was asked for, such as a list, ends the watch. */
function encoded(event: WatchEvent, encode: EventEncoder): Buffer | undefined {
  try {
    return encode(event)
  } catch (error) {
    if (error instanceof StatusError) return undefined
    throw error
  }
}
