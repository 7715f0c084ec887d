import { createHash } from 'node:crypto'

/** As many characters are collected before they are hashed: many small pieces would cost more. */
const collectedMax = 64 * 1024

/** The digest of what has been rendered of a prompt so far: `sha256:` and hexadecimal digits. */
export class PrefixDigest {
  readonly #hash = createHash('sha256')
  #collected = ''

  add(value: unknown): void {
    this.#collected += `${JSON.stringify(value) ?? 'null'}\n`
    if (this.#collected.length > collectedMax) this.#flush()
  }

  /** Costs little, but more than nothing: to be asked where it decides something. */
  current(): string {
    this.#flush()
    return `sha256:${this.#hash.copy().digest('hex')}`
  }

  #flush(): void {
    this.#hash.update(this.#collected)
    this.#collected = ''
  }
}
