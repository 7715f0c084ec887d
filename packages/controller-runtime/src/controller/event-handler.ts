import { parseApiVersion } from '@fairlead/kube-core'
import type { OwnerReference, ResourceType, TypedObject } from '@fairlead/kube-core'
import { keyOf } from '../object-key.ts'
import type { Enqueuer } from '../queue/work-queue.ts'
import type { CreateEvent, DeleteEvent, UpdateEvent } from './event.ts'
import { type Request, requestKey } from './reconcile.ts'

/**
 * Maps events to requests. What it adds without a priority has a low one if the object existed at
 * the start, or is unchanged; what it adds without a reason has the event for its reason.
 */
export interface EventHandler<T extends TypedObject = TypedObject> {
  create(event: CreateEvent<T>, queue: Enqueuer<Request>): void
  update(event: UpdateEvent<T>, queue: Enqueuer<Request>): void
  delete(event: DeleteEvent<T>, queue: Enqueuer<Request>): void
}

/** Maps an object to the requests it causes. */
export type MapToRequests<T extends TypedObject = TypedObject, K extends Request = Request> = (
  object: T,
) => readonly K[]

/** Enqueues the object itself. */
export function forObject<T extends TypedObject>(): EventHandler<T> {
  return fromMapFunction<T>((object) => [keyOf(object)])
}

export interface ForOwnerOptions {
  /** Requests every owner of the kind, not only the controlling one. Defaults to false. */
  readonly everyOwner?: boolean
}

/** Enqueues the owner of the given kind that controls the object. */
export function forOwner<T extends TypedObject>(
  owner: ResourceType,
  options: ForOwnerOptions = {},
): EventHandler<T> {
  const matches = ({ kind, apiVersion }: OwnerReference) => {
    const { group, version } = parseApiVersion(apiVersion)
    return kind === owner.kind && group === owner.group && !version.includes('/')
  }
  return fromMapFunction<T>(({ metadata }) =>
    ownersOf(metadata.ownerReferences ?? [], options)
      .filter(matches)
      .map(({ name }) => requestOf(owner, name, metadata.namespace)),
  )
}

/** The controlling owner is the first one that says so. */
function ownersOf(
  references: readonly OwnerReference[],
  { everyOwner = false }: ForOwnerOptions,
): readonly OwnerReference[] {
  if (everyOwner) return references
  return references.filter(({ controller }) => controller === true).slice(0, 1)
}

/** Requests what the function returns; on an update, for both the old and the new object. */
export function fromMapFunction<T extends TypedObject>(map: MapToRequests<T>): EventHandler<T> {
  return {
    create({ object }, queue) {
      addAll(queue, map(object))
    },
    update({ oldObject, newObject }, queue) {
      addAll(queue, [...map(oldObject), ...map(newObject)])
    },
    delete({ object }, queue) {
      addAll(queue, map(object))
    },
  }
}

function addAll(queue: Enqueuer<Request>, requests: readonly Request[]): void {
  const seen = new Set<string>()
  for (const request of requests) {
    const key = requestKey(request)
    if (seen.has(key)) continue
    seen.add(key)
    queue.add(request)
  }
}

function requestOf(owner: ResourceType, name: string, namespace: string | undefined): Request {
  return owner.namespaced && namespace !== undefined ? { namespace, name } : { name }
}
