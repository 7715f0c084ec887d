import type { ContextStore } from '../stores/context-store.ts'
import { countedPassesKind as kind, type RecordKey, subjectOwner } from '../stores/record-store.ts'

interface CopiedStores {
  readonly from: ContextStore
  readonly to: ContextStore
  readonly names: { readonly from: string; readonly to: string }
}

/** Owns the counts: they belong to no conversation. */
const owner = subjectOwner('copied store')

/**
 * Whether what is copied is what the earlier passes have copied, or an older backup or another store
 * that took its place: both stores count the passes, and a copy of a store that is older counts less.
 */
export class CopiedSource {
  readonly #stores: CopiedStores

  constructor(stores: CopiedStores) {
    this.#stores = stores
  }

  /** Whether both have counted the same passes. Between the two writes of a pass one is ahead. */
  async isTheSame(): Promise<boolean> {
    const [here, there] = await this.#counts()
    return there === 0 || here === there || here === there + 1
  }

  /** Counts a pass in both. Rejects where another command does it at the same time. */
  async count(): Promise<void> {
    const { from, to } = this.#stores
    const next = Math.max(...(await this.#counts())) + 1
    await this.#put(from, this.#keyInFrom, next)
    await this.#put(to, this.#keyInTo, next)
  }

  async forget(): Promise<void> {
    const { from, to } = this.#stores
    await to.records.remove(this.#keyInTo)
    await from.records.remove(this.#keyInFrom)
  }

  async #counts(): Promise<readonly [from: number, to: number]> {
    const { from, to } = this.#stores
    return [
      Number((await from.records.load(this.#keyInFrom))?.body['passes'] ?? 0),
      Number((await to.records.load(this.#keyInTo))?.body['passes'] ?? 0),
    ]
  }

  async #put({ records }: ContextStore, key: RecordKey, passes: number): Promise<void> {
    const there = await records.load(key)
    const record = { ...key, body: { passes }, expiresAtMs: null }
    if (await records.put(record, there?.version ?? null)) return
    const { names } = this.#stores
    throw new Error(`another command copies from ${names.from} to ${names.to} already`)
  }

  get #keyInFrom(): RecordKey {
    return { kind, tenant: '', owner, id: `to ${this.#stores.names.to}` }
  }

  get #keyInTo(): RecordKey {
    return { kind, tenant: '', owner, id: `from ${this.#stores.names.from}` }
  }
}
