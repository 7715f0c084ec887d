import { type Clock, TokenBucket } from '@fairlead/base'
import { deepEqual } from '@fairlead/kube-core'
import { ownedPart } from './owned-part.ts'

/** What was applied for one object, and what the server made of it. */
interface Applied {
  hash?: string | undefined
  /** The fields that were applied, as the server stored them. */
  part?: unknown
  /** How often it may be applied although its owner asks for nothing new. */
  readonly again: TokenBucket
  /** The generation of its owner for which it was applied; -1 before it was. */
  generation: number | undefined
}

/** What was applied, and what there is. */
export interface Comparison {
  /** Of what is desired. */
  readonly hash: string | undefined
  readonly desired: unknown
  readonly actual: unknown
}

const againBurst = 10
/** After the burst, what does not stay as it was applied is applied at most this often. */
export const againMs = 10_000

/**
 * What this process has applied: by it, an object is known to be as desired, however the server
 * writes that, without a request. Holds what the living owners have, and nothing of those that are
 * gone.
 */
export class AppliedObjects {
  readonly #owners = new Map<string, Map<string, Applied>>()
  readonly #clock: Pick<Clock, 'monotonicMs'>

  constructor(clock: Pick<Clock, 'monotonicMs'>) {
    this.#clock = clock
  }

  /** Forgets what belongs to the owner of this key. */
  forget(owner: string): void {
    this.#owners.delete(owner)
  }

  /** Forgets the objects of the owner beside these. */
  keepOnly(owner: string, ids: ReadonlySet<string>): void {
    const objects = this.#owners.get(owner)
    for (const id of objects?.keys() ?? []) if (!ids.has(id)) objects?.delete(id)
  }

  /**
   * Whether the object still has what was applied under this hash; undefined if this process has not
   * applied that, and cannot tell.
   */
  isIntact(owner: string, id: string, { hash, desired, actual }: Comparison): boolean | undefined {
    const applied = this.#owners.get(owner)?.get(id)
    if (applied?.hash === undefined || applied.hash !== hash) return undefined
    return deepEqual(applied.part, ownedPart(desired, actual))
  }

  /** Takes note of how the server has stored what was applied. */
  record(owner: string, id: string, { hash, desired, actual }: Comparison): void {
    const applied = this.#of(owner, id)
    applied.hash = hash
    applied.part = ownedPart(desired, actual)
  }

  /**
   * Whether the object may be applied now: always for a new generation of its owner, otherwise ten
   * times and then once in ten seconds. So neither what others change back at once, nor what its
   * author makes differently at each call, causes a tight loop.
   */
  mayApply(owner: string, id: string, generation: number | undefined): boolean {
    const applied = this.#of(owner, id)
    if (applied.generation === generation) return applied.again.take(this.#clock.monotonicMs())
    applied.generation = generation
    return true
  }

  #of(owner: string, id: string): Applied {
    const objects = this.#owners.get(owner) ?? new Map<string, Applied>()
    this.#owners.set(owner, objects)
    const known = objects.get(id)
    if (known !== undefined) return known
    const again = new TokenBucket(againBurst, againMs, this.#clock.monotonicMs())
    const fresh: Applied = { again, generation: -1 }
    objects.set(id, fresh)
    return fresh
  }
}
