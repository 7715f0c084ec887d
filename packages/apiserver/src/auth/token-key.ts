import {
  createHash,
  createPrivateKey,
  createPublicKey,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto'

type Algorithm = 'RS256' | 'ES256' | 'ES384' | 'ES512'

/** A public key as OpenID Connect publishes it (RFC 7517). */
type JsonWebKey = Readonly<Record<string, string>>

const digests: Readonly<Record<Algorithm, string>> = {
  RS256: 'sha256',
  ES256: 'sha256',
  ES384: 'sha384',
  ES512: 'sha512',
}

const curves: ReadonlyMap<string, Algorithm> = new Map([
  ['prime256v1', 'ES256'],
  ['secp384r1', 'ES384'],
  ['secp521r1', 'ES512'],
])

/** A key that verifies tokens of service accounts, and if it is a private one also signs them. */
export class TokenKey {
  readonly algorithm: Algorithm
  /** The digest of the public key, as Kubernetes' keyIDFromPublicKey computes it. */
  readonly id: string
  readonly #private: KeyObject | undefined
  readonly #public: KeyObject

  /**
   * @param pem a private key, a public key or a certificate; RSA, or of the curves P-256, P-384 and
   *   P-521
   * @throws when it is none of these
   */
  constructor(pem: string) {
    this.#private = pem.includes('PRIVATE KEY') ? createPrivateKey(pem) : undefined
    this.#public = createPublicKey(this.#private ?? pem)
    this.algorithm = algorithmOf(this.#public)
    const der = this.#public.export({ type: 'spki', format: 'der' })
    this.id = createHash('sha256').update(der).digest('base64url')
  }

  /** What others need in order to verify signatures. */
  get published(): JsonWebKey {
    const key = this.#public.export({ format: 'jwk' }) as JsonWebKey
    return { use: 'sig', kid: this.id, alg: this.algorithm, ...key }
  }

  /** @throws when there is only a public key */
  sign(content: string): string {
    if (this.#private === undefined) throw new Error('a public key cannot sign tokens')
    const digest = digests[this.algorithm]
    return sign(digest, Buffer.from(content), plain(this.#private)).toString('base64url')
  }

  isSignedBy(content: string, signature: string): boolean {
    const bytes = Buffer.from(signature, 'base64url')
    return verify(digests[this.algorithm], Buffer.from(content), plain(this.#public), bytes)
  }
}

/** The encoding of signatures in tokens: for elliptic curves two numbers, not DER. */
function plain(key: KeyObject): { readonly key: KeyObject; readonly dsaEncoding: 'ieee-p1363' } {
  return { key, dsaEncoding: 'ieee-p1363' }
}

function algorithmOf(key: KeyObject): Algorithm {
  if (key.asymmetricKeyType === 'rsa') return 'RS256'
  const algorithm = curves.get(key.asymmetricKeyDetails?.namedCurve ?? '')
  if (algorithm !== undefined) return algorithm
  throw new Error('tokens are signed with RSA, or with the curves P-256, P-384 and P-521')
}
