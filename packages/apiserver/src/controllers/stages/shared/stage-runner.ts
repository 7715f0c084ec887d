import type { Logger, Timer } from '@fairlead/base'
import { isConflict, isForbidden, isNotFound } from '@fairlead/kube-core'

import { actingAs, type ResourceContext } from '../../../resources/resource-context.ts'
import type { Change } from '../../../storage/change.ts'
import { WorkQueue } from '../../work-queue.ts'
import { Cluster } from './cluster.ts'
import { EventRecorder } from './event-recorder.ts'
import type { OwnedObjects } from './owned-objects.ts'
import type { ObjectKey } from './object-key.ts'
import type { Stage } from './stage.ts'

/** The end of the name of an event, different for each. */
type EventSuffix = (nowMs: number) => string

interface Alarm {
  readonly atMs: number
  readonly timer: Timer
}

/** Runs one stage: each of its objects at most once at a time, in a later turn than the change. */
export class StageRunner {
  readonly #stage: Stage
  readonly #context: ResourceContext
  readonly #logger: Logger
  readonly #cluster: Cluster
  readonly #events: EventRecorder
  readonly #queue: WorkQueue
  readonly #unsubscribe: readonly (() => void)[]
  /** At most one for each object. */
  readonly #alarms = new Map<string, Alarm>()

  constructor(
    context: ResourceContext,
    owned: OwnedObjects,
    stage: Stage,
    { logger, nextSuffix }: { readonly logger: Logger; readonly nextSuffix: EventSuffix },
  ) {
    this.#stage = stage
    this.#context = context
    this.#logger = logger
    const acting = { context: actingAs(context, stage.user), manager: managerOf(stage) }
    const source = stage.eventSource ?? { component: stage.user.name.split(':').at(-1) ?? '' }
    this.#events = new EventRecorder({ ...acting, source, logger, nextSuffix })
    this.#cluster = new Cluster({
      ...acting,
      owned,
      record: (about, event) => this.#events.record(about, event),
      wakeAfter: (key, delayMs) => this.#wakeAfter(key, delayMs),
    })
    this.#queue = new WorkQueue(context.clock, (item) => this.#reconcile(item))
    const { storage } = context
    this.#unsubscribe = [
      storage.subscribe(stage.resource, ({ key }) => this.#add(key)),
      ...(stage.triggers ?? []).map((trigger) =>
        storage.subscribe(trigger.resource, (change: Change) => {
          for (const key of trigger.keysOf(change, this.#cluster)) this.#add(key)
        }),
      ),
    ]
    for (const key of stage.always ?? []) this.#add(key)
    for (const { metadata } of storage.list({ resource: stage.resource }).objects) {
      this.#add({ namespace: metadata.namespace ?? '', name: metadata.name ?? '' })
    }
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
    for (const { timer } of this.#alarms.values()) timer.cancel()
    this.#alarms.clear()
    this.#queue.stop()
    this.#events.stop()
  }

  #add({ namespace, name }: ObjectKey): void {
    this.#queue.add(`${namespace}/${name}`)
  }

  async #reconcile(item: string): Promise<void> {
    const [namespace = '', name = ''] = item.split('/')
    const object = this.#context.storage.get({ resource: this.#stage.resource, namespace, name })
    try {
      if (object !== undefined) {
        await this.#stage.reconcile(this.#cluster, object)
      } else {
        this.#alarms.get(item)?.timer.cancel()
        this.#alarms.delete(item)
        await this.#stage.gone?.(this.#cluster, { namespace, name })
      }
    } catch (error) {
      // Somebody was faster, or the namespace is going.
      const isExpected = isConflict(error) || isNotFound(error) || isForbidden(error)
      const { resource } = this.#stage
      if (!isExpected) this.#logger.warn({ error, resource, namespace, name }, 'a stage has failed')
      throw error
    }
  }

  #wakeAfter(key: ObjectKey, delayMs: number): void {
    const item = `${key.namespace}/${key.name}`
    const { clock } = this.#context
    const atMs = clock.now() + delayMs
    const before = this.#alarms.get(item)
    if (before !== undefined && before.atMs <= atMs && before.atMs > clock.now()) return
    before?.timer.cancel()
    const timer = clock.setTimer(delayMs, () => {
      this.#alarms.delete(item)
      this.#queue.add(item)
    })
    this.#alarms.set(item, { atMs, timer })
  }
}

/** The field manager, as in a cluster. */
function managerOf({ user }: Stage): string {
  if (user.name.startsWith('system:node:')) return 'kubelet'
  return user.name === 'system:kube-scheduler' ? 'kube-scheduler' : 'kube-controller-manager'
}
