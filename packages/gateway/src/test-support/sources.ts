import type { SecretKeyRef, Snapshot } from '@fairlead/snapshot'
import type {
  EndpointPoolSource,
  EndpointPoolState,
  SecretSource,
  SnapshotSource,
} from '../sources/sources.ts'

/** A source of snapshots that a test sets. */
export class TestSnapshots implements SnapshotSource {
  #snapshot: Snapshot | undefined
  readonly #listeners = new Set<() => void>()

  constructor(snapshot?: Snapshot) {
    this.#snapshot = snapshot
  }

  current(): Snapshot | undefined {
    return this.#snapshot
  }

  set(snapshot: Snapshot): void {
    this.#snapshot = snapshot
    for (const listener of this.#listeners) listener()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** Secrets that a test sets, by the Secret's name; every key of it has the same value. */
export class TestSecrets implements SecretSource {
  readonly #values: Map<string, string>
  readonly #listeners = new Set<() => void>()

  constructor(values: Readonly<Record<string, string>> = {}) {
    this.#values = new Map(Object.entries(values))
  }

  get(ref: SecretKeyRef): string | undefined {
    return this.#values.get(ref.name)
  }

  set(name: string, value: string | undefined): void {
    if (value === undefined) this.#values.delete(name)
    else this.#values.set(name, value)
    for (const listener of this.#listeners) listener()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}

/** InferencePools that a test sets, by `namespace/name`. */
export class TestEndpointPools implements EndpointPoolSource {
  readonly #states = new Map<string, EndpointPoolState>()
  readonly #listeners = new Set<() => void>()

  get({ namespace, name }: Parameters<EndpointPoolSource['get']>[0]) {
    return this.#states.get(`${namespace}/${name}`)
  }

  set(pool: string, state: EndpointPoolState): void {
    this.#states.set(pool, state)
    for (const listener of this.#listeners) listener()
  }

  subscribe(listener: () => void): () => void {
    this.#listeners.add(listener)
    return () => this.#listeners.delete(listener)
  }
}
