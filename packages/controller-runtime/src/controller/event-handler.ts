import { parseApiVersion } from '@fairlead/kube-core'
import type { OwnerReference, ResourceType, TypedObject } from '@fairlead/kube-core'
import { keyOf } from '../object-key.ts'
import type { Enqueuer } from '../queue/work-queue.ts'
import type { CreateEvent, DeleteEvent, EventContext, GenericEvent, UpdateEvent } from './event.ts'
import { type Request, requestKey } from './reconcile.ts'

/**
 * Maps events to requests. What it adds without a priority has a low one if the object existed at
 * the start, or is unchanged; what it adds without a reason has the event for its reason. It may
 * return a promise: events of other objects are handled meanwhile, up to 16, those of the same
 * object in turn. If it throws, rejects, or takes longer than 30 s, the event is delivered again.
 */
export interface EventHandler<T extends TypedObject = TypedObject, R extends object = Request> {
  create(event: CreateEvent<T>, queue: Enqueuer<R>, context: EventContext): void | Promise<void>
  update(event: UpdateEvent<T>, queue: Enqueuer<R>, context: EventContext): void | Promise<void>
  delete(event: DeleteEvent<T>, queue: Enqueuer<R>, context: EventContext): void | Promise<void>
  /** What an ObjectSource sends; a handler without it cannot be used for one. */
  generic?(event: GenericEvent<T>, queue: Enqueuer<R>, context: EventContext): void | Promise<void>
}

/** Maps an object to the requests it causes. A promise may come later: see EventHandler. */
export type MapToRequests<T extends TypedObject = TypedObject, R extends object = Request> = (
  object: T,
  context: EventContext,
) => readonly R[] | Promise<readonly R[]>

/** Enqueues the object itself. */
export function forObject<T extends TypedObject>(): EventHandler<T> {
  const add = ({ object }: { object: T }, queue: Enqueuer<Request>) => queue.add(keyOf(object))
  return {
    create: add,
    update: ({ oldObject, newObject }, queue) => {
      if (!haveSameName(oldObject, newObject)) queue.add(keyOf(oldObject))
      queue.add(keyOf(newObject))
    },
    delete: add,
    generic: add,
  }
}

function haveSameName({ metadata: a }: TypedObject, { metadata: b }: TypedObject): boolean {
  return a.name === b.name && a.namespace === b.namespace
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
export function fromMapFunction<T extends TypedObject, R extends object = Request>(
  map: MapToRequests<T, R>,
): EventHandler<T, R> {
  const mapOne = ({ object }: { object: T }, queue: Enqueuer<R>, context: EventContext) =>
    addAll(queue, [map(object, context)])
  return {
    create: mapOne,
    update: ({ oldObject, newObject }, queue, context) =>
      addAll(queue, [map(oldObject, context), map(newObject, context)]),
    delete: mapOne,
    generic: mapOne,
  }
}

type Mapped<R> = readonly R[] | Promise<readonly R[]>

function addAll<R extends object>(
  queue: Enqueuer<R>,
  mapped: readonly Mapped<R>[],
): void | Promise<void> {
  const isThere = (requests: Mapped<R>): requests is readonly R[] => !(requests instanceof Promise)
  if (mapped.every(isThere)) return addOnce(queue, mapped.flat())
  return addLater(
    queue,
    mapped.map(async (requests) => requests),
  )
}

async function addLater<R extends object>(
  queue: Enqueuer<R>,
  mapped: readonly Promise<readonly R[]>[],
): Promise<void> {
  addOnce(queue, (await Promise.all(mapped)).flat())
}

/** A request that a worker takes at once would be queued anew by the same request after it. */
function addOnce<R extends object>(queue: Enqueuer<R>, requests: readonly R[]): void {
  const [only] = requests
  if (only !== undefined && requests.length === 1) return queue.add(only)
  const seen = new Set<string>()
  for (const request of requests) {
    const key = queue.keyOf?.(request) ?? requestKey(request as unknown as Request)
    if (seen.has(key)) continue
    seen.add(key)
    queue.add(request)
  }
}

function requestOf(owner: ResourceType, name: string, namespace: string | undefined): Request {
  return owner.namespaced && namespace !== undefined ? { namespace, name } : { name }
}
