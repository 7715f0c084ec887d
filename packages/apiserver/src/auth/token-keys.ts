import { generateKeyPairSync } from 'node:crypto'

import type { CredentialFiles } from '@fairlead/pki'

import { TokenKey } from './token-key.ts'

const file = 'service-account.key'

/** Keys that are given rather than made, as PEM. */
export interface GivenTokenKeys {
  /** A private key, RSA or of an elliptic curve; by default one is made and kept (P-256). */
  readonly signingKey?: string
  /** Private or public keys or certificates whose tokens are taken too; by default none. */
  readonly verificationKeys?: readonly string[]
}

/**
 * The keys of service accounts' tokens. A key that is not given is made when it is first needed:
 * one of P-256, which takes well below a millisecond, where one of RSA takes a tenth of a second.
 * It is kept in `files` and reused after a restart, so that tokens stay valid.
 */
export class TokenKeys {
  readonly #files: CredentialFiles
  readonly #given: GivenTokenKeys
  #signing: TokenKey | undefined
  #all: ReadonlyMap<string, TokenKey> | undefined

  /** @throws when a given key is none */
  constructor(files: CredentialFiles, given: GivenTokenKeys = {}) {
    this.#files = files
    this.#given = given
    if (given.signingKey !== undefined) this.#signing = new TokenKey(given.signingKey)
    if ((given.verificationKeys ?? []).length > 0) this.#all = this.#load()
  }

  get signing(): TokenKey {
    return (this.#signing ??= new TokenKey(this.#files.read(file) ?? this.#create()))
  }

  /** By id; those that verify, the signing one among them. */
  get all(): ReadonlyMap<string, TokenKey> {
    return (this.#all ??= this.#load())
  }

  #load(): ReadonlyMap<string, TokenKey> {
    const given = (this.#given.verificationKeys ?? []).map((pem) => new TokenKey(pem))
    return new Map([this.signing, ...given].map((key) => [key.id, key]))
  }

  #create(): string {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' })
    const pem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString()
    this.#files.write(file, pem)
    return pem
  }
}
