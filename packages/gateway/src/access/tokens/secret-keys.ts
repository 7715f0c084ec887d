import type { SecretKeyRef } from '@fairlead/snapshot'
import { gatewayError } from '../../errors/gateway-error.ts'
import type { SecretSource } from '../../sources/sources.ts'
import { type KeySet, readKeySet } from './key-set.ts'
import type { KeySource } from './token-verifier.ts'

/** How soon a caller may try again while a Secret has no usable keys. */
const retrySeconds = 10

/** The keys of an issuer that are in a Secret; others as soon as its value changes. */
export class SecretKeys implements KeySource {
  readonly #name: string
  readonly #ref: SecretKeyRef
  readonly #secrets: Pick<SecretSource, 'get'>
  #read: { readonly text: string | undefined; readonly keys: KeySet | undefined } | undefined
  #problem: string | undefined

  constructor(name: string, ref: SecretKeyRef, secrets: Pick<SecretSource, 'get'>) {
    this.#name = name
    this.#ref = ref
    this.#secrets = secrets
    this.#current()
  }

  get problem(): string | undefined {
    this.#current()
    return this.#problem
  }

  get(): KeySet {
    const keys = this.#current()
    if (keys === undefined) throw gatewayError.issuerUnavailable(this.#name, retrySeconds)
    return keys
  }

  newer(): Promise<undefined> {
    return Promise.resolve(undefined)
  }

  #current(): KeySet | undefined {
    const text = this.#secrets.get(this.#ref)
    if (this.#read === undefined || this.#read.text !== text) {
      this.#read = { text, keys: this.#keysIn(text) }
    }
    return this.#read.keys
  }

  #keysIn(text: string | undefined): KeySet | undefined {
    const { key, name, namespace } = this.#ref
    if (text === undefined || text.trim() === '') {
      this.#problem = `there is no Secret ${namespace}/${name} with a key "${key}"`
      return undefined
    }
    try {
      const keys = readKeySet(text, 'Secrets')
      this.#problem = undefined
      return keys
    } catch (error) {
      const detail = error instanceof Error ? error.message : String(error)
      this.#problem = `the key "${key}" of Secret ${namespace}/${name} is no key set: ${detail}`
      return undefined
    }
  }
}
