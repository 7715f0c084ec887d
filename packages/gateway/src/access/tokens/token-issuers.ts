import { type Clock, stringOrUndefined } from '@fairlead/base'
import type { LLMGatewaySettings, ReplicaProblem, TokenIssuerSettings } from '@fairlead/snapshot'
import { gatewayError } from '../../errors/gateway-error.ts'
import { networkIdentityClient } from '../../identity/network-identity-client.ts'
import type { SecretSource } from '../../sources/sources.ts'
import type { UpstreamPools } from '../../upstream/upstream-pools.ts'
import { fetchKeysOf, keysBytesMax } from './fetch-keys.ts'
import { IssuerKeys } from './issuer-keys.ts'
import { readToken, type UnverifiedToken } from './read-token.ts'
import { SecretKeys } from './secret-keys.ts'
import { isServiceAccountToken, type ServiceAccountTokens } from './service-account-tokens.ts'
import { TokenVerifier } from './token-verifier.ts'
import type { VerifiedToken } from './verified-token.ts'
import { VerifiedTokens } from './verified-tokens.ts'

interface TokenIssuersParts {
  readonly secrets: Pick<SecretSource, 'get'>
  readonly pools: UpstreamPools
  readonly clock: Clock
  readonly serviceAccounts: ServiceAccountTokens
  /** Told when `problems` may have changed. */
  readonly changed: () => void
}

/**
 * Who issues tokens, in one configuration after the other: the keys of an issuer that stays as it
 * was are kept, and so are the tokens that were verified with them.
 */
export class TokenIssuers {
  readonly #parts: TokenIssuersParts
  readonly #verified = new VerifiedTokens()
  /** Tokens that are being verified, by their digests: many calls may come with a new one. */
  readonly #running = new Map<string, Promise<VerifiedToken>>()
  #gateway: LLMGatewaySettings | undefined
  #verifiers = new Map<string, TokenVerifier>()

  constructor(parts: TokenIssuersParts) {
    this.#parts = parts
  }

  /** Follows a configuration. The keys of new issuers are fetched at once. */
  configure(gateway: LLMGatewaySettings): void {
    const before = this.#gateway
    this.#gateway = gateway
    if (before?.authentication === gateway.authentication) return
    const known = this.#verifiers
    const keepsNetworks = before?.allowPrivateNetworks === gateway.allowPrivateNetworks
    this.#verifiers = new Map(
      gateway.authentication.issuers.map((settings) => {
        const old = keepsNetworks ? known.get(settings.issuer) : undefined
        const isSame = JSON.stringify(old?.settings) === JSON.stringify(settings)
        return [settings.issuer, old !== undefined && isSame ? old : this.#verifier(settings)]
      }),
    )
  }

  /** Why tokens of an issuer cannot be verified, as far as that is not the callers' fault. */
  problems(): readonly ReplicaProblem[] {
    const gateway = this.#gateway
    if (gateway === undefined) return []
    return [...this.#verifiers.values()].flatMap(({ keys, settings }) =>
      keys.problem === undefined
        ? []
        : {
            kind: 'LLMGateway',
            namespace: gateway.namespace,
            name: gateway.name,
            reason: 'IssuerUnavailable',
            message: `The keys of the issuer "${settings.name}" cannot be read: ${keys.problem}.`,
          },
    )
  }

  /** A token that was verified before and is still good. `nowMs` is wall time. */
  known(digest: string, nowMs: number): VerifiedToken | undefined {
    const token = this.#verified.find(digest, nowMs)
    return token !== undefined && this.#isConfigured(token) ? token : undefined
  }

  /** Whether a token says that it is of an issuer that is configured. */
  areOf(text: string): boolean {
    try {
      const token = readToken(text, '')
      return this.#verifiers.has(String(token.claims['iss'])) || isServiceAccountToken(token)
    } catch {
      return false
    }
  }

  /** Rejects with `invalid_token` or `issuer_unavailable`. */
  verify(token: UnverifiedToken): Promise<VerifiedToken> {
    const { digest } = token
    const running = this.#running.get(digest)
    if (running !== undefined) return running
    const verifying = this.#verify(token).finally(() => this.#running.delete(digest))
    this.#running.set(digest, verifying)
    return verifying
  }

  async #verify(token: UnverifiedToken): Promise<VerifiedToken> {
    const verified = await this.#verifiedBy(token)
    // Its issuer may have gone while its keys were on their way.
    if (!this.#isConfigured(verified)) return this.#verify(token)
    this.#verified.add(token.digest, verified)
    return verified
  }

  #verifiedBy(token: UnverifiedToken): Promise<VerifiedToken> {
    const issuer = stringOrUndefined(token.claims['iss'])
    const verifier = issuer === undefined ? undefined : this.#verifiers.get(issuer)
    if (verifier !== undefined) return verifier.verify(token)
    const accounts = this.#gateway?.authentication.serviceAccounts
    if (accounts !== undefined && isServiceAccountToken(token)) {
      return this.#parts.serviceAccounts.verify(token, accounts)
    }
    throw gatewayError.invalidToken('its issuer (iss) is not known to this gateway')
  }

  /** Whether its issuer is still configured as it was when the token was verified. */
  #isConfigured({ source }: VerifiedToken): boolean {
    if (source.type === 'Issuer') {
      return this.#verifiers.get(source.settings.issuer)?.settings === source.settings
    }
    return this.#gateway?.authentication.serviceAccounts === source.settings
  }

  #verifier(settings: TokenIssuerSettings): TokenVerifier {
    const { clock, secrets } = this.#parts
    return new TokenVerifier(settings, this.#keysOf(settings, secrets), clock)
  }

  #keysOf(settings: TokenIssuerSettings, secrets: TokenIssuersParts['secrets']) {
    const { changed, clock, pools } = this.#parts
    if (settings.keys.from === 'Secret') {
      return new SecretKeys(settings.name, settings.keys.secret, secrets)
    }
    const allowPrivate = this.#gateway?.allowPrivateNetworks ?? false
    const client = networkIdentityClient(pools, { allowPrivate, proxy: undefined }, keysBytesMax)
    const fetchKeys = fetchKeysOf(settings, settings.keys, client)
    const keys = new IssuerKeys(settings.name, fetchKeys, clock, changed)
    // The first call should not wait for them; a failure is told to those that need them.
    void Promise.resolve(keys.get()).catch(() => {})
    return keys
  }
}
