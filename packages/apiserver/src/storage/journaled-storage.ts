import { deepFreeze, type KubernetesObject } from '@fairlead/kube-core'

import { ChangeHistory, type HistoryLimits } from './change-history.ts'
import type { Change, StorageKey } from './change.ts'
import type { Journal } from './journal.ts'
import { FutureRevisionError, KeyExistsError, RevisionMismatchError } from './storage-error.ts'
import type { ListScope, Snapshot, Storage } from './storage.ts'

interface JournaledStorageOptions {
  readonly journal: Journal
  /** What is kept for watches and for lists at earlier revisions. */
  readonly history: HistoryLimits
}

type Listener = (change: Change) => void

/** The only Storage implementation: objects in memory, made durable by a journal. */
export class JournaledStorage implements Storage {
  readonly #journal: Journal
  readonly #history: ChangeHistory
  readonly #resources = new Map<string, Map<string, KubernetesObject>>()
  readonly #listeners = new Map<string, Set<Listener>>()
  readonly #undelivered: Change[] = []
  #delivering = false
  #revision: number

  constructor(options: JournaledStorageOptions) {
    this.#journal = options.journal
    const state = options.journal.load()
    this.#revision = state.revision
    this.#history = new ChangeHistory(options.history, state.revision)
    for (const { key, object } of state.objects) {
      this.#objectsOf(key.resource).set(pathOf(key), deepFreeze(object))
    }
  }

  get revision(): number {
    return this.#revision
  }

  get(key: StorageKey): KubernetesObject | undefined {
    return this.#resources.get(key.resource)?.get(pathOf(key))
  }

  isEmpty({ resource, namespace }: ListScope): boolean {
    const prefix = namespace === undefined ? '' : `${namespace}/`
    for (const path of this.#resources.get(resource)?.keys() ?? []) {
      if (path.startsWith(prefix)) return false
    }
    return true
  }

  list(scope: ListScope, revision = this.#revision): Snapshot {
    const objects = this.#objectsAt(scope.resource, revision)
    const prefix = scope.namespace === undefined ? '' : `${scope.namespace}/`
    const paths = [...objects.keys()].filter((path) => path.startsWith(prefix)).toSorted(byteOrder)
    return { objects: paths.flatMap((path) => objects.get(path) ?? []), revision }
  }

  create(key: StorageKey, object: KubernetesObject): KubernetesObject {
    if (this.get(key) !== undefined) throw new KeyExistsError(describe(key, 'already exists'))
    return this.#commit({ type: 'ADDED', key, object })
  }

  update(key: StorageKey, object: KubernetesObject, expectedRevision: string): KubernetesObject {
    const previous = this.#expect(key, expectedRevision)
    return this.#commit({ type: 'MODIFIED', key, object, previous })
  }

  delete(key: StorageKey, expectedRevision: string): KubernetesObject {
    const previous = this.#expect(key, expectedRevision)
    return this.#commit({ type: 'DELETED', key, object: previous, previous })
  }

  changesSince(resource: string, revision: number): readonly Change[] {
    return this.#history.since(resource, revision)
  }

  subscribe(resource: string, listener: Listener): () => void {
    const listeners = this.#listeners.get(resource) ?? new Set()
    this.#listeners.set(resource, listeners)
    listeners.add(listener)
    return () => {
      listeners.delete(listener)
      if (listeners.size === 0 && this.#listeners.get(resource) === listeners) {
        this.#listeners.delete(resource)
      }
    }
  }

  compact(revision = this.#revision): void {
    this.#history.compact(Math.min(revision, this.#revision))
  }

  close(): void {
    this.#listeners.clear()
    this.#journal.close()
  }

  #objectsOf(resource: string): Map<string, KubernetesObject> {
    const objects = this.#resources.get(resource) ?? new Map<string, KubernetesObject>()
    this.#resources.set(resource, objects)
    return objects
  }

  /** Reconstructs an earlier state by undoing later changes, newest first. */
  #objectsAt(resource: string, revision: number): ReadonlyMap<string, KubernetesObject> {
    if (revision > this.#revision) throw new FutureRevisionError(revision, this.#revision)
    const present = this.#resources.get(resource) ?? new Map<string, KubernetesObject>()
    if (revision === this.#revision) return present
    const changes = this.#history.since(resource, revision)
    if (changes.length === 0) return present
    const past = new Map(present)
    for (const { key, previous } of changes.toReversed()) {
      if (previous === undefined) past.delete(pathOf(key))
      else past.set(pathOf(key), previous)
    }
    return past
  }

  #expect(key: StorageKey, expectedRevision: string): KubernetesObject {
    const current = this.get(key)
    if (current?.metadata.resourceVersion === expectedRevision) return current
    const found = current?.metadata.resourceVersion ?? 'nothing'
    throw new RevisionMismatchError(describe(key, `is at ${found}, not at ${expectedRevision}`))
  }

  #commit(write: Omit<Change, 'revision'>): KubernetesObject {
    const revision = this.#revision + 1
    const metadata = { ...write.object.metadata, resourceVersion: String(revision) }
    const object = deepFreeze({ ...write.object, metadata })
    const change: Change = { ...write, object, revision }
    const objectJson = JSON.stringify(object)
    this.#journal.append(change, objectJson)
    this.#revision = revision
    this.#history.add(change, objectJson.length)
    const objects = this.#objectsOf(change.key.resource)
    if (change.type === 'DELETED') objects.delete(pathOf(change.key))
    else objects.set(pathOf(change.key), object)
    this.#deliver(change)
    return object
  }

  #deliver(change: Change): void {
    this.#undelivered.push(change)
    if (this.#delivering) return
    this.#delivering = true
    try {
      for (let next = this.#undelivered.shift(); next; next = this.#undelivered.shift()) {
        for (const listener of this.#listeners.get(next.key.resource) ?? []) listener(next)
        for (const listener of this.#listeners.get('all') ?? []) listener(next)
      }
    } finally {
      this.#delivering = false
    }
  }
}

function pathOf(key: StorageKey): string {
  return `${key.namespace}/${key.name}`
}

/** Names are ASCII, so code unit order is byte order. */
function byteOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}

function describe(key: StorageKey, what: string): string {
  return `${key.resource} ${pathOf(key)} ${what}`
}
