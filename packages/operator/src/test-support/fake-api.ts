import { definitions } from '@fairlead/api'
import type {
  ApplyOf,
  ApplyOptions,
  Client,
  Patch,
  WatchEvent,
  WatchOptions,
} from '@fairlead/controller-runtime'
import {
  applyDefaults,
  applyJsonPatch,
  deepEqual,
  deepFreeze,
  errors,
  type KubernetesObject,
  pruneUnknownFields,
  qualifiedResource,
  type ResourceType,
  serverSideApply,
  type StructuralSchema,
  type TypedObject,
} from '@fairlead/kube-core'

interface Write {
  readonly verb: 'apply' | 'patch'
  readonly object: KubernetesObject
}

/**
 * An API server in memory, as far as an operator needs one: list, watch, and a status subresource
 * with the real rules of server-side apply, pruning and defaults.
 */
export class FakeApi {
  readonly #schemas = new Map<string, StructuralSchema>(
    definitions.map((type) => [type.kind, type.schema]),
  )
  readonly #objects = new Map<string, KubernetesObject>()
  readonly #watchers = new Set<(kind: string, event: WatchEvent) => void>()
  #version = 0
  /** Status writes that changed something, in order. */
  readonly writes: Write[] = []
  readonly events: KubernetesObject[] = []
  /** Called before each status write; may throw. */
  beforeWrite: (object: ApplyOf<KubernetesObject>) => void = () => {}

  /** Creates or replaces an object as a user would: defaults, and a new generation for a new spec. */
  put(object: KubernetesObject): KubernetesObject {
    const key = keyOf(object.kind, object.metadata)
    const before = this.#objects.get(key)
    const schema = this.#schemas.get(object.kind)
    const pruned = schema ? pruneUnknownFields(object, schema).object : object
    const complete = (schema ? applyDefaults(pruned, schema) : pruned) as KubernetesObject
    const sameSpec = before !== undefined && deepEqual(before.spec, complete.spec)
    const generation = (before?.metadata.generation ?? 0) + (sameSpec ? 0 : 1)
    return this.#store(before ? 'MODIFIED' : 'ADDED', {
      ...complete,
      ...(before?.status !== undefined && { status: before.status }),
      metadata: {
        creationTimestamp: '2026-01-01T00:00:00Z',
        uid: key,
        ...before?.metadata,
        ...object.metadata,
        ...(schema && { generation }),
      },
    })
  }

  delete(kind: string, metadata: { readonly namespace?: string; readonly name: string }): void {
    const key = keyOf(kind, metadata)
    const object = this.#objects.get(key)
    this.#objects.delete(key)
    if (object) this.#emit('DELETED', object)
  }

  get(kind: string, name: string, namespace = 'default'): KubernetesObject {
    const object = this.#objects.get(keyOf(kind, { namespace, name }))
    if (!object) throw new Error(`there is no ${kind} ${namespace}/${name}`)
    return object
  }

  /** Server-side apply into the status subresource. */
  applyStatus(applied: ApplyOf<KubernetesObject>, options: ApplyOptions): KubernetesObject {
    const { kind, metadata } = applied
    const live = this.#objects.get(keyOf(kind, metadata))
    if (!live) throw errors.notFound(kind.toLowerCase(), metadata.name ?? '')
    const schema = this.#schemas.get(kind) ?? {}
    const result = serverSideApply({
      live,
      applied: pruneUnknownFields(applied, schema).object as KubernetesObject,
      schema,
      manager: options.fieldManager,
      force: options.force ?? false,
      subresource: 'status',
      now: '2026-01-01T00:00:00Z',
    })
    return this.#write('apply', live, result)
  }

  /** The client that a manager is given. */
  client(): Client {
    const unused = () => Promise.reject(new Error('not part of this test'))
    return {
      get: unused,
      list: async (type) => ({
        apiVersion: 'v1',
        kind: 'List',
        metadata: { resourceVersion: String(this.#version) },
        items: this.#ofKind(type) as never,
      }),
      watch: (type, options) => this.#watch(type, options) as never,
      create: async (_type, object) => {
        this.events.push(object as TypedObject as KubernetesObject)
        return object as never
      },
      update: unused,
      patch: unused,
      apply: unused,
      delete: unused,
      deleteAllOf: unused,
      subresource: () => ({
        get: unused,
        create: unused,
        update: unused,
        patch: unused,
        apply: unused,
        stream: unused,
        connect: unused,
      }),
      status: {
        update: unused,
        patch: async (type, key, patch) => this.#patchStatus(type, key, patch) as never,
        apply: async (_type, object, options) => {
          const applied = object as unknown as ApplyOf<KubernetesObject>
          this.beforeWrite(applied)
          return this.applyStatus(applied, options) as never
        },
      },
    }
  }

  #patchStatus(
    type: ResourceType,
    key: { readonly namespace?: string; readonly name: string },
    patch: Patch,
  ): KubernetesObject {
    const live = this.#objects.get(keyOf(type.kind, key))
    if (!live) throw errors.notFound(qualifiedResource(type), key.name)
    return this.#write('patch', live, applyJsonPatch(live, patch.body) as KubernetesObject)
  }

  #write(verb: Write['verb'], live: KubernetesObject, result: KubernetesObject): KubernetesObject {
    if (deepEqual(live.status, result.status)) return live
    const stored = this.#store('MODIFIED', result)
    this.writes.push({ verb, object: stored })
    return stored
  }

  #ofKind(type: ResourceType): KubernetesObject[] {
    return [...this.#objects.values()].filter(({ kind }) => kind === type.kind)
  }

  #store(event: 'ADDED' | 'MODIFIED', object: KubernetesObject): KubernetesObject {
    const resourceVersion = String(++this.#version)
    const stored = deepFreeze(
      structuredClone({ ...object, metadata: { ...object.metadata, resourceVersion } }),
    )
    this.#objects.set(keyOf(stored.kind, stored.metadata), stored)
    this.#emit(event, stored)
    return stored
  }

  #emit(type: WatchEvent['type'], object: KubernetesObject): void {
    for (const watcher of this.#watchers) watcher(object.kind, { type, object })
  }

  async *#watch(
    type: ResourceType,
    { signal, onActivity }: WatchOptions = {},
  ): AsyncGenerator<WatchEvent> {
    onActivity?.()
    const queue: WatchEvent[] = []
    let wake = () => {}
    const watcher = (kind: string, event: WatchEvent) => {
      if (kind !== type.kind) return
      queue.push(event)
      wake()
    }
    this.#watchers.add(watcher)
    const stop = () => wake()
    signal?.addEventListener('abort', stop)
    try {
      while (!signal?.aborted) {
        const event = queue.shift()
        if (event) yield event
        else await new Promise<void>((resolve) => (wake = resolve))
      }
    } finally {
      signal?.removeEventListener('abort', stop)
      this.#watchers.delete(watcher)
    }
  }
}

function keyOf(kind: string, metadata: { namespace?: string; name?: string }): string {
  return `${kind} ${metadata.namespace ?? ''}/${metadata.name ?? ''}`
}
