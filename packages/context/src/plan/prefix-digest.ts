import { createHash, type Hash } from 'node:crypto'

/** As many characters are collected before they are hashed: many small pieces would cost more. */
const collectedMax = 64 * 1024

/** The digest of what has been rendered of a prompt so far: `sha256:` and hexadecimal digits. */
export class PrefixDigest {
  #hash: Hash
  #head: Hash
  #collected = ''

  /** Of nothing, or of all that another one has. */
  constructor(before?: PrefixDigest) {
    if (before === undefined) {
      this.#hash = createHash('sha256')
      this.#head = this.#hash
    } else {
      before.#flush()
      this.#hash = before.#hash.copy()
      this.#head = before.#head
    }
  }

  add(value: unknown): void {
    this.#collected += `${JSON.stringify(value) ?? 'null'}\n`
    if (this.#collected.length > collectedMax) this.#flush()
  }

  /** What has been added is the head, which `restart` goes back to. */
  endHead(): void {
    this.#flush()
    this.#head = this.#hash.copy()
  }

  /** All behind the head is not in the prompt. */
  restart(): void {
    this.#collected = ''
    this.#hash = this.#head.copy()
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
