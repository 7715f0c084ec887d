/**
 * A set of names in byte order. Names are ASCII, so the order of code units is that of bytes. What is
 * added or deleted is put in its place when the names are next read, at once for many.
 */
export class SortedNames {
  #sorted: string[] = []
  #added = new Set<string>()
  #deleted = new Set<string>()

  /** The name must not be in the set. */
  add(name: string): void {
    if (!this.#deleted.delete(name)) this.#added.add(name)
  }

  /** The name must be in the set. */
  delete(name: string): void {
    if (!this.#added.delete(name)) this.#deleted.add(name)
  }

  /** Not to be kept: it changes. */
  sorted(): readonly string[] {
    if (this.#deleted.size > 0) {
      this.#sorted = this.#sorted.filter((name) => !this.#deleted.has(name))
      this.#deleted = new Set()
    }
    if (this.#added.size > 0) {
      this.#sorted = merged(this.#sorted, [...this.#added].toSorted(byteOrder))
      this.#added = new Set()
    }
    return this.#sorted
  }

  /** The index of the first name that is not before `start`. */
  indexFrom(start: string): number {
    const sorted = this.sorted()
    let low = 0
    let high = sorted.length
    while (low < high) {
      const middle = (low + high) >> 1
      if ((sorted[middle] ?? '') < start) low = middle + 1
      else high = middle
    }
    return low
  }
}

function merged(left: readonly string[], right: readonly string[]): string[] {
  const last = left.at(-1)
  const first = right[0]
  if (last === undefined || first === undefined || last < first) return [...left, ...right]
  const all: string[] = []
  let next = 0
  for (const name of left) {
    for (let other = right[next]; other !== undefined && other < name; other = right[next]) {
      all.push(other)
      next += 1
    }
    all.push(name)
  }
  return [...all, ...right.slice(next)]
}

function byteOrder(left: string, right: string): number {
  return left < right ? -1 : left > right ? 1 : 0
}
