/** What the server lists of a holder: names of counters in Redis and amounts, in turns. */
type ListedAmounts = readonly string[]

/** What differs between what the server has of a holder, and what is so. */
interface HeldDifference {
  readonly name: string
  /** What the holder has. */
  readonly has: number
}

interface Pending {
  readonly released: readonly { readonly name: string; readonly amount: number }[]
}

/**
 * What one holder has, as far as answers have told. A command without an answer may have been taken
 * or not; on the next connection the server says what it knows, and the difference is corrected: so
 * nothing stays lent that no call uses, and nothing that calls use is forgotten with a server that
 * lost it.
 */
export class HolderRecord {
  readonly id: string
  /** The last report that is known to be taken. */
  sequence = 0
  readonly #held = new Map<string, number>()
  /** Reports without an answer; they are sent again under the same number. */
  readonly #pending = new Map<number, Pending>()
  /** When it borrowed or renewed last. */
  seenMs: number
  /** It speaks for the holder through the present connection; undefined when it does not yet. */
  epoch: string | undefined
  /** While the connection is made to know it. */
  attaching: Promise<void> | undefined

  constructor(id: string, seenMs: number) {
    this.id = id
    this.seenMs = seenMs
  }

  /** Nothing would be lost if it were forgotten. */
  get isIdle(): boolean {
    return this.#held.size === 0 && this.#pending.size === 0
  }

  borrowed(name: string, amount: number): void {
    if (amount > 0) this.#held.set(name, (this.#held.get(name) ?? 0) + amount)
  }

  reporting(sequence: number, released: Pending['released']): void {
    this.#pending.set(sequence, { released })
  }

  /** All reports up to this one are taken. */
  reported(sequence: number): void {
    this.sequence = Math.max(this.sequence, sequence)
    for (const [each, { released }] of this.#pending) {
      if (each > sequence) continue
      for (const { name, amount } of released) this.#release(name, amount)
      this.#pending.delete(each)
    }
  }

  /** The server had given the holder up: it has what the server says. */
  adopt(listed: ListedAmounts): void {
    this.#held.clear()
    for (let index = 0; index + 1 < listed.length; index += 2) {
      this.#held.set(listed[index] ?? '', Number(listed[index + 1]))
    }
  }

  /** What the server has to correct. */
  compare(listed: ListedAmounts): readonly HeldDifference[] {
    const wrong: HeldDifference[] = []
    const known = new Set<string>()
    for (let index = 0; index + 1 < listed.length; index += 2) {
      const name = listed[index] ?? ''
      known.add(name)
      const has = this.#held.get(name) ?? 0
      if (has !== Number(listed[index + 1])) wrong.push({ name, has })
    }
    for (const [name, has] of this.#held) if (!known.has(name)) wrong.push({ name, has })
    return wrong
  }

  #release(name: string, amount: number): void {
    const left = (this.#held.get(name) ?? 0) - amount
    if (left > 0) this.#held.set(name, left)
    else this.#held.delete(name)
  }
}
