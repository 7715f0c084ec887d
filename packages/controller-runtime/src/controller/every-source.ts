import { sleep } from '@fairlead/base'
import type { Cache } from '../cache/cache.ts'
import type { Request } from './reconcile.ts'
import type { Source } from './source.ts'

/**
 * Requests at the start and every `intervalMs`, whatever happens: for what no watch can tell. The
 * requests are those that the function names, for example all objects of a kind in the cache; a
 * function that throws is logged, and asked again at the next turn.
 *
 * ```ts
 * builder.watchesRaw(everySource(3_600_000, (cache) => cache.list(Certificate).map(keyOf)))
 * ```
 */
export function everySource<R extends object = Request>(
  intervalMs: number,
  requestsOf: (cache: Cache) => readonly R[],
): Source<R> {
  if (!(intervalMs >= 1))
    throw new RangeError(`an interval of ${intervalMs} ms: it must be 1 or more`)
  const name = `every ${intervalMs} ms`
  return {
    name,
    start(context, signal) {
      const { clock, cache, queue, delivery } = context
      const turn = () => {
        for (const request of requestsOf(cache)) queue.add(request, { reason: name })
      }
      const repeat = async () => {
        while (!signal.aborted) {
          if (delivery === undefined) turn()
          else delivery.deliver(name, turn)
          await sleep(clock, intervalMs, signal)
        }
      }
      repeat().catch(() => {})
      return Promise.resolve()
    },
  }
}
