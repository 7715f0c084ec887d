/** An object as its writer knows it: the revision and the value of its last acknowledged write. */
export interface Written {
  readonly revision: number
  readonly value: string
}

interface Entry {
  known: Written | undefined
  /** Of a write that has not been answered: it may have happened. Undefined within: a deletion. */
  pending: { readonly value: string | undefined } | undefined
}

/** What has been acknowledged to writers, each of which has objects of its own. */
export class WrittenObjects {
  readonly #entries = new Map<string, Entry>()
  readonly #revisions = new Map<number, string>()
  readonly problems: string[] = []
  acknowledged = 0

  known(name: string): Written | undefined {
    return this.#entry(name).known
  }

  begins(name: string, value: string | undefined): void {
    this.#entry(name).pending = { value }
  }

  /** Takes what was acknowledged; undefined for a deletion. */
  ends(name: string, written: Written | undefined): void {
    this.acknowledged += 1
    this.#entries.set(name, { known: written, pending: undefined })
    if (written !== undefined) this.#claim(name, written)
  }

  /** The revisions above `from` and up to `to` that were acknowledged. */
  revisionsIn(from: number, to: number): readonly number[] {
    return [...this.#revisions.keys()].filter((revision) => revision > from && revision <= to)
  }

  /** Compares with what there is after a crash, and goes on from that. */
  judge(found: ReadonlyMap<string, Written>, revision: number): void {
    for (const [name, entry] of this.#entries) {
      const object = found.get(name)
      if (!isExplained(entry, object)) {
        this.problems.push(`lost: ${name} is ${show(object)}, acknowledged ${show(entry.known)}`)
      }
      if (object !== undefined && object.revision !== entry.known?.revision) {
        this.#claim(name, object)
      }
      this.#entries.set(name, { known: object, pending: undefined })
    }
    const highest = Math.max(0, ...this.#revisions.keys())
    if (revision < highest) this.problems.push(`revision ${revision} is before ${highest}`)
  }

  #claim(name: string, { revision, value }: Written): void {
    const write = `${name}=${value}`
    const other = this.#revisions.get(revision)
    if (other !== undefined && other !== write) {
      this.problems.push(`revision ${revision} is of ${other} and of ${write}`)
    }
    this.#revisions.set(revision, write)
  }

  #entry(name: string): Entry {
    const entry = this.#entries.get(name) ?? { known: undefined, pending: undefined }
    this.#entries.set(name, entry)
    return entry
  }
}

function isExplained({ known, pending }: Entry, found: Written | undefined): boolean {
  const isKnown = found?.revision === known?.revision && found?.value === known?.value
  return isKnown || (pending !== undefined && pending.value === found?.value)
}

function show(written: Written | undefined): string {
  return written === undefined ? 'not there' : `${written.value} at ${written.revision}`
}
