import { createHash, randomUUID } from 'node:crypto'

import { goQuote, type KubernetesObject } from '@fairlead/kube-core'

import type { Storage } from '../storage/storage.ts'
import { quotedList } from './rbac/policy-rule.ts'
import type { AuthenticatedToken, TokenAuthenticator } from './token-authenticator.ts'
import { type ClaimedObject, encodedPart, type TokenClaims, tokenParts } from './token-claims.ts'
import type { TokenKeys } from './token-keys.ts'
import { credentialIdKey, serviceAccountUser, type User } from './user.ts'

/** Clocks may differ by this much, as in Kubernetes' validation of claims. */
const leewayMs = 60_000
/** Tokens whose signature has been checked; of each, about half a kibibyte is kept. */
const verifiedMax = 1_000

/** For whom and what a token is issued. */
export interface TokenOrder {
  readonly account: { readonly namespace: string; readonly name: string; readonly uid: string }
  readonly lifetimeSeconds: number
  /** Empty: for this API. */
  readonly audiences: readonly string[]
  /** The token ends with these objects. */
  readonly bound?: Partial<Readonly<Record<'pod' | 'secret' | 'node', ClaimedObject>>>
}

/**
 * Tokens of service accounts: signed, valid for a limited time and only while the account, and
 * whatever they are bound to, exists (claims.go of Kubernetes' serviceaccount package).
 */
export class ServiceAccountTokens implements TokenAuthenticator {
  readonly keys: TokenKeys
  /** A URL. */
  readonly issuer: string
  /** Which tokens are for this API; not empty. */
  readonly audiences: readonly string[]
  readonly #storage: Pick<Storage, 'get'>
  readonly #now: () => number
  readonly #verified = new Map<string, TokenClaims>()

  constructor(
    { keys, issuer, audiences }: Pick<ServiceAccountTokens, 'keys' | 'issuer' | 'audiences'>,
    storage: Pick<Storage, 'get'>,
    now: () => number,
  ) {
    this.keys = keys
    this.issuer = issuer
    this.audiences = audiences
    this.#storage = storage
    this.#now = now
  }

  issue({ account, lifetimeSeconds, audiences, bound = {} }: TokenOrder): string {
    const { namespace, name, uid } = account
    const now = Math.floor(this.#now() / 1000)
    const { node, pod, secret } = bound
    const claims: TokenClaims = {
      aud: audiences.length === 0 ? this.audiences : audiences,
      exp: now + lifetimeSeconds,
      iat: now,
      iss: this.issuer,
      jti: randomUUID(),
      'kubernetes.io': {
        namespace,
        ...(node === undefined ? {} : { node }),
        ...(pod === undefined ? {} : { pod }),
        ...(secret === undefined ? {} : { secret }),
        serviceaccount: { name, uid },
      },
      nbf: now,
      sub: serviceAccountUser(namespace, name).name,
    }
    const { signing } = this.keys
    const header = { alg: signing.algorithm, kid: signing.id }
    const content = `${encodedPart(header)}.${encodedPart(claims)}`
    return `${content}.${signing.sign(content)}`
  }

  authenticate(token: string, audiences: readonly string[] = []): AuthenticatedToken {
    const digest = createHash('sha256').update(token).digest('base64')
    const claims = this.#verified.get(digest) ?? this.#verify(token)
    if (claims === undefined) return undefined
    if (claims === 'forged') return { refused: 'the signature is not ours' }
    this.#remember(digest, claims)
    const wanted = audiences.length === 0 ? this.audiences : audiences
    const found = wanted.filter((audience) => claims.aud.includes(audience))
    if (found.length === 0) {
      const refused = `token audiences ${quotedList(claims.aud)} is invalid for the target audiences ${quotedList(wanted)}`
      return { refused }
    }
    const refused = this.#invalidity(claims)
    return refused === undefined ? { user: userOf(claims), audiences: found } : { refused }
  }

  #verify(token: string): TokenClaims | 'forged' | undefined {
    const parts = tokenParts(token)
    if (parts?.payload['iss'] !== this.issuer) return undefined
    const key = this.keys.all.get(String(parts.header['kid']))
    if (key === undefined || parts.header['alg'] !== key.algorithm) return 'forged'
    if (!key.isSignedBy(parts.content, parts.signature)) return 'forged'
    // What we have signed is in the form in which we have written it.
    return parts.payload as unknown as TokenClaims
  }

  #remember(digest: string, claims: TokenClaims): void {
    if (this.#verified.has(digest)) return
    const [oldest] = this.#verified.keys()
    if (this.#verified.size >= verifiedMax && oldest !== undefined) this.#verified.delete(oldest)
    this.#verified.set(digest, claims)
  }

  #invalidity(claims: TokenClaims): string | undefined {
    const now = this.#now()
    if (now > claims.exp * 1000 + leewayMs) return 'service account token has expired'
    if (now < claims.nbf * 1000 - leewayMs) return 'service account token is not valid yet'
    const { namespace, serviceaccount, secret, pod, node } = claims['kubernetes.io']
    const { name, uid } = serviceaccount
    const account = this.#storage.get({ resource: 'serviceaccounts', namespace, name })
    if (account === undefined) return `serviceaccounts ${goQuote(name)} not found`
    if (this.#isDeleted(account)) return `service account ${namespace}/${name} has been deleted`
    if (account.metadata.uid !== uid) {
      return `service account UID (${account.metadata.uid}) does not match claim (${uid})`
    }
    return (
      this.#boundTo('secrets', namespace, secret) ??
      this.#boundTo('pods', namespace, pod) ??
      // The node of a bound pod is told, not required.
      (pod === undefined ? this.#boundTo('nodes', '', node) : undefined)
    )
  }

  #boundTo(
    resource: 'secrets' | 'pods' | 'nodes',
    namespace: string,
    claimed: ClaimedObject | undefined,
  ): string | undefined {
    if (claimed === undefined) return undefined
    const object = this.#storage.get({ resource, namespace, name: claimed.name })
    if (object === undefined || this.#isDeleted(object)) {
      return 'service account token has been invalidated'
    }
    const { uid } = object.metadata
    const kind = resource.slice(0, -1)
    const title = `${kind.slice(0, 1).toUpperCase()}${kind.slice(1)}`
    return uid === claimed.uid
      ? undefined
      : `${kind === 'pod' ? kind : title} UID (${uid}) does not match service account ${kind} ref claim (${claimed.uid})`
  }

  #isDeleted({ metadata }: KubernetesObject): boolean {
    const { deletionTimestamp } = metadata
    return deletionTimestamp !== undefined && Date.parse(deletionTimestamp) < this.#now() - leewayMs
  }
}

function userOf(claims: TokenClaims): User {
  const { namespace, serviceaccount, pod, node } = claims['kubernetes.io']
  const prefix = 'authentication.kubernetes.io'
  const told = (kind: string, claimed: ClaimedObject | undefined): object => ({
    ...(claimed === undefined ? {} : { [`${prefix}/${kind}-name`]: [claimed.name] }),
    ...(claimed?.uid === undefined ? {} : { [`${prefix}/${kind}-uid`]: [claimed.uid] }),
  })
  return {
    ...serviceAccountUser(namespace, serviceaccount.name),
    uid: serviceaccount.uid,
    extra: {
      [credentialIdKey]: [`JTI=${claims.jti}`],
      ...told('node', node),
      ...told('pod', pod),
    },
  }
}
