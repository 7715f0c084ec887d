import { type Clock, type Logger, sleep, systemClock } from '@fairlead/base'
import { qualifiedResource } from '@fairlead/kube-core'
import type { Client } from '../client/client.ts'
import { ExponentialBackoff } from '../queue/rate-limiter.ts'
import type { Runnable } from '../runnable.ts'
import {
  migrateStorage,
  type StorageMigrationOptions,
  type StorageMigrationProgress,
} from './migrate-storage.ts'
import type { MigratedKind } from './stored-definition.ts'

export interface StorageMigratorOptions extends Pick<
  StorageMigrationOptions,
  'pageSize' | 'writesPerSecond'
> {
  readonly client: Client
  /** What `defineVersions` returns, or any version of the kinds. */
  readonly kinds: readonly MigratedKind[]
  readonly logger: Logger
  readonly clock?: Clock
}

/** Between attempts. */
const backoff = { baseMs: 1000, maxMs: 300_000 }

/**
 * Migrates the stored objects of kinds when a manager starts, one kind after the other, on the
 * replica that leads: `manager.add(new StorageMigrator({ client: manager.client, kinds, logger }))`.
 * What fails is logged and tried again, after 1 s, 2 s … up to 5 min, from where it stopped.
 */
export class StorageMigrator implements Runnable {
  readonly needLeaderElection = true
  readonly #options: StorageMigratorOptions
  readonly #clock: Clock

  constructor(options: StorageMigratorOptions) {
    this.#options = options
    this.#clock = options.clock ?? systemClock
  }

  async start(signal: AbortSignal): Promise<void> {
    try {
      for (const kind of this.#options.kinds) await this.#migrate(kind, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async #migrate(kind: MigratedKind, signal: AbortSignal): Promise<void> {
    const { client, logger, pageSize, writesPerSecond } = this.#options
    const resource = qualifiedResource(kind)
    const delays = new ExponentialBackoff(backoff)
    let resume: StorageMigrationProgress | undefined
    for (;;) {
      try {
        const migration = await migrateStorage(client, kind, {
          signal,
          clock: this.#clock,
          resume,
          onPage: (progress) => void (resume = progress),
          ...(pageSize !== undefined && { pageSize }),
          ...(writesPerSecond !== undefined && { writesPerSecond }),
        })
        if (migration.droppedVersions.length > 0) {
          logger.info({ resource, ...migration }, 'all objects are stored in the storage version')
        }
        return
      } catch (error) {
        if (signal.aborted) throw error
        const delayMs = delays.when(resource)
        logger.error(
          { resource, err: error, delayMs },
          'the storage migration failed and is tried again',
        )
        await sleep(this.#clock, delayMs, signal)
      }
    }
  }
}
