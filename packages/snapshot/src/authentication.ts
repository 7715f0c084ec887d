import type { SecretKeyRef } from './secret-key-ref.ts'

/** How callers can prove who they are, where the gateway asks. */
export interface AuthenticationSettings {
  readonly methods: readonly AuthenticationMethodName[]
  /** Empty unless `methods` has `JWT`. No two have the same `issuer`. */
  readonly issuers: readonly TokenIssuerSettings[]
  /** Undefined unless `methods` has `ServiceAccount`. */
  readonly serviceAccounts: ServiceAccountSettings | undefined
  /** Undefined unless `methods` has `ClientCertificate`. */
  readonly clientCertificates: ClientCertificateSettings | undefined
}

type AuthenticationMethodName = 'APIKey' | 'JWT' | 'ServiceAccount' | 'ClientCertificate'

/** Whether a caller that is known must have a Consumer. */
export type ConsumerRule =
  /** Without one it is refused. */
  | 'Match'
  /** Without one it may use what the policies leave of the gateway's namespace. */
  | 'Any'

/** Who issues tokens, and what is read from them. */
export interface TokenIssuerSettings {
  readonly name: string
  /** Exactly as in the claim `iss`. */
  readonly issuer: string
  /** One of them must be in `aud`. */
  readonly audiences: readonly string[]
  readonly keys: TokenKeySource
  readonly claims: {
    /** Name of the claim that names the Consumer; parts of a path are separated by dots. */
    readonly consumer: string
    readonly groups: string
    readonly endUser: string
  }
  readonly consumers: ConsumerRule
  readonly requiredClaims: readonly { readonly name: string; readonly value: string }[]
  readonly clockSkewMs: number
  /** Of JSON Web Algorithms. */
  readonly algorithms: readonly string[]
}

export type TokenKeySource =
  /** The document at `/.well-known/openid-configuration` below the issuer says where they are. */
  | { readonly from: 'Discovery' }
  | { readonly from: 'URL'; readonly url: string }
  /** A JSON Web Key Set or public keys in PEM. */
  | { readonly from: 'Secret'; readonly secret: SecretKeyRef }

export interface ServiceAccountSettings {
  /** One of them must be in the token; empty for those of the Kubernetes API itself. */
  readonly audiences: readonly string[]
  readonly consumers: ConsumerRule
}

export interface ClientCertificateSettings {
  /** What of a certificate names the Consumer. */
  readonly consumer: 'CommonName' | 'DNSName' | 'URI'
  readonly consumers: ConsumerRule
}
