import { deepFreeze, type KubernetesObject } from '@fairlead/kube-core'

import { ChangeHistory, type HistoryLimits } from './change-history.ts'
import type { Change, StorageKey } from './change.ts'
import type { Journal } from './journal.ts'
import { objectText } from './object-text.ts'
import { ObjectCollection, type ObjectRange } from './object-collection.ts'
import { SharedFields } from './shared-fields.ts'
import { FutureRevisionError, KeyExistsError, RevisionMismatchError } from './storage-error.ts'
import { pastRange } from './past-range.ts'
import type { ListScope, Scan, ScanOptions, Snapshot, Storage } from './storage.ts'

interface JournaledStorageOptions {
  readonly journal: Journal
  /** What is kept for watches and for lists at earlier revisions. */
  readonly history: HistoryLimits
}

const emptyRange: ObjectRange = { length: 0, objects: [] }

type Listener = (change: Change) => void

/** The only Storage implementation: objects in memory, made durable by a journal. */
export class JournaledStorage implements Storage {
  readonly #journal: Journal
  readonly #history: ChangeHistory
  readonly #resources = new Map<string, ObjectCollection>()
  readonly #fields = new SharedFields()
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
      this.#objectsOf(key.resource).set(
        key.namespace,
        key.name,
        deepFreeze(this.#fields.share(object)),
      )
    }
  }

  get revision(): number {
    return this.#revision
  }

  /** How many objects of a resource there are. */
  count(resource: string): number {
    return this.#resources.get(resource)?.size ?? 0
  }

  /** What the journal takes on disk. */
  get bytesOnDisk(): number {
    return this.#journal.bytes
  }

  /** What the history takes, as JSON. */
  get historyBytes(): number {
    return this.#history.bytes
  }

  /** Tries whether a change could be stored now. @throws JournalError */
  probe(): void {
    this.#journal.probe()
  }

  get({ resource, namespace, name }: StorageKey): KubernetesObject | undefined {
    return this.#resources.get(resource)?.get(namespace, name)
  }

  isEmpty({ resource, namespace }: ListScope): boolean {
    return this.#resources.get(resource)?.isEmpty(namespace) ?? true
  }

  list(scope: ListScope, revision = this.#revision): Snapshot {
    const { objects } = this.scan(scope, { revision })
    return { objects: [...objects], revision }
  }

  scan(
    { resource, namespace }: ListScope,
    { revision = this.#revision, start }: ScanOptions = {},
  ): Scan {
    const range = this.#rangeAt(resource, revision, namespace, start)
    return { ...range, revision }
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

  #objectsOf(resource: string): ObjectCollection {
    const objects = this.#resources.get(resource) ?? new ObjectCollection()
    this.#resources.set(resource, objects)
    return objects
  }

  #rangeAt(
    resource: string,
    revision: number,
    namespace: string | undefined,
    start: string | undefined,
  ): ObjectRange {
    if (revision > this.#revision) throw new FutureRevisionError(revision, this.#revision)
    const changes = revision === this.#revision ? [] : this.#history.since(resource, revision)
    const present = this.#resources.get(resource)?.range(namespace, start) ?? emptyRange
    return changes.length === 0 ? present : pastRange(present, changes, { namespace, start })
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
    const object = deepFreeze(this.#fields.share({ ...write.object, metadata }))
    const change: Change = { ...write, object, revision }
    const objectJson = objectText(object, write.type)
    this.#journal.append(change, objectJson)
    this.#revision = revision
    this.#history.add(change, objectJson.length)
    const objects = this.#objectsOf(change.key.resource)
    const { namespace, name } = change.key
    if (change.type === 'DELETED') objects.delete(namespace, name)
    else objects.set(namespace, name, object)
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

function describe(key: StorageKey, what: string): string {
  return `${key.resource} ${pathOf(key)} ${what}`
}
