import { createPublicKey, createSecretKey, hash, type KeyObject } from 'node:crypto'
import { arrayOrEmpty, isJsonObject, type JsonObject, stringOrUndefined } from '@fairlead/base'

const keysMax = 100
const rsaBitsMin = 2048
/** How many keys are tried for a token that names none. */
const triedMax = 4

/** A key that signatures of tokens are verified with. */
export interface TokenKey {
  readonly id: string | undefined
  readonly key: KeyObject
  /** Of JSON Web Algorithms: those that it may be used with, and no other. */
  readonly algorithms: readonly string[]
  /** Tells it from every other key, whatever its id. */
  readonly digest: string
}

/** The keys of an issuer at one time. */
export class KeySet {
  readonly #keys: readonly TokenKey[]
  readonly #digests: ReadonlySet<string>

  constructor(keys: readonly TokenKey[]) {
    this.#keys = keys
    this.#digests = new Set(keys.map(({ digest }) => digest))
  }

  get isEmpty(): boolean {
    return this.#keys.length === 0
  }

  has(digest: string): boolean {
    return this.#digests.has(digest)
  }

  /**
   * The keys that a token may be signed with; undefined for a token that names no key where more fit
   * than are tried.
   */
  candidates(algorithm: string, id: string | undefined): readonly TokenKey[] | undefined {
    const found = this.#keys.filter(
      (key) =>
        key.algorithms.includes(algorithm) &&
        (id === undefined || key.id === undefined || key.id === id),
    )
    return found.length > triedMax ? undefined : found
  }
}

/** There are no usable keys in a text. The message says why, and repeats nothing of it. */
export class KeySetError extends Error {
  override readonly name = 'KeySetError'
}

/**
 * The keys of a JSON Web Key Set, or of PEM. Keys that are for something else, or of a type that is
 * not known, are left out. Shared secrets are keys only where `secrets` allows them. Throws a
 * KeySetError for a text without any usable key.
 */
export function readKeySet(text: string, secrets: 'Secrets' | 'PublicOnly'): KeySet {
  const keys = text.includes('-----BEGIN') ? pemKeys(text) : webKeys(text, secrets)
  if (keys.length === 0) throw new KeySetError('it has no key that can verify signatures')
  return new KeySet(keys)
}

function pemKeys(text: string): readonly TokenKey[] {
  const blocks = text.match(/-----BEGIN [A-Z ]+-----[^-]+-----END [A-Z ]+-----/g) ?? []
  if (blocks.length > keysMax) throw new KeySetError(`it has more than ${keysMax} keys`)
  return blocks.flatMap((block) => {
    try {
      return tokenKey(createPublicKey(block), {}) ?? []
    } catch {
      throw new KeySetError('a block of PEM is not a public key')
    }
  })
}

function webKeys(text: string, secrets: 'Secrets' | 'PublicOnly'): readonly TokenKey[] {
  let set: unknown
  try {
    set = JSON.parse(text)
  } catch {
    throw new KeySetError('it is neither JSON nor PEM')
  }
  if (!isJsonObject(set) || !Array.isArray(set['keys'])) {
    throw new KeySetError('it is not a JSON Web Key Set: it has no list "keys"')
  }
  if (set['keys'].length > keysMax) throw new KeySetError(`it has more than ${keysMax} keys`)
  return set['keys'].flatMap((one: unknown) =>
    isJsonObject(one) ? (webKey(one, secrets) ?? []) : [],
  )
}

function webKey(jwk: JsonObject, secrets: 'Secrets' | 'PublicOnly'): TokenKey | undefined {
  const { k, key_ops: operations, kty, use } = jwk
  if (use !== undefined && use !== 'sig') return undefined
  if (operations !== undefined && !arrayOrEmpty(operations).includes('verify')) return undefined
  try {
    if (kty !== 'oct') return tokenKey(createPublicKey({ key: { ...jwk }, format: 'jwk' }), jwk)
    if (secrets !== 'Secrets' || typeof k !== 'string') return undefined
    return tokenKey(createSecretKey(Buffer.from(k, 'base64url')), jwk)
  } catch {
    // Of a type or curve that is not known here; the others can still be used.
    return undefined
  }
}

function tokenKey(key: KeyObject, { kid, alg }: JsonObject): TokenKey | undefined {
  const fitting = algorithmsOf(key)
  const algorithms = typeof alg === 'string' ? fitting.filter((one) => one === alg) : fitting
  if (algorithms.length === 0) return undefined
  const bytes = key.type === 'secret' ? key.export() : key.export({ type: 'spki', format: 'der' })
  return { id: stringOrUndefined(kid), key, algorithms, digest: hash('sha256', bytes) }
}

const curveAlgorithms: Readonly<Record<string, string>> = {
  prime256v1: 'ES256',
  secp384r1: 'ES384',
  secp521r1: 'ES512',
}

/** A key is good for algorithms of its own type alone: a public one is never taken for a secret. */
function algorithmsOf(key: KeyObject): readonly string[] {
  if (key.type === 'secret') {
    const bytes = key.symmetricKeySize ?? 0
    return [32, 48, 64].filter((size) => bytes >= size).map((size) => `HS${size * 8}`)
  }
  const { modulusLength = 0, namedCurve = '' } = key.asymmetricKeyDetails ?? {}
  switch (key.asymmetricKeyType) {
    case 'rsa':
      return modulusLength < rsaBitsMin
        ? []
        : ['RS256', 'RS384', 'RS512', 'PS256', 'PS384', 'PS512']
    case 'ec':
      return curveAlgorithms[namedCurve] === undefined ? [] : [curveAlgorithms[namedCurve]]
    case 'ed25519':
      return ['EdDSA']
    default:
      return []
  }
}
