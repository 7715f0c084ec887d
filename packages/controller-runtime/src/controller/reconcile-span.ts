import type { RunEnd } from '../explain/run.ts'
import { describeCause } from '../queue/trigger.ts'
import type { QueueLease } from '../queue/work-queue.ts'
import { failSpan, inSpan } from '../tracing/in-span.ts'
import type { Tracer } from '../tracing/tracer.ts'
import type { Request } from './reconcile.ts'

/** Runs a reconcile in a span that tells what triggered it and how it ended. */
export async function inReconcileSpan(
  tracer: Tracer,
  controller: string,
  reconcileID: string,
  { item, triggers }: QueueLease<Request>,
  run: () => Promise<RunEnd>,
): Promise<void> {
  const { namespace, name, cluster } = item
  const attributes = {
    'k8s.controller': controller,
    'k8s.object.name': name,
    ...(namespace === undefined ? {} : { 'k8s.namespace.name': namespace }),
    ...(cluster === undefined ? {} : { 'k8s.cluster.name': cluster }),
    'reconcile.id': reconcileID,
  }
  const description = { name: `reconcile ${controller}`, kind: 'internal', attributes } as const
  await inSpan(tracer, description, async (span) => {
    for (const trigger of triggers) {
      span.addEvent('trigger', { cause: describeCause(trigger) }, trigger.atMs)
    }
    const { outcome, error, requeueAfterMs } = await run()
    span.setAttribute('reconcile.outcome', outcome)
    if (requeueAfterMs !== undefined)
      span.setAttribute('reconcile.requeue_after_ms', requeueAfterMs)
    // A conflict is no error: the next read is newer.
    if (error !== undefined && outcome !== 'requeue') failSpan(span, error)
  })
}
