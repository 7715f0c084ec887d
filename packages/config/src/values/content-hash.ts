import { createHash } from 'node:crypto'
import { canonicalJson } from '@fairlead/base'

/** `sha256:<hex>` over the canonical JSON of a value. */
export function contentHash(value: unknown): string {
  return sha256(canonicalJson(value))
}

/**
 * Hashes values that never change, each object once for as long as it lives: the hash of a list or
 * map is made of those of its entries, so that a new one with few new entries costs little. Equal
 * values have equal hashes, whatever was hashed before.
 */
export class ContentHasher {
  readonly #known = new WeakMap<object, string>()

  /** Of an object whose fields are lists, maps and other values. */
  hashOfFields(fields: object): string {
    const hashes = Object.entries(fields).map(([name, field]) => [name, this.hashOf(field)])
    return contentHash(Object.fromEntries(hashes))
  }

  hashOf(value: unknown): string {
    if (typeof value !== 'object' || value === null) return contentHash(value)
    const known = this.#known.get(value)
    if (known !== undefined) return known
    const hash = this.#compute(value)
    this.#known.set(value, hash)
    return hash
  }

  #compute(value: object): string {
    if (value instanceof Map) {
      const entries = value as ReadonlyMap<string, unknown>
      const names = [...entries.keys()].toSorted()
      return sha256(`map\n${names.map((name) => this.#entry(name, entries.get(name))).join('\n')}`)
    }
    if (Array.isArray(value)) {
      return sha256(`list\n${value.map((entry) => this.hashOf(entry)).join('\n')}`)
    }
    return contentHash(value)
  }

  #entry(name: string, value: unknown): string {
    return `${JSON.stringify(name)} ${this.hashOf(value)}`
  }
}

function sha256(text: string): string {
  return 'sha256:' + createHash('sha256').update(text).digest('hex')
}
