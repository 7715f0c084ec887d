import { deepEqual } from '@fairlead/kube-core'
import { openScope, sleep, untilAborted } from '@fairlead/base'
import type { Cache } from '../cache/cache.ts'
import type { Request } from './reconcile.ts'
import type { Source } from './source.ts'
import { keyOfRequest, type SourceContext } from './source-context.ts'

export interface PollingSourceOptions<R extends object = Request> {
  /** Names the source in messages and in the triggers of runs. */
  readonly name: string
  /** The pause between two rounds, in milliseconds. */
  readonly everyMs: number
  /** What is polled: usually the objects of a kind in the cache. Asked at every round. */
  readonly requests: (cache: Cache) => readonly R[]
  /**
   * The state outside Kubernetes that belongs to a request, as JSON: undefined if there is none. Keep
   * it small, such as a version or a hash: the last one of each request is kept.
   */
  readonly poll: (request: R, context: { readonly signal: AbortSignal }) => Promise<unknown>
  /** How long one poll may take. Defaults to 10 s. */
  readonly timeoutMs?: number
  /** How many are polled at once. Defaults to 10. */
  readonly concurrency?: number
}

/**
 * Requests what belongs to state outside Kubernetes when that state changes. The first answer of a
 * request is not a change: the controller reconciles the object anyway. A poll that fails is logged,
 * changes nothing, and is repeated in the next round.
 */
export function pollingSource<R extends object = Request>(
  options: PollingSourceOptions<R>,
): Source<R> {
  const { name, everyMs } = options
  if (!(everyMs >= 1)) throw new RangeError(`a pause of ${everyMs} ms: it must be 1 or more`)
  return {
    name,
    start(context, signal) {
      pollUntilAborted(options, context, signal).catch(() => {})
      return Promise.resolve()
    },
  }
}

async function pollUntilAborted<R extends object>(
  options: PollingSourceOptions<R>,
  context: SourceContext<R>,
  signal: AbortSignal,
): Promise<void> {
  let known = new Map<string, unknown>()
  while (!signal.aborted) {
    // What is no longer asked for is forgotten with the round.
    const seen = new Map<string, unknown>()
    try {
      const waiting = [...options.requests(context.cache)]
      const worker = async () => {
        for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
          await pollOne(next, options, context, signal, known, seen)
        }
      }
      await Promise.all(Array.from({ length: options.concurrency ?? 10 }, worker))
      known = seen
    } catch (error) {
      tellFailure(error, options, context, signal)
    }
    await sleep(context.clock, options.everyMs, signal)
  }
}

async function pollOne<R extends object>(
  request: R,
  options: PollingSourceOptions<R>,
  context: SourceContext<R>,
  signal: AbortSignal,
  known: ReadonlyMap<string, unknown>,
  seen: Map<string, unknown>,
): Promise<void> {
  const key = keyOfRequest(context, request)
  const { name, timeoutMs = 10_000, poll } = options
  using scope = openScope({
    parents: [signal],
    clock: context.clock,
    timeoutMs,
    what: `${name}: the poll of ${key}`,
  })
  try {
    const state = await untilAborted(poll(request, { signal: scope.signal }), scope.signal)
    seen.set(key, state)
    if (!known.has(key) || deepEqual(known.get(key), state)) return
    context.queue.add(request, { reason: `change seen by ${name}` })
  } catch (error) {
    if (known.has(key)) seen.set(key, known.get(key))
    tellFailure(error, options, context, signal, key)
  }
}

function tellFailure(
  error: unknown,
  { name }: Pick<PollingSourceOptions, 'name'>,
  { logger }: Pick<SourceContext, 'logger'>,
  signal: AbortSignal,
  object?: string,
): void {
  if (signal.aborted) return
  logger?.warn(
    { err: error, source: name, object },
    'a poll failed and is repeated in the next round',
  )
}
