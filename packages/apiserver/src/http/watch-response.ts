import type { StreamResponse } from '../exchange/api-response.ts'
import { parseSelection } from '../resources/object-selection.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import type { CollectionTarget } from '../resources/resource-target.ts'
import type { EventEncoder } from '../watch/event-encoder.ts'
import { parseWatchOptions } from '../watch/watch-options.ts'
import { WatchSession } from '../watch/watch-session.ts'

/**
 * The response to a watch: validated now, started once the headers are sent.
 * @throws StatusError 400 or 422
 */
export function watchResponse(
  context: ResourceContext,
  target: CollectionTarget,
  query: URLSearchParams,
  encode: EventEncoder,
  contentType = 'application/json',
): StreamResponse {
  const selection = parseSelection(target.definition, query)
  const options = parseWatchOptions(query, context.random)
  let session: WatchSession | undefined
  return {
    contentType,
    start(stream) {
      session = new WatchSession(context, {
        target,
        selection,
        options,
        send: (event) => stream.write(encode(event)),
        end: () => stream.end(),
      })
      session.start()
    },
    resume: () => session?.resume(),
    stop: () => session?.stop(),
  }
}
