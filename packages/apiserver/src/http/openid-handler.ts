import type { ServiceAccountTokens } from '../auth/service-account-token.ts'
import type { TokenKey } from '../auth/token-key.ts'
import type { ApiRequest } from '../exchange/api-request.ts'
import type { ApiResponse } from '../exchange/api-response.ts'
import { requireProduced } from '../exchange/require-produced.ts'

const configurationPath = '/.well-known/openid-configuration'
const keysPath = '/openid/v1/jwks'
const keysType = 'application/jwk-set+json'
/** The keys do not change while the server runs. */
const cacheControl = 'public, max-age=3600'

/**
 * Tells others how to verify the tokens of service accounts (OpenID Connect Discovery 1.0), as
 * Kubernetes' routes for it do.
 */
export class OpenIdHandler {
  readonly #tokens: Pick<ServiceAccountTokens, 'issuer' | 'keys'>
  readonly #url: () => string

  /** @param url where this server can be reached */
  constructor(tokens: Pick<ServiceAccountTokens, 'issuer' | 'keys'>, url: () => string) {
    this.#tokens = tokens
    this.#url = url
  }

  /** Undefined for other paths. @throws StatusError 406 */
  handle(request: ApiRequest): ApiResponse | undefined {
    const path = request.path.replace(/\/$/, '')
    if (path === configurationPath) {
      requireProduced(request.accept, ['application/json'])
      return this.#answer('application/json', this.#configuration())
    }
    if (path !== keysPath) return undefined
    requireProduced(request.accept, [keysType])
    return this.#answer(keysType, { keys: this.#keys().map((key) => key.published) })
  }

  #configuration(): object {
    return {
      issuer: this.#tokens.issuer,
      jwks_uri: `${this.#url()}${keysPath}`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: [
        ...new Set(this.#keys().map(({ algorithm }) => algorithm)),
      ].toSorted(),
    }
  }

  #keys(): TokenKey[] {
    return [...this.#tokens.keys.all.values()]
  }

  #answer(contentType: string, document: object): ApiResponse {
    return {
      status: 200,
      headers: { 'content-type': contentType, 'cache-control': cacheControl },
      body: JSON.stringify(document),
    }
  }
}
