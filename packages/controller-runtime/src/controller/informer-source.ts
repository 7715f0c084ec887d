import type { TypedObject } from '@fairlead/kube-core'
import type { Informer } from '../informer/informer.ts'
import type { EventHandler } from './event-handler.ts'
import { subscribe } from './event-subscription.ts'
import type { Predicate } from './predicate.ts'
import type { Request } from './reconcile.ts'
import type { Source } from './source.ts'

/**
 * The events of an informer that somebody else runs, such as one with a scope of its own; the
 * controller neither starts nor stops it, and begins once it has synced.
 *
 * @param name names the source in messages
 */
export function informerSource<T extends TypedObject, R extends object = Request>(
  name: string,
  informer: Pick<Informer<T>, 'onEvent' | 'waitForSync'>,
  handler: EventHandler<NoInfer<T>, R>,
  predicates: readonly Predicate<NoInfer<T>>[] = [],
): Source<R> {
  return {
    name,
    async start(context, signal) {
      const unsubscribe = subscribe(informer, handler, predicates, context, signal)
      signal.addEventListener('abort', unsubscribe, { once: true })
      await informer.waitForSync(signal)
    },
  }
}
