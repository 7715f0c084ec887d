import { qualifiedResource } from '@fairlead/kube-core'
import type { ResourceType } from '@fairlead/kube-core'
import type { Metrics } from '../metrics/metrics.ts'
import type { Contact } from './contact.ts'
import type { InformerScope } from './informer.ts'

/** What a reflector counts. */
export interface ReflectorMetrics {
  listed(seconds: number): void
  watchStarted(): void
  /** The watch ended at once, without an event. */
  watchWasShort(): void
}

/** `deployments.apps`, with what tells the informers of a kind apart. */
export function informerName(
  type: ResourceType,
  { namespace }: InformerScope,
  cluster: string | undefined,
): string {
  const resource = qualifiedResource(type) + (type.metadataOnly === true ? ' (metadata only)' : '')
  return [cluster, namespace, resource].filter((part) => part !== undefined).join('/')
}

/** The metrics of one informer, labelled with its resource, until they are disposed of. */
export function informerMetrics(
  metrics: Metrics,
  name: string,
  state: { readonly contact: Contact; readonly synced: () => boolean },
): ReflectorMetrics & Disposable {
  const { informer } = metrics
  const labels = { name }
  const { contact } = state
  informer.lists.inc(labels, 0)
  informer.watches.inc(labels, 0)
  informer.shortWatches.inc(labels, 0)
  const forget = metrics.onCollectInformers(() => {
    informer.synced.set(labels, state.synced() ? 1 : 0)
    informer.failing.set(labels, (contact.failingForMs ?? 0) / 1000)
    if (contact.silentForMs !== undefined) informer.silence.set(labels, contact.silentForMs / 1000)
  })
  return {
    listed(seconds) {
      informer.lists.inc(labels)
      informer.listDuration.observe(labels, seconds)
    },
    watchStarted: () => informer.watches.inc(labels),
    watchWasShort: () => informer.shortWatches.inc(labels),
    [Symbol.dispose]() {
      forget()
      // Clusters come and go under ever new names.
      const { lists, listDuration, watches, shortWatches, synced, failing, silence } = informer
      for (const metric of [lists, listDuration, watches, shortWatches, synced, failing, silence])
        metric.remove(labels)
    },
  }
}
