import type { Clock, JsonObject } from '@fairlead/base'
import type { TokenIssuerSettings } from '@fairlead/snapshot'
import { errors, jwtVerify } from 'jose'
import { gatewayError } from '../../errors/gateway-error.ts'
import { frozenClaims, hasClaim } from './claims.ts'
import type { KeySet, TokenKey } from './key-set.ts'
import type { UnverifiedToken } from './read-token.ts'
import type { VerifiedToken } from './verified-token.ts'

/** The keys of an issuer, wherever they are. */
export interface KeySource {
  /** Throws or rejects with `issuer_unavailable`. */
  get(): KeySet | Promise<KeySet>
  /** Newer ones than those of `get`; undefined if there are none to be had now. */
  newer(): Promise<KeySet | undefined>
  /** Why there are none now, in words for an operator. */
  readonly problem: string | undefined
}

/** RFC 9068 and what is common: other types are of tokens that are for something else. */
const types: ReadonlySet<string> = new Set(['jwt', 'at+jwt'])

/** Verifies the tokens of one issuer. */
export class TokenVerifier {
  readonly settings: TokenIssuerSettings
  readonly keys: KeySource
  readonly #clock: Clock

  constructor(settings: TokenIssuerSettings, keys: KeySource, clock: Clock) {
    this.settings = settings
    this.keys = keys
    this.#clock = clock
  }

  /** Rejects with `invalid_token` or `issuer_unavailable`. */
  async verify(token: UnverifiedToken): Promise<VerifiedToken> {
    const algorithm = this.#algorithmOf(token)
    const { claims, key } = await this.#verifySignature(token, algorithm)
    for (const { name, value } of this.settings.requiredClaims) {
      if (!hasClaim(claims, name, value)) {
        throw gatewayError.invalidToken(`its claim "${name}" does not have the required value`)
      }
    }
    const { clockSkewMs } = this.settings
    return {
      claims: frozenClaims(claims),
      // `jwtVerify` has made sure that it is a number.
      checkAgainAtMs: Number(claims['exp']) * 1000 + clockSkewMs,
      source: { type: 'Issuer', settings: this.settings },
      bytes: token.text.length * 2,
      isVouchedFor: () => this.#has(key),
    }
  }

  #has({ digest }: TokenKey): boolean {
    const keys = this.keys.get()
    // While there are none, the token is verified again, which waits for them.
    return !(keys instanceof Promise) && keys.has(digest)
  }

  #algorithmOf({ header }: UnverifiedToken): string {
    const { alg, cty, typ } = header
    if (typeof alg !== 'string' || !this.settings.algorithms.includes(alg)) {
      throw gatewayError.invalidToken('its signature is of an algorithm that is not accepted')
    }
    const type = typeof typ === 'string' ? typ.toLowerCase().replace(/^application\//, '') : 'jwt'
    if (!types.has(type)) throw gatewayError.invalidToken('its type (typ) is not that of a JWT')
    if (cty !== undefined) throw gatewayError.invalidToken('it holds another token (cty)')
    return alg
  }

  /** What it says, and the key that it is signed with. */
  async #verifySignature(token: UnverifiedToken, algorithm: string) {
    const { kid } = token.header
    const id = typeof kid === 'string' ? kid : undefined
    const known = this.#candidates(await this.keys.get(), algorithm, id)
    const signed = await this.#signedWith(known, token, algorithm)
    if (signed !== undefined) return signed
    // Its issuer may have given the name of a key to another one, or no names at all.
    const tried = new Set(known.map(({ digest }) => digest))
    const asking = this.#newer(algorithm, id)
    // Where a key of that name is there, a wrong signature is most likely just that.
    const newer = await (known.length === 0 ? asking : asking.catch(() => []))
    const others = newer.filter(({ digest }) => !tried.has(digest))
    const signedAnew = await this.#signedWith(others, token, algorithm)
    if (signedAnew !== undefined) return signedAnew
    throw gatewayError.invalidToken(
      known.length + others.length === 0
        ? 'it is signed with a key that its issuer does not have'
        : 'its signature is wrong',
    )
  }

  async #signedWith(keys: readonly TokenKey[], token: UnverifiedToken, algorithm: string) {
    for (const key of keys) {
      const claims = await this.#signedClaims(key, token, algorithm)
      if (claims !== undefined) return { claims, key }
    }
    return undefined
  }

  async #newer(algorithm: string, id: string | undefined): Promise<readonly TokenKey[]> {
    const keys = await this.keys.newer()
    return keys === undefined ? [] : this.#candidates(keys, algorithm, id)
  }

  #candidates(keys: KeySet, algorithm: string, id: string | undefined): readonly TokenKey[] {
    const found = keys.candidates(algorithm, id)
    if (found !== undefined) return found
    throw gatewayError.invalidToken('it does not name its key (kid), and its issuer has several')
  }

  /** Undefined if the signature is wrong. Rejects with `invalid_token` for everything else that is. */
  async #signedClaims(
    { key }: TokenKey,
    { text }: UnverifiedToken,
    algorithm: string,
  ): Promise<JsonObject | undefined> {
    const { issuer, audiences, clockSkewMs } = this.settings
    try {
      const { payload } = await jwtVerify(text, key, {
        algorithms: [algorithm],
        issuer,
        audience: [...audiences],
        requiredClaims: ['exp'],
        clockTolerance: clockSkewMs / 1000,
        currentDate: new Date(this.#clock.now()),
      })
      return payload
    } catch (error) {
      if (error instanceof errors.JWSSignatureVerificationFailed) return undefined
      throw gatewayError.invalidToken(reasonOf(error), error)
    }
  }
}

const wrongClaims: Readonly<Record<string, string>> = {
  aud: 'its audience (aud) is not this gateway',
  nbf: 'it is not valid yet (nbf)',
  iat: 'it was issued in the future (iat)',
  exp: 'it does not say when it expires (exp)',
}

function reasonOf(error: unknown): string {
  if (error instanceof errors.JWTExpired) return 'it has expired (exp)'
  if (error instanceof errors.JWTClaimValidationFailed) {
    return wrongClaims[error.claim] ?? 'one of its claims is not as it must be'
  }
  if (error instanceof errors.JOSENotSupported)
    return 'it needs an extension that is not known (crit)'
  return 'it is not a well-formed signed token'
}
