import { errors, type KubernetesObject } from '@fairlead/kube-core'

import type { ObjectSelection } from '../resources/object-selection.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
import { servedApiVersion, toServed } from '../definitions/resource-definition.ts'
import type { CollectionTarget } from '../resources/resource-target.ts'
import type { Change } from '../storage/change.ts'
import { CompactedError } from '../storage/storage-error.ts'
import type { WatchEvent } from './watch-event.ts'
import type { WatchOptions } from './watch-options.ts'

const bookmarkIntervalMs = 60_000
const bookmarkBeforeEndMs = 2_000

interface WatchRequest {
  readonly target: CollectionTarget
  readonly selection: ObjectSelection
  readonly options: WatchOptions
  readonly send: (event: WatchEvent) => void
  /** Called once when the watch has ended by itself. */
  readonly end: () => void
}

/**
 * Sends the events of one watch, in commit order and none twice: first what happened since the
 * asked-for revision (or the current objects), then every change as it is committed. Subscribing and
 * reading the past happen in one turn of the event loop, so nothing can fall between.
 *
 * A revision that is no longer known is answered with one ERROR event (410) and the end.
 */
export class WatchSession {
  readonly #context: ResourceContext
  readonly #request: WatchRequest
  readonly #cleanups: (() => void)[] = []
  #lastRevision: number
  #stopped = false

  constructor(context: ResourceContext, request: WatchRequest) {
    this.#context = context
    this.#request = request
    this.#lastRevision = request.options.fromRevision
  }

  start(): void {
    const { storage, registry } = this.#context
    const resource = this.#request.target.definition.storageResource
    if (!this.#sendPast()) return
    this.#cleanups.push(
      storage.subscribe(resource, (change) => this.#deliver(change)),
      registry.onChange(() => this.#endWhenNotServed()),
    )
    this.#startTimers()
  }

  /** Ends the watch without an event; safe to call more than once. */
  stop(): void {
    this.#stopped = true
    for (const cleanup of this.#cleanups.splice(0)) cleanup()
  }

  /** @returns false when the watch is over before it began */
  #sendPast(): boolean {
    const { options } = this.#request
    try {
      if (options.sendInitialEvents || options.fromRevision === 0) this.#sendCurrentObjects()
      else this.#sendChangesSince(options.fromRevision)
      return true
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error
      const message = `too old resource version: ${options.fromRevision} (${error.compactedRevision})`
      this.#request.send({ type: 'ERROR', object: errors.expired(message).status })
      this.#request.end()
      return false
    }
  }

  #sendCurrentObjects(): void {
    const { target, selection, send, options } = this.#request
    const scope = {
      resource: target.definition.storageResource,
      ...(target.namespace === '' ? {} : { namespace: target.namespace }),
    }
    const { objects, revision } = this.#context.storage.list(scope)
    this.#lastRevision = Math.max(revision, options.fromRevision)
    for (const stored of objects) {
      const object = toServed(target.definition, stored)
      if (selection.matches(object)) send({ type: 'ADDED', object })
    }
    if (options.sendInitialEvents && options.bookmarks) {
      this.#sendBookmark({ 'k8s.io/initial-events-end': 'true' })
    }
  }

  #sendChangesSince(revision: number): void {
    const resource = this.#request.target.definition.storageResource
    for (const change of this.#context.storage.changesSince(resource, revision)) {
      this.#deliver(change)
    }
  }

  #deliver(change: Change): void {
    const { namespace } = this.#request.target
    if (this.#stopped || change.revision <= this.#lastRevision) return
    this.#lastRevision = change.revision
    if (namespace !== '' && change.key.namespace !== namespace) return
    const event = this.#eventFor(change)
    if (event !== undefined) this.#request.send(event)
  }

  /** What the change means to someone who sees only the selected objects. */
  #eventFor(change: Change): WatchEvent | undefined {
    const { target, selection } = this.#request
    const object = toServed(target.definition, change.object)
    if (selection.all) return { type: change.type, object, change }
    if (selection.name !== undefined && selection.name !== change.key.name) return undefined
    const { previous } = change
    const before =
      previous !== undefined && selection.matches(toServed(target.definition, previous))
    const after = change.type !== 'DELETED' && selection.matches(object)
    if (after) return { type: before ? 'MODIFIED' : 'ADDED', object, change }
    if (!before) return undefined
    return { type: 'DELETED', object: this.#lastMatching(change, previous) }
  }

  /** An object that left the selection is shown as it last matched, at the new revision. */
  #lastMatching(change: Change, previous: KubernetesObject): KubernetesObject {
    const metadata = { ...previous.metadata, resourceVersion: String(change.revision) }
    return toServed(this.#request.target.definition, { ...previous, metadata })
  }

  /** A kind whose definition went has nothing to watch; the client lists and learns so. */
  #endWhenNotServed(): void {
    const { group, version, plural } = this.#request.target.definition
    if (this.#context.registry.find(group, version, plural) === undefined) this.#finish()
  }

  #finish(): void {
    if (this.#stopped) return
    this.stop()
    this.#request.end()
  }

  #startTimers(): void {
    const { options } = this.#request
    this.#schedule(options.timeoutMs, () => this.#finish())
    if (!options.bookmarks) return
    if (options.timeoutMs > bookmarkBeforeEndMs) {
      this.#schedule(options.timeoutMs - bookmarkBeforeEndMs, () => this.#sendBookmark())
    }
    this.#repeatBookmark()
  }

  #repeatBookmark(): void {
    this.#schedule(bookmarkIntervalMs, () => {
      this.#sendBookmark()
      this.#repeatBookmark()
    })
  }

  #sendBookmark(annotations?: Record<string, string>): void {
    const { definition } = this.#request.target
    const resourceVersion = String(Math.max(this.#context.storage.revision, this.#lastRevision))
    this.#request.send({
      type: 'BOOKMARK',
      object: {
        apiVersion: servedApiVersion(definition),
        kind: definition.kind,
        metadata: { resourceVersion, ...(annotations === undefined ? {} : { annotations }) },
      },
    })
  }

  #schedule(delayMs: number, callback: () => void): void {
    const timer = this.#context.clock.setTimer(delayMs, () => {
      this.#cleanups.splice(this.#cleanups.indexOf(cancel), 1)
      callback()
    })
    const cancel = (): void => timer.cancel()
    this.#cleanups.push(cancel)
  }
}
