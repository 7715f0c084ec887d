import type { CacheBounds } from '@fairlead/snapshot'
import type { KeptAnswer, NewAnswer } from './answer-store.ts'

interface Entry extends KeptAnswer {
  readonly consumer: string
  readonly endsAtMs: number
  readonly bytes: number
  /** How often it was asked for of late; at most `usesMax`. */
  uses: number
}

/** What an entry costs beside its text. */
const overheadBytes = 256
const usesMax = 3
/** The part of all room that answers have which nobody has asked for again. */
const newPart = 0.1

/**
 * The answers that one policy keeps, within its bounds. An answer first stands among the new ones,
 * which have a tenth of the room; only one that is asked for again gets to the others, so that many
 * calls of which none comes twice drive out each other and not what is in use (S3-FIFO).
 */
export class AnswerTable {
  readonly #new = new Map<string, Entry>()
  readonly #used = new Map<string, Entry>()
  /** Keys of new answers that have gone, at most as many as there are answers: one that comes again is no longer new. */
  readonly #gone = new Set<string>()
  #newBytes = 0
  #usedBytes = 0

  get size(): number {
    return this.#new.size + this.#used.size
  }

  get bytes(): number {
    return this.#newBytes + this.#usedBytes
  }

  get(key: string, nowMs: number): KeptAnswer | undefined {
    const entry = this.#new.get(key) ?? this.#used.get(key)
    if (entry === undefined) return undefined
    if (entry.endsAtMs <= nowMs) {
      this.#remove(key)
      return undefined
    }
    if (entry.uses < usesMax) entry.uses += 1
    return { value: entry.value, storedAtMs: entry.storedAtMs }
  }

  /** One that is larger than all room is not kept. */
  put(key: string, { bounds, consumer, storedAtMs, ttlMs, value }: NewAnswer): void {
    this.#remove(key)
    // A character takes two bytes at most in memory.
    const bytes = 2 * (value.length + key.length) + overheadBytes
    if (bytes > bounds.maxBytes) return
    const entry = { value, consumer, storedAtMs, endsAtMs: storedAtMs + ttlMs, bytes, uses: 0 }
    this.#insert(key, entry, this.#gone.delete(key))
    this.#shrink(bounds)
  }

  /** Drops answers until no more than so many bytes are left. */
  shrinkTo(maxBytes: number): void {
    this.#shrink({ maxBytes, maxEntries: Infinity })
  }

  /** Drops what was made for calls of a Consumer. Returns how many answers those were. */
  purge(consumer: string): number {
    const before = this.size
    for (const entries of [this.#new, this.#used]) {
      for (const [key, entry] of entries) if (entry.consumer === consumer) this.#remove(key)
    }
    return before - this.size
  }

  #insert(key: string, entry: Entry, isUsed: boolean): void {
    if (isUsed) {
      this.#used.set(key, entry)
      this.#usedBytes += entry.bytes
    } else {
      this.#new.set(key, entry)
      this.#newBytes += entry.bytes
    }
  }

  #remove(key: string): Entry | undefined {
    const fresh = this.#new.get(key)
    if (fresh !== undefined) {
      this.#new.delete(key)
      this.#newBytes -= fresh.bytes
      return fresh
    }
    const used = this.#used.get(key)
    if (used !== undefined) {
      this.#used.delete(key)
      this.#usedBytes -= used.bytes
    }
    return used
  }

  #shrink({ maxBytes, maxEntries }: CacheBounds): void {
    while (this.bytes > maxBytes || this.size > maxEntries) {
      const isNewFull = this.#newBytes > newPart * maxBytes || this.#new.size > newPart * maxEntries
      if (this.#used.size === 0 || (isNewFull && this.#new.size > 0)) this.#dropNew()
      else this.#dropUsed()
    }
  }

  #dropNew(): void {
    const [key] = this.#new.keys()
    const entry = key === undefined ? undefined : this.#remove(key)
    if (key === undefined || entry === undefined) return
    if (entry.uses > 0) {
      entry.uses = 0
      this.#insert(key, entry, true)
      return
    }
    this.#gone.add(key)
    const [oldest] = this.#gone
    if (this.#gone.size > this.size && oldest !== undefined) this.#gone.delete(oldest)
  }

  #dropUsed(): void {
    const [key] = this.#used.keys()
    const entry = key === undefined ? undefined : this.#remove(key)
    if (key === undefined || entry === undefined || entry.uses === 0) return
    entry.uses -= 1
    this.#insert(key, entry, true)
  }
}
