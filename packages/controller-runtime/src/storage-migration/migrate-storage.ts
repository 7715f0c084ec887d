import { type Clock, sleep, systemClock } from '@fairlead/base'
import {
  isConflict,
  isExpired,
  isNotFound,
  qualifiedResource,
  type ResourceType,
  StatusError,
  type TypedObject,
} from '@fairlead/kube-core'
import type { Client } from '../client/client.ts'
import { RequestRate } from '../client/request-rate.ts'
import { keyOf } from '../object-key.ts'
import { type RefusedObject, StorageMigrationError } from './storage-migration-error.ts'
import {
  dropFormerVersions,
  isCurrent,
  type MigratedKind,
  readDefinition,
} from './stored-definition.ts'

/** How far a migration has come. */
export interface StorageMigrationProgress {
  /** Objects that were rewritten, by us or meanwhile by others. */
  readonly rewritten: number
  /** The generation of the definition: with another one, everything is read again. */
  readonly generation: number
  /**
   * From which page a later migration goes on: the first with a refused object, otherwise the next.
   * Undefined for the first.
   */
  readonly continue: string | undefined
}

export interface StorageMigrationOptions {
  /** Objects that are read at once. Defaults to 500. */
  readonly pageSize?: number
  /** Objects that are written per second at most. Defaults to 20. */
  readonly writesPerSecond?: number
  /** The last progress of an earlier migration: goes on where that stopped. */
  readonly resume?: StorageMigrationProgress | undefined
  /** Told after every page, and waited for. */
  readonly onPage?: (progress: StorageMigrationProgress) => void | Promise<void>
  readonly signal?: AbortSignal
  readonly clock?: Clock
}

/** What a migration has done. */
export interface StorageMigration {
  /** The version in which all objects are stored now. */
  readonly storageVersion: string
  /** Versions in which no object is stored any more. */
  readonly droppedVersions: readonly string[]
  readonly rewritten: number
}

/** With so many objects refused, the rest is not tried. */
const refusedMax = 100

/**
 * Rewrites all objects of a kind in its storage version and then takes all others out of
 * `status.storedVersions` of its definition, so that an old version can be removed from it. Does
 * nothing if no other version is in it.
 *
 * Each object is written with no change, under the condition that it is still the one that was read:
 * objects that are deleted or written by others meanwhile need nothing more. Every API server must
 * know the present definition before it starts; with several, wait a minute after changing it. It may be
 * stopped and started again at any time. Needs to `get` the definition and `patch` its status, and to
 * `list` and `patch` the objects.
 * @throws StorageMigrationError with the objects that the server refuses, after all others are
 * rewritten; Error if the storage version changes meanwhile; whatever calls throw
 */
export async function migrateStorage(
  client: Client,
  kind: MigratedKind,
  options: StorageMigrationOptions = {},
): Promise<StorageMigration> {
  const { signal } = options
  const definition = await readDefinition({ client, signal }, kind)
  const { storageVersion, storedVersions, type } = definition
  if (isCurrent(definition)) return { storageVersion, droppedVersions: [], rewritten: 0 }
  const resume = options.resume?.generation === definition.generation ? options.resume : undefined
  const { generation } = definition
  const start = { generation, rewritten: 0, continue: undefined, ...resume }
  const { rewritten, refused } = await new Rewriting(client, type, options).run(start)
  if (refused.length > 0) throw new StorageMigrationError(qualifiedResource(kind), refused)
  await dropFormerVersions({ client, signal }, kind, definition)
  const droppedVersions = storedVersions.filter((name) => name !== storageVersion)
  return { storageVersion, droppedVersions, rewritten }
}

interface Outcome {
  readonly rewritten: number
  readonly refused: readonly RefusedObject[]
}

/** Rewrites the objects of one kind, page by page. */
class Rewriting {
  readonly #client: Client
  readonly #type: ResourceType
  readonly #options: StorageMigrationOptions
  readonly #clock: Clock
  readonly #rate: RequestRate
  readonly #refused: RefusedObject[] = []
  #rewritten = 0

  constructor(client: Client, type: ResourceType, options: StorageMigrationOptions) {
    this.#client = client
    this.#type = type
    this.#options = options
    this.#clock = options.clock ?? systemClock
    this.#rate = new RequestRate({ qps: options.writesPerSecond ?? 20, burst: 1 })
  }

  async run({
    generation,
    rewritten,
    continue: first,
  }: StorageMigrationProgress): Promise<Outcome> {
    this.#rewritten = rewritten
    let next = first
    let resumeAt = first
    do {
      const page = await this.#page(next)
      for (const object of page.items) await this.#rewrite(object)
      next = page.metadata.continue || undefined
      if (this.#refused.length === 0) resumeAt = next
      const progress = { generation, rewritten: this.#rewritten, continue: resumeAt }
      await this.#options.onPage?.(progress)
    } while (next !== undefined && this.#refused.length < refusedMax)
    return { rewritten: this.#rewritten, refused: this.#refused }
  }

  /** What has been added since the first page is stored in the right version anyhow. */
  async #page(next: string | undefined) {
    const { pageSize: limit = 500, signal } = this.#options
    const list = (from: string | undefined) =>
      this.#client.list(this.#type, {
        limit,
        ...(from !== undefined && { continue: from }),
        ...(signal && { signal }),
      })
    try {
      return await list(next)
    } catch (error) {
      if (next === undefined || !(error instanceof StatusError) || !isExpired(error)) throw error
      return list(error.status.metadata.continue)
    }
  }

  async #rewrite(object: TypedObject): Promise<void> {
    const { signal } = this.#options
    const delayMs = this.#rate.reserve(this.#clock.monotonicMs())
    if (delayMs > 0) await sleep(this.#clock, delayMs, signal)
    const key = keyOf(object)
    const { uid, resourceVersion } = object.metadata
    const patch = { type: 'merge', body: { metadata: { uid, resourceVersion } } } as const
    try {
      await this.#client.patch(this.#type, key, patch, { ...(signal && { signal }) })
      this.#rewritten += 1
    } catch (error) {
      if (isNotFound(error)) return
      if (isConflict(error)) this.#rewritten += 1
      else if (error instanceof StatusError && isRefusal(error)) this.#refused.push({ key, error })
      else throw error
    }
  }
}

/** Whether it is about this object, and not about the server or about whom it is asked by. */
function isRefusal({ code }: StatusError): boolean {
  return code >= 400 && code < 500 && code !== 401 && code !== 429
}
