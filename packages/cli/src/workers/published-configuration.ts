import type { SecretSource, SnapshotSource } from '@fairlead/gateway'
import type { Snapshot } from '@fairlead/snapshot'
import { secretKey } from '../worker-messages/secret-key.ts'
import { SecretReferences } from './secret-references.ts'

/** What workers run: a snapshot, and the values of the Secrets that it refers to, by `secretKey`. */
export interface Published {
  readonly snapshot: Snapshot | undefined
  readonly secrets: ReadonlyMap<string, string>
}

/** The newest configuration of all workers, put together once per change. */
export class PublishedConfiguration {
  readonly #snapshots: SnapshotSource
  readonly #secrets: SecretSource
  readonly #references = new SecretReferences()
  readonly #unsubscribe: readonly (() => void)[]
  #current: Published | undefined

  /** `changed` is told of every change; what has changed may be nothing that workers need. */
  constructor(
    snapshots: SnapshotSource,
    secrets: SecretSource,
    changed: { readonly snapshot: () => void; readonly secret: () => void },
  ) {
    this.#snapshots = snapshots
    this.#secrets = secrets
    const forgetThen = (tell: () => void) => () => {
      this.#current = undefined
      tell()
    }
    this.#unsubscribe = [
      snapshots.subscribe(forgetThen(changed.snapshot)),
      secrets.subscribe(forgetThen(changed.secret)),
    ]
  }

  get current(): Published {
    this.#current ??= this.#read()
    return this.#current
  }

  stop(): void {
    for (const unsubscribe of this.#unsubscribe) unsubscribe()
  }

  #read(): Published {
    const snapshot = this.#snapshots.current()
    const secrets = new Map<string, string>()
    for (const ref of snapshot === undefined ? [] : this.#references.of(snapshot)) {
      const value = this.#secrets.get(ref)
      if (value !== undefined) secrets.set(secretKey(ref), value)
    }
    return { snapshot, secrets }
  }
}
