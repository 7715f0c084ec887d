/** As long as a name is made: there must be room for what makes it unique. */
const lengthMax = 50

/** A name as Kubernetes takes it, made from any text: `gpt-4o (EU)` is `gpt-4o-eu`. */
export function nameOf(text: string): string {
  const name = text
    .toLowerCase()
    .replaceAll(/[^a-z0-9]+/g, '-')
    .slice(0, lengthMax)
    .replaceAll(/^-|-$/g, '')
  return name === '' ? 'any' : name
}

/** Names of which no two are equal. */
export class UniqueNames {
  readonly #taken = new Map<string, number>()

  has(name: string): boolean {
    return this.#taken.has(name)
  }

  /** The name, or with the first number that is free: `openai-2`. */
  take(name: string): string {
    let number = this.#taken.get(name)
    if (number === undefined) {
      this.#taken.set(name, 1)
      return name
    }
    let next: string
    do {
      number += 1
      next = `${name}-${number}`
    } while (this.#taken.has(next))
    this.#taken.set(name, number)
    this.#taken.set(next, 1)
    return next
  }
}
