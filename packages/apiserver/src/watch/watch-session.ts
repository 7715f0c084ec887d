import { errors, StatusError, type KubernetesObject } from '@fairlead/kube-core'

import { servedApiVersion, toServed } from '../definitions/resource-definition.ts'
import { isDone } from '../resources/deletion-state.ts'
import type { ObjectSelection } from '../resources/object-selection.ts'
import type { ResourceContext } from '../resources/resource-context.ts'
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
  /** An empty list of the kind, as it is encoded for the client, in base64. */
  readonly listBlueprint: () => string
  /** Sends an event. False: no more should be sent until `resume` is called. */
  readonly send: (event: WatchEvent) => boolean
  /** Called once when the watch ends by itself. */
  readonly end: () => void
}

/**
 * Sends the events of one watch, in commit order and without duplicates: first the changes since
 * the requested revision (or the current objects), then every change as it is committed.
 *
 * Nothing is queued for a watcher that reads slowly: it is behind, and once it takes more, what it
 * has missed is read from the history. A revision that the history has dropped is answered with one
 * ERROR event (410), then the watch ends: the client lists again.
 */
export class WatchSession {
  readonly #context: ResourceContext
  readonly #request: WatchRequest
  readonly #cleanups: (() => void)[] = []
  /** Current objects that are still to be sent, in reverse; undefined once that is done. */
  #initial: KubernetesObject[] | undefined
  #lastRevision: number
  /** The watcher has not taken all that there is. */
  #isBehind = false
  /** A webhook converts what is to be sent next. */
  #isWaiting = false
  #stopped = false

  constructor(context: ResourceContext, request: WatchRequest) {
    this.#context = context
    this.#request = request
    this.#lastRevision = request.options.fromRevision
  }

  /** Subscribing and reading the past happen in one turn of the event loop: nothing is missed. */
  start(): void {
    const { storage, registry } = this.#context
    const { options, target } = this.#request
    const { fromRevision, withObjects } = options
    if (withObjects && fromRevision > storage.revision) {
      return this.#fail(errors.tooLargeResourceVersion(fromRevision, storage.revision))
    }
    if (withObjects) this.#readCurrentObjects()
    else if (fromRevision === 0) this.#lastRevision = storage.revision
    else if (fromRevision < (target.definition.servedSince ?? 0)) {
      return this.#fail(tooOld(fromRevision, target.definition.servedSince))
    }
    this.#isBehind = true
    this.resume()
    if (this.#stopped) return
    this.#cleanups.push(
      storage.subscribe(target.definition.storageResource, (change) => this.#deliver(change)),
      registry.onChange(() => this.#endWhenNotServed()),
    )
    this.#startTimers()
  }

  /** The watcher takes more. */
  resume(): void {
    if (this.#stopped || this.#isWaiting || !this.#isBehind) return
    if (this.#sendInitial() && this.#sendMissed()) this.#isBehind = false
  }

  /** Ends the watch without an event; safe to call more than once. */
  stop(): void {
    this.#stopped = true
    this.#initial = undefined
    for (const cleanup of this.#cleanups.splice(0)) cleanup()
  }

  #readCurrentObjects(): void {
    const { target, options, selection } = this.#request
    const scope = {
      resource: target.definition.storageResource,
      ...(target.namespace === '' ? {} : { namespace: target.namespace }),
    }
    const { objects, revision } = this.#context.storage.list(scope)
    this.#lastRevision = Math.max(revision, options.fromRevision)
    const { name } = selection
    const wanted =
      name === undefined ? objects : objects.filter((each) => each.metadata.name === name)
    this.#initial = wanted.toReversed()
  }

  /** Whether all of them have been sent, and the watcher takes more. */
  #sendInitial(): boolean {
    const { target, selection, send, options } = this.#request
    if (this.#initial === undefined) return true
    const initial = this.#initial
    if (this.#isWaitingFor(() => initial)) return false
    for (let stored = this.#initial.pop(); stored; stored = this.#initial.pop()) {
      const object = toServed(target.definition, stored)
      if (selection.matches(object) && !send({ type: 'ADDED', object })) return false
    }
    this.#initial = undefined
    return !options.marksObjects || this.#sendBookmark(this.#endOfObjects())
  }

  /** From which a client makes the list that it would have got. */
  #endOfObjects(): Record<string, string> {
    return {
      'k8s.io/initial-events-end': 'true',
      'kubernetes.io/initial-events-list-blueprint': this.#request.listBlueprint(),
    }
  }

  /** Whether the watcher has all changes, and takes more. */
  #sendMissed(): boolean {
    const resource = this.#request.target.definition.storageResource
    try {
      const missed = this.#context.storage.changesSince(resource, this.#lastRevision)
      if (this.#isWaitingFor(() => missed.flatMap((each) => this.#objectsOf(each)))) return false
      return missed.every((change) => this.#sendChange(change))
    } catch (error) {
      if (!(error instanceof CompactedError)) throw error
      this.#fail(tooOld(this.#lastRevision, error.compactedRevision))
      return false
    }
  }

  #deliver(change: Change): void {
    if (this.#stopped || this.#isBehind || change.revision <= this.#lastRevision) return
    if (wasMarkedBefore(change)) {
      this.#isBehind = true
      setImmediate(() => this.resume())
      return
    }
    this.#isBehind = this.#isWaitingFor(() => this.#objectsOf(change)) || !this.#sendChange(change)
  }

  /** What an event of a change is made from. */
  #objectsOf({ key, object, previous }: Change): KubernetesObject[] {
    const { target, selection } = this.#request
    if (target.namespace !== '' && key.namespace !== target.namespace) return []
    if (selection.name !== undefined && selection.name !== key.name) return []
    if (selection.all || previous === undefined) return [object]
    return [object, previous]
  }

  /** Whether a webhook is being asked for the served form of one of them; then the watch goes on. */
  #isWaitingFor(stored: () => readonly KubernetesObject[]): boolean {
    const remote = this.#request.target.definition.conversion?.remote
    const pending = remote?.fetchServed(stored())
    if (pending === undefined) return false
    this.#isWaiting = true
    void pending.then(
      () => {
        this.#isWaiting = false
        this.resume()
      },
      (error: unknown) => this.#fail(error),
    )
    return true
  }

  /** A watcher that cannot be told of a change is told why, and lists again. */
  #fail(error: unknown): void {
    if (this.#stopped) return
    const { status } = error instanceof StatusError ? error : errors.internal(String(error))
    this.#request.send({ type: 'ERROR', object: status })
    this.#finish()
  }

  /** Whether the watcher takes more. */
  #sendChange(change: Change): boolean {
    const { namespace } = this.#request.target
    this.#lastRevision = change.revision
    if (namespace !== '' && change.key.namespace !== namespace) return true
    const event = this.#eventFor(change)
    return event === undefined || this.#request.send(event)
  }

  /** Translates a change for a watcher that sees only the selected objects. */
  #eventFor(change: Change): WatchEvent | undefined {
    const { target, selection } = this.#request
    if (selection.name !== undefined && selection.name !== change.key.name) return undefined
    const object = toServed(target.definition, change.object)
    if (selection.all) return { type: change.type, object, change }
    const { previous } = change
    const before =
      previous !== undefined && selection.matches(toServed(target.definition, previous))
    const after = change.type !== 'DELETED' && selection.matches(object)
    if (after) return { type: before ? 'MODIFIED' : 'ADDED', object, change }
    if (!before) return undefined
    return { type: 'DELETED', object: this.#lastMatching(change, previous) }
  }

  /** An object that no longer matches is sent as it last matched, with the new resourceVersion. */
  #lastMatching(change: Change, previous: KubernetesObject): KubernetesObject {
    const served = toServed(this.#request.target.definition, previous)
    const metadata = { ...served.metadata, resourceVersion: String(change.revision) }
    return { ...served, metadata }
  }

  /**
   * A kind whose definition is gone can no longer be watched, and one whose definition was changed may
   * look otherwise; the client finds out when it lists. One that is going is seen to its end.
   */
  #endWhenNotServed(): void {
    const { definition } = this.#request.target
    const { group, version, plural } = definition
    const current = this.#context.registry.find(group, version, plural)
    const isGoing = current?.creationForbidden !== undefined
    if (current !== definition && !isGoing) this.#finish()
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
      this.#schedule(options.timeoutMs - bookmarkBeforeEndMs, () => this.#sendProgress())
    }
    this.#repeatBookmark()
  }

  #repeatBookmark(): void {
    this.#schedule(bookmarkIntervalMs, () => {
      this.#sendProgress()
      this.#repeatBookmark()
    })
  }

  /** A watcher that is behind has something else to read first. */
  #sendProgress(): void {
    if (!this.#isBehind) this.#isBehind = !this.#sendBookmark()
  }

  /** Whether the watcher takes more. */
  #sendBookmark(annotations?: Record<string, string>): boolean {
    const { definition } = this.#request.target
    // It says that the watcher has everything up to here.
    const revision = this.#isBehind ? this.#lastRevision : this.#context.storage.revision
    const resourceVersion = String(Math.max(revision, this.#lastRevision))
    return this.#request.send({
      type: 'BOOKMARK',
      object: {
        ...definition.empty,
        apiVersion: servedApiVersion(definition),
        kind: definition.kind,
        metadata: {
          resourceVersion,
          ...(annotations === undefined ? {} : { annotations }),
          // What is not stored has no time of creation, which a real server encodes all the same.
          ...(definition.origin === 'built-in' ? { creationTimestamp: null as never } : {}),
        },
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

function tooOld(revision: number, oldest: number | undefined): StatusError {
  return errors.expired(`too old resource version: ${revision} (${oldest})`)
}

/**
 * Whether an object has gone that was marked in a write of its own, although nothing kept it. A real
 * server's two writes are milliseconds apart, and controllers that look at the mark count on finding
 * it: both in one packet would hide it.
 */
function wasMarkedBefore({ type, previous }: Change): boolean {
  return type === 'DELETED' && previous !== undefined && isDone(previous)
}
