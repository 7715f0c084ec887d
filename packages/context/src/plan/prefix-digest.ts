import { createHash } from 'node:crypto'

/** The digest of what has been rendered of a prompt so far: `sha256:` and hexadecimal digits. */
export class PrefixDigest {
  readonly #hash = createHash('sha256')

  add(value: unknown): void {
    this.#hash.update(JSON.stringify(value) ?? 'null').update('\n')
  }

  /** Costs little, but more than nothing: to be asked where it decides something. */
  current(): string {
    return `sha256:${this.#hash.copy().digest('hex')}`
  }
}
